import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { type ReactNode } from 'react';
import { formatShare } from '../model/units';

interface ShareBarProps {
  /** 0..1 */
  share: number;
  children?: ReactNode;
  title?: string;
}

/** A number with the bar of its share behind it and the share after it. */
export function ShareBar({ share, children, title }: ShareBarProps) {
  const styles = useStyles2(getStyles);
  const known = Number.isFinite(share);
  const width = known ? `${Math.min(100, Math.max(0, share * 100))}%` : 0;
  return (
    <span className={styles.cell} title={title}>
      <span className={styles.bar} style={{ width }} />
      <span className={styles.value}>{children}</span>
      {known && <span className={styles.share}>{formatShare(share)}</span>}
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  cell: css({
    position: 'relative',
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'flex-end',
    gap: theme.spacing(1),
    width: '100%',
    height: '100%',
  }),
  bar: css({
    position: 'absolute',
    left: 0,
    top: 3,
    bottom: 3,
    borderRadius: theme.shape.radius.default,
    background: theme.visualization.getColorByName('semi-dark-blue'),
    opacity: theme.isDark ? 0.35 : 0.22,
  }),
  value: css({ position: 'relative' }),
  share: css({ position: 'relative', minWidth: 56, textAlign: 'right', color: theme.colors.text.primary }),
});

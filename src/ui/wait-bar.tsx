import React from 'react';
import { css, keyframes } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

/** A thin moving bar; it shows up only when the wait is longer than 300 ms, and never moves what is below it. */
export function WaitBar({ waiting, what }: { waiting: boolean; what: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.track} aria-busy={waiting}>
      {waiting && <div className={styles.bar} role="progressbar" aria-label={`Loading ${what}`} />}
    </div>
  );
}

const slide = keyframes({ from: { transform: 'translateX(-100%)' }, to: { transform: 'translateX(400%)' } });
const appear = keyframes({ from: { opacity: 0 }, to: { opacity: 1 } });

const getStyles = (theme: GrafanaTheme2) => ({
  track: css({ height: 2, overflow: 'hidden', position: 'relative' }),
  bar: css({
    height: 2,
    width: '25%',
    opacity: 0,
    background: theme.colors.primary.main,
    animation: `${appear} 1ms linear 300ms forwards, ${slide} 1.2s ease-in-out 300ms infinite`,
  }),
});

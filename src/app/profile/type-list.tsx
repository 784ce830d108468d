import React from 'react';
import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { type ProfileDetail } from '../../api/resources';
import { isHidden } from '../../model/profile-types';
import { formatValue } from '../../model/units';

interface Props {
  types: ProfileDetail['profileTypes'];
  active: string;
  /** Where totals of several uploads don't add up. */
  hideTotals?: boolean;
  onPick: (id: string) => void;
}

/** Count twins and the like stay out, unless one is asked for. */
export function offeredTypes(types: Props['types'], active: string): Props['types'] {
  const ids = types.map(({ id }) => id);
  return types.filter(({ id }) => id === active || !isHidden(id, ids));
}

/** The profile's types with their totals; those without any sample are greyed. */
export function TypeList({ types, active, hideTotals = false, onPick }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div role="group" aria-label="Profile type" className={styles.list}>
      {offeredTypes(types, active).map(({ id, name, unit, total }) => (
        <button
          key={id}
          aria-pressed={id === active}
          className={cx(styles.type, id === active && styles.active, total === 0 && styles.empty)}
          onClick={() => onPick(id)}
        >
          {name} {!hideTotals && <span className={styles.total}>{formatValue(total, unit)}</span>}
        </button>
      ))}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ display: 'flex', flexWrap: 'wrap', gap: 2 }),
  type: css({
    border: `1px solid ${theme.colors.border.weak}`,
    background: theme.colors.background.secondary,
    color: theme.colors.text.primary,
    padding: '2px 8px',
    '&:hover': { background: theme.colors.action.hover },
  }),
  active: css({
    background: theme.colors.action.selected,
    borderColor: theme.colors.primary.border,
    // The grey of the other totals has too little contrast on this ground.
    '& span': { color: theme.colors.text.primary },
  }),
  empty: css({ color: theme.colors.text.disabled }),
  total: css({ fontVariantNumeric: 'tabular-nums', color: theme.colors.text.secondary }),
});

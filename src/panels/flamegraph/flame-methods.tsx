import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Modal, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { rowSides } from '../../model/flame-rows';
import { type LabelTotals, labelTotals, matchedLabels } from '../../model/flame-search';
import { formatCount, formatPart } from '../../model/units';
import { ShareBar } from '../../ui/share-bar';
import { type FlameData, shownLabel } from './flame-data';
import { type FlameControl } from './use-flame-state';
import { useMatches } from './use-flame-view';

interface FlameMethodsProps {
  data: FlameData;
  control: FlameControl;
  selected: ReadonlySet<string>;
  onPick: (label: string) => void;
  onSandwich: (label: string) => void;
  onDismiss: () => void;
}

const mostShown = 200;

/** The methods that the search finds (all, without one) with self and total, recursion counted once, the largest first. */
export function FlameMethods({ data, control, selected, onPick, onSandwich, onDismiss }: FlameMethodsProps) {
  const styles = useStyles2(getStyles);
  const { matches } = useMatches(data, control);
  const { sides, labels } = useMemo(() => {
    const sums = labelTotals(data.tree);
    const all = new Uint8Array(data.rows.labels.length).fill(1);
    all[data.rows.label[0]] = 0;
    return { sides: sidesOf(data, sums), labels: matchedLabels(sums, matches?.mask ?? all) };
  }, [data, matches]);
  const methods = labels.length === 1 ? 'method' : 'methods';
  const title = `${formatCount(labels.length)} ${methods}${matches ? `, ${formatPart(matches.total, data.tree.width[0])} of the total` : ''}`;
  return (
    <Modal title={title} isOpen onDismiss={onDismiss}>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Methods">
        <table className={styles.table}>
          <thead>
            <tr>
              <th>Method</th>
              <th>Self</th>
              <th>Total</th>
            </tr>
          </thead>
          <tbody>
            {labels.slice(0, mostShown).map((label) => (
              <tr key={label} className={selected.has(data.rows.labels[label]) ? styles.picked : undefined}>
                <td>
                  <button type="button" onClick={() => onPick(data.rows.labels[label])}>
                    <bdi className={styles.name} title={shownLabel(data, label)}>
                      {shownLabel(data, label)}
                    </bdi>
                  </button>{' '}
                  <button type="button" className={styles.side} onClick={() => onSandwich(data.rows.labels[label])}>
                    callers and callees
                  </button>
                </td>
                <td>
                  <Values data={data} sides={sides.map(({ totals, whole }) => [totals.self[label], whole])} />
                </td>
                <td>
                  <Values data={data} sides={sides.map(({ totals, whole }) => [totals.total[label], whole])} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {labels.length > mostShown && <p>The {formatCount(mostShown)} largest are listed.</p>}
    </Modal>
  );
}

interface Side {
  readonly totals: LabelTotals;
  readonly whole: number;
}

/** What labels hold, of a comparison on the left and on the right. */
function sidesOf({ tree, rows, isDiff }: FlameData, sums: LabelTotals): Side[] {
  return rowSides(rows).map((columns) => ({
    totals: isDiff ? labelTotals({ ...tree, columns }) : sums,
    whole: columns.value[0],
  }));
}

interface ValuesProps {
  data: FlameData;
  /** Value and whole of each side. */
  sides: ReadonlyArray<readonly [number, number]>;
}

function Values({ data: { format }, sides }: ValuesProps) {
  const [[value, whole]] = sides;
  if (sides.length === 1) {
    return <ShareBar share={value / whole}>{format(value)}</ShareBar>;
  }
  return <>{sides.map(([side, all]) => `${format(side)} · ${formatPart(side, all)}`).join(' → ')}</>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  scroll: css({ maxHeight: '60vh', overflow: 'auto' }),
  name: css({ display: '-webkit-box', WebkitLineClamp: 3, WebkitBoxOrient: 'vertical', overflow: 'hidden' }),
  picked: css({ background: theme.colors.action.selected }),
  side: css({ '&&': { color: 'inherit', opacity: 0.8, fontFamily: theme.typography.fontFamily } }),
  table: css({
    width: '100%',
    fontVariantNumeric: 'tabular-nums',
    '& th': { textAlign: 'right', color: theme.colors.text.secondary },
    '& th:first-of-type': { textAlign: 'left' },
    '& td': {
      padding: theme.spacing(0.25, 1),
      verticalAlign: 'top',
      minWidth: 160,
      whiteSpace: 'nowrap',
      textAlign: 'right',
    },
    '& td:first-of-type': { textAlign: 'left', width: '100%', overflowWrap: 'anywhere', whiteSpace: 'normal' },

    '& button': {
      all: 'unset',
      cursor: 'pointer',
      fontFamily: theme.typography.fontFamilyMonospace,
      '&:hover': { textDecoration: 'underline' },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
    },
  }),
});

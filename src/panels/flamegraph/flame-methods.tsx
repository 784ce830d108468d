import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Modal, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { labelTotals, matchedLabels } from '../../model/flame-search';
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
  const { totals, labels } = useMemo(() => {
    const sums = labelTotals(data.tree);
    const all = new Uint8Array(data.rows.labels.length).fill(1);
    all[data.rows.label[0]] = 0;
    return { totals: sums, labels: matchedLabels(sums, matches?.mask ?? all) };
  }, [data, matches]);
  const whole = data.tree.width[0];
  const methods = labels.length === 1 ? 'method' : 'methods';
  const title = `${formatCount(labels.length)} ${methods}${matches ? `, ${formatPart(matches.total, whole)} of the total` : ''}`;
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
                    <bdi>{shownLabel(data, label)}</bdi>
                  </button>{' '}
                  <button type="button" className={styles.side} onClick={() => onSandwich(data.rows.labels[label])}>
                    callers and callees
                  </button>
                </td>
                <td>
                  <ShareBar share={totals.self[label] / whole}>{data.format(totals.self[label])}</ShareBar>
                </td>
                <td>
                  <ShareBar share={totals.total[label] / whole}>{data.format(totals.total[label])}</ShareBar>
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

const getStyles = (theme: GrafanaTheme2) => ({
  scroll: css({ maxHeight: '60vh', overflow: 'auto' }),
  picked: css({ background: theme.colors.action.selected }),
  side: css({ '&&': { color: theme.colors.text.secondary, fontFamily: theme.typography.fontFamily } }),
  table: css({
    width: '100%',
    fontVariantNumeric: 'tabular-nums',
    '& th': { textAlign: 'right', color: theme.colors.text.secondary },
    '& th:first-of-type': { textAlign: 'left' },
    '& td': { padding: theme.spacing(0.25, 1), verticalAlign: 'top', minWidth: 160, whiteSpace: 'nowrap' },
    '& td:first-of-type': { width: '100%', overflowWrap: 'anywhere', whiteSpace: 'normal' },

    '& button': {
      all: 'unset',
      cursor: 'pointer',
      fontFamily: theme.typography.fontFamilyMonospace,
      '&:hover': { textDecoration: 'underline' },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
    },
  }),
});

import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { displayName } from '../../model/display-name';
import { packageOf } from '../../model/frame-package';
import { type Unit } from '../../model/profile-types';
import { formatShare, formatValue } from '../../model/units';
import { bucketOfText, packagePalette } from '../../ui/flame-palette';
import { type HotspotRow, type HotspotRows, childLists } from './hotspot-rows';

export const flameRowPx = 18;
/** Narrower frames can't be hit and would only cost time. */
const leastPx = 1;
const textPx = 36;

interface SmallFlameProps {
  tree: HotspotRows;
  unit: Unit;
  width: number;
  levels: number;
  current: number | undefined;
  onPick: (row: number) => void;
}

interface Bar {
  readonly row: number;
  readonly x: number;
  readonly width: number;
}

/** The tree as a flame graph of a few levels, siblings in the order of the table. A click shows the row in the table. */
export function SmallFlame({ tree, unit, width, levels, current, onPick }: SmallFlameProps) {
  const styles = useStyles2(getStyles);
  const palette = packagePalette(useTheme2());
  const bars = useMemo(() => layOut(tree, width, levels), [tree, width, levels]);
  return (
    <div className={styles.flame} style={{ height: levels * flameRowPx }} data-testid="small-flame" aria-hidden>
      {bars.map(({ row, x, width: barWidth }) => {
        const { label, level, value, share } = tree.rows[row];
        const name = displayName(label);
        const bucket = bucketOf(tree.rows[row], palette.fill.length);
        return (
          <div
            key={row}
            className={cx(styles.bar, row === current && styles.current)}
            style={{
              left: x,
              top: level * flameRowPx,
              width: barWidth - 1,
              background: palette.fill[bucket],
              color: palette.text[bucket],
            }}
            title={`${name}\n${formatValue(value, unit)}, ${formatShare(share)}`}
            onClick={() => onPick(row)}
          >
            {barWidth >= textPx ? name : ''}
          </div>
        );
      })}
    </div>
  );
}

function layOut(tree: HotspotRows, width: number, levels: number): Bar[] {
  const { top, of } = childLists(tree);
  const total = top.reduce((sum, row) => sum + Math.max(0, tree.rows[row].value), 0);
  const bars: Bar[] = [];
  const visit = (rows: readonly number[], from: number, level: number) => {
    let x = from;
    for (const row of rows) {
      const barWidth = (Math.max(0, tree.rows[row].value) / total) * width;
      if (barWidth >= leastPx && level < levels) {
        bars.push({ row, x, width: barWidth });
        visit(of[row], x, level + 1);
      }
      x += barWidth;
    }
  };
  if (total > 0) {
    visit(top, 0, 0);
  }
  return bars;
}

/** The colour that the frame has in the flame graph panel. */
function bucketOf({ label, place, library }: HotspotRow, buckets: number): number {
  return bucketOfText(packageOf(label, place.replace(/:\d+$/, '')) || library, buckets);
}

const getStyles = (theme: GrafanaTheme2) => ({
  flame: css({ position: 'relative', overflow: 'hidden', width: '100%' }),
  bar: css({
    position: 'absolute',
    height: flameRowPx - 1,
    lineHeight: `${flameRowPx - 1}px`,
    padding: '0 3px',
    fontSize: 11,
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    textOverflow: 'ellipsis',
    borderRadius: 1,
    cursor: 'pointer',
    '&:hover': { outline: `1px solid ${theme.colors.text.primary}`, zIndex: 1 },
  }),
  current: css({ outline: `2px solid ${theme.colors.primary.text}`, outlineOffset: -2, zIndex: 1 }),
});

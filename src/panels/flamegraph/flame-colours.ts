import { type GrafanaTheme2 } from '@grafana/data';
import { type ColourBy } from '../../model/flame-place';
import { packageOfFile, packageOfName } from '../../model/frame-package';
import { type FlameTexts } from '../../model/flame-rows';
import { type FlamePalette, bucketOfText, flamePalette, neutralBucket, packagePalette } from '../../ui/flame-palette';
import { type FlameData } from './flame-data';

/** Buckets of a comparison: from much less (blue) over unchanged to much more (orange). */
const diffSteps = ['dark-blue', 'blue', 'super-light-blue', '', 'super-light-orange', 'orange', 'dark-orange'];

/** Shades of one hue: the more of the total, the darker. */
const valueSteps = ['super-light-orange', 'light-orange', 'orange', 'semi-dark-orange', 'dark-orange'];

/** Fills of a comparison, from much less to much more. */
export const diffFills = (theme: GrafanaTheme2): readonly string[] => flamePalette(theme, diffSteps).fill;

/** A function that gives the bucket of a row, remembering texts it has seen. */
function bucketsBy(data: FlameData, by: ColourBy, buckets: number): (row: number) => number {
  const { rows } = data;
  if (by === 'value') {
    return valueBuckets(data);
  }
  if (by === 'type') {
    return bucketsByText(rows.kind, (kind) => bucketOfText(kind, buckets));
  }
  const byLabel = bucketsByText({ texts: rows.labels, index: rows.label }, (label) =>
    bucketOfText(packageOfName(label), buckets)
  );
  const byFile = bucketsByText(rows.file, (file) => bucketOfText(packageOfFile(file), buckets));
  const byPackage = (row: number) => byLabel(row) || byFile(row);
  if (by === 'package') {
    return byPackage;
  }
  const byLibrary = bucketsByText(rows.library, (library) => bucketOfText(library, buckets));
  return (row) => byLibrary(row) || byPackage(row);
}

function bucketsByText(column: FlameTexts | undefined, bucketOf: (text: string) => number): (row: number) => number {
  if (!column) {
    return () => neutralBucket;
  }
  const { texts, index } = column;
  const known: number[] = [];
  return (row) => (known[index[row]] ??= bucketOf(texts[index[row]] ?? ''));
}

/** The root of the share makes small differences among small shares visible. */
function valueBuckets({ rows }: FlameData): (row: number) => number {
  const { value } = rows;
  const all = value[0] || 1;
  return (row) => Math.min(valueSteps.length, 1 + Math.floor(valueSteps.length * Math.sqrt(value[row] / all)));
}

export interface FlameColours {
  readonly palette: FlamePalette;
  readonly bucketOf: (row: number) => number;
  readonly changeOf?: (row: number) => Change;
}

/** Palette and buckets of some data. */
export function flameColours(theme: GrafanaTheme2, data: FlameData, by: ColourBy): FlameColours {
  if (data.isDiff) {
    return { palette: flamePalette(theme, diffSteps), ...diffBuckets(data) };
  }
  const shown = by === 'value' ? flamePalette(theme, ['', ...valueSteps]) : packagePalette(theme);
  return { palette: shown, bucketOf: bucketsBy(data, by, shown.fill.length) };
}

export type Change = 'new' | 'gone' | 'both';

/** Bucket of a row's change, by shares of the two totals, so that sides of different length compare. */
function diffBuckets({ rows }: FlameData): {
  bucketOf: (row: number) => number;
  changeOf: (row: number) => Change;
} {
  const { value, valueRight = [] } = rows;
  const left = value[0] || 1;
  const right = valueRight[0] || 1;
  const steps = (diffSteps.length - 1) / 2;
  return {
    bucketOf: (row) => {
      const before = value[row] / left;
      const after = valueRight[row] / right;
      const change = before + after > 0 ? (after - before) / (after + before) : 0;
      return steps + Math.sign(change) * Math.min(steps, Math.floor(Math.abs(change) * (steps + 0.99) + 0.5));
    },
    changeOf: (row) => (value[row] === 0 && valueRight[row] > 0 ? 'new' : valueRight[row] === 0 ? 'gone' : 'both'),
  };
}

import { type GrafanaTheme2, colorManipulator } from '@grafana/data';
import { type ColourBy } from '../../model/flame-place';
import { packageOfFile, packageOfName } from '../../model/frame-package';
import { type FlameTexts } from '../../model/flame-rows';
import { type FlameData } from './flame-data';

/** Fill and text colour per bucket, as they are and dimmed. Bucket 0 = nothing known. */
export interface FlamePalette {
  readonly fill: readonly string[];
  readonly text: readonly string[];
  readonly dimFill: readonly string[];
  readonly dimText: string;
  readonly background: string;
  readonly run: string;
  readonly runMatch: string;
  /** Bar at the top of frames that a search finds. */
  readonly match: string;
  readonly selected: string;
  readonly hatch: string;
}

/** Hues that people with any colour blindness tell apart; the shades differ in lightness as well. */
const hues = ['blue', 'orange', 'purple', 'yellow'];
const shades = ['super-light-', 'light-', '', 'semi-dark-', 'dark-'];

/** Buckets of a comparison: from much less (blue) over unchanged to much more (orange). */
const diffSteps = ['dark-blue', 'blue', 'super-light-blue', '', 'super-light-orange', 'orange', 'dark-orange'];

/** Shades of one hue: the more of the total, the darker. */
const valueSteps = ['super-light-orange', 'light-orange', 'orange', 'semi-dark-orange', 'dark-orange'];

const neutralBucket = 0;

/** Colours of a theme are worked out once, those of a search when there is one. */
const palettes = new WeakMap<GrafanaTheme2, Map<string, FlamePalette>>();

function palette(theme: GrafanaTheme2, names: readonly string[]): FlamePalette {
  const ofTheme = palettes.get(theme) ?? new Map<string, FlamePalette>();
  palettes.set(theme, ofTheme);
  const key = names.join();
  const made = ofTheme.get(key) ?? makePalette(theme, names);
  ofTheme.set(key, made);
  return made;
}

function makePalette(theme: GrafanaTheme2, names: readonly string[]): FlamePalette {
  const background = theme.colors.background.primary;
  const neutral = colorManipulator.emphasize(background, theme.isDark ? 0.22 : 0.18);
  // A little of the background keeps large areas calm.
  const calm = (name: string) => mix(theme.visualization.getColorByName(name), background, theme.isDark ? 0.24 : 0.2);
  const fill = names.map((name) => (name === '' ? neutral : calm(name)));
  let dimFill: string[] | undefined;
  return {
    fill,
    text: fill.map((colour) => theme.colors.getContrastText(colour, 4.5)),
    get dimFill() {
      return (dimFill ??= fill.map((colour) => mix(colour, background, 0.78)));
    },
    dimText: theme.colors.text.disabled,
    background,
    run: colorManipulator.emphasize(background, theme.isDark ? 0.14 : 0.1),
    runMatch: theme.colors.warning.main,
    match: theme.colors.text.maxContrast,
    selected: theme.colors.text.maxContrast,
    hatch: theme.isDark ? 'rgba(0, 0, 0, 0.35)' : 'rgba(255, 255, 255, 0.6)',
  };
}

/** Fills of a comparison, from much less to much more. */
export const diffFills = (theme: GrafanaTheme2): readonly string[] => palette(theme, diffSteps).fill;

/** `part` of the way from one colour to another. */
function mix(from: string, to: string, part: number): string {
  const a = channels(from);
  const b = channels(to);
  const [red, green, blue] = [0, 1, 2].map((i) => Math.round(a[i] + (b[i] - a[i]) * part));
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Red, green and blue; most colours are `#rrggbb` or `rgb()`, which need no parser. */
function channels(colour: string): number[] {
  if (/^#[0-9a-f]{6}$/i.test(colour)) {
    const bits = parseInt(colour.slice(1), 16);
    return [bits >> 16, (bits >> 8) & 255, bits & 255];
  }
  const simple = /^rgb\((\d+), ?(\d+), ?(\d+)\)$/.exec(colour);
  const values = simple
    ? simple.slice(1)
    : colorManipulator.decomposeColor(colorManipulator.asHexString(colour)).values;
  return [0, 1, 2].map((i) => Number(values[i]));
}

const packageNames = ['', ...shades.flatMap((shade) => hues.map((hue) => shade + hue))];

/** The same name has the same colour in every panel and after every refresh (FNV-1a). */
function bucketOfText(text: string, buckets: number): number {
  if (text === '') {
    return neutralBucket;
  }
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  }
  return 1 + (((hash ^ (hash >>> 15)) >>> 0) % (buckets - 1));
}

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
    return { palette: palette(theme, diffSteps), ...diffBuckets(data) };
  }
  const shown = palette(theme, by === 'value' ? ['', ...valueSteps] : packageNames);
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

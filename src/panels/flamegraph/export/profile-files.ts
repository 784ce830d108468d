import { type FlameRows, hiddenLabel, hiddenValues, rowSides, textOf } from '../../../model/flame-rows';

export interface AboutProfile {
  readonly title: string;
  readonly profileType?: string;
  readonly profileTypeName?: string;
  readonly unit?: 'ns' | 'bytes' | 'count';
  /** How many of `unit` a value of 1 in the rows is; files hold values in `unit`. */
  readonly perValue?: number;
}

/** A stack from the root's child down to the frame that has the value; `hidden` = in frames that are not known. */
export interface StackValue {
  /** Rows of the frames, from the root down, without the root. */
  readonly stack: readonly number[];
  /** Of a comparison left and right. */
  readonly values: readonly number[];
  readonly hidden: boolean;
}

/** Sums of fractions miss their parts by less than that share of the total; those of whole numbers don't. */
const leastShare = 1e-12;

/** All stacks with what was spent in their last frame. What a cut frame hides is told as a frame of its own. */
export function* stackValues(rows: FlameRows, perValue = 1): Generator<StackValue> {
  const sides = rowSides(rows);
  const valuesOf = (columns: ReadonlyArray<ArrayLike<number>>, row: number) =>
    columns.map((column, side) => {
      const value = column[row];
      const isRest = !Number.isInteger(value) && value <= leastShare * sides[side].value[0];
      return isRest ? 0 : inFileUnit(value, perValue);
    });
  const selfs = sides.map(({ self }) => self);
  const hiddens = sides.map(({ value, self }) => hiddenValues(rows.level, value, self));
  const open: number[] = [];
  for (let row = 0; row < rows.level.length; row++) {
    open.length = rows.level[row];
    open.push(row);
    for (const hidden of [false, true]) {
      const values = valuesOf(hidden ? hiddens : selfs, row);
      if (values.some((value) => value > 0)) {
        yield { stack: open.slice(1), values, hidden };
      }
    }
  }
}

/** Whole numbers stay as they are. */
const inFileUnit = (value: number, perValue: number) => (perValue === 1 ? value : Math.round(value * perValue));

/** What pprof can't hold of the values; undefined = nothing. */
export function roundingNote({ value, self }: FlameRows, { perValue = 1 }: Pick<AboutProfile, 'perValue'>) {
  const isFraction = (one: number) => Number.isFinite(one) && !Number.isInteger(one);
  return perValue === 1 && [value, self].some((column) => Array.from(column).some(isFraction))
    ? 'pprof holds whole numbers, so fractions are rounded. The JSON, speedscope and folded files hold them.'
    : undefined;
}

/** What the sides of a comparison are called, '' of a profile. */
export const sideNames = ({ valueRight }: FlameRows): readonly string[] => (valueRight ? ['left', 'right'] : ['']);

export const nameOf = (rows: FlameRows, row: number) => rows.labels[rows.label[row]] ?? '';

/**
 * Lines of Brendan Gregg's format: `a;b;c 12`, of a comparison `a;b;c 12 15` as his `difffolded.pl` writes it. Line ends and
 * semicolons in names would break it.
 */
export function* foldedLines(rows: FlameRows, { perValue }: AboutProfile): Generator<string> {
  const safe = rows.labels.map((label) => label.replace(/;/g, ':').replace(/[\r\n]+/g, ' ') || '(no name)');
  for (const { stack, values, hidden } of stackValues(rows, perValue)) {
    const names = stack.map((row) => safe[rows.label[row]]);
    const last = hidden ? [hiddenLabel] : stack.length === 0 ? ['(no stack)'] : [];
    yield `${[...names, ...last].join(';')} ${values.join(' ')}\n`;
  }
}

const speedscopeUnits = { ns: 'nanoseconds', bytes: 'bytes', count: 'none' } as const;

export function speedscopeText(rows: FlameRows, about: AboutProfile): string {
  const { title, profileTypeName, unit = 'count', perValue } = about;
  const stacks = [...stackValues(rows, perValue)];
  const samples = stacks.map(({ stack, hidden }) => [
    ...stack.map((row) => rows.label[row]),
    ...(hidden ? [rows.labels.length] : []),
  ]);
  const profiles = sideNames(rows).map((name, side) => {
    const weights = stacks.map(({ values }) => values[side]);
    return {
      type: 'sampled',
      name: [profileTypeName ?? title, name].filter(Boolean).join(', '),
      unit: speedscopeUnits[unit],
      startValue: 0,
      endValue: weights.reduce((sum, value) => sum + value, 0),
      samples,
      weights,
    };
  });
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'hotspan',
    name: title,
    activeProfileIndex: 0,
    shared: { frames: [...speedscopeFrames(rows), { name: hiddenLabel }] },
    profiles,
  });
}

function speedscopeFrames(rows: FlameRows) {
  const first = firstRows(rows);
  return rows.labels.map((name, label) =>
    first[label] < 0
      ? { name }
      : {
          name,
          file: textOf(rows.file, first[label]) || undefined,
          line: rows.line?.[first[label]] || undefined,
        }
  );
}

/** Per label the first row that has it, -1 = none. */
function firstRows({ label, labels }: FlameRows): Int32Array {
  const first = new Int32Array(labels.length).fill(-1);
  for (let row = label.length - 1; row >= 0; row--) {
    first[label[row]] = row;
  }
  return first;
}

/** The rows as a list of objects in depth-first order. */
export function jsonText(rows: FlameRows, { perValue = 1, ...about }: AboutProfile): string {
  const numberOf = (column: ArrayLike<number> | undefined, row: number) => column && inFileUnit(column[row], perValue);
  const list = Array.from(rows.level, (level, row) => ({
    level,
    name: nameOf(rows, row),
    value: numberOf(rows.value, row),
    self: numberOf(rows.self, row),
    valueRight: numberOf(rows.valueRight, row),
    selfRight: numberOf(rows.selfRight, row),
    samples: rows.samples?.[row],
    file: textOf(rows.file, row) || undefined,
    line: rows.line?.[row] || undefined,
    library: textOf(rows.library, row) || undefined,
  }));
  return JSON.stringify({ ...about, frames: list });
}

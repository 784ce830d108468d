import { type FlameRows, hiddenLabel, hiddenValues, textOf } from '../../../model/flame-rows';

export interface AboutProfile {
  readonly title: string;
  readonly profileType?: string;
  readonly profileTypeName?: string;
  readonly unit?: 'ns' | 'bytes' | 'count';
}

/** A stack from the root's child down to the frame that has the value; `hidden` = in frames that are not known. */
export interface StackValue {
  /** Rows of the frames, from the root down, without the root. */
  readonly stack: readonly number[];
  readonly value: number;
  readonly hidden: boolean;
}

/** All stacks with what was spent in their last frame. What a cut frame hides is told as a frame of its own. */
export function* stackValues(rows: FlameRows): Generator<StackValue> {
  const hidden = hiddenValues(rows.level, rows.value, rows.self);
  const open: number[] = [];
  for (let row = 0; row < rows.level.length; row++) {
    open.length = rows.level[row];
    open.push(row);
    for (const [value, isHidden] of [[rows.self[row], false] as const, [hidden[row], true] as const]) {
      if (value > 0) {
        yield { stack: open.slice(1), value, hidden: isHidden };
      }
    }
  }
}

export const nameOf = (rows: FlameRows, row: number) => rows.labels[rows.label[row]] ?? '';

/** Brendan Gregg's format: `a;b;c 12`. Line ends and semicolons in names would break it. */
export function foldedText(rows: FlameRows): string {
  const safe = rows.labels.map((label) => label.replace(/;/g, ':').replace(/[\r\n]+/g, ' ') || '(no name)');
  const lines: string[] = [];
  for (const { stack, value, hidden } of stackValues(rows)) {
    const names = stack.map((row) => safe[rows.label[row]]);
    lines.push(
      `${[...names, ...(hidden ? [hiddenLabel] : stack.length === 0 ? ['(no stack)'] : [])].join(';')} ${value}`
    );
  }
  return `${lines.join('\n')}\n`;
}

const speedscopeUnits = { ns: 'nanoseconds', bytes: 'bytes', count: 'none' } as const;

export function speedscopeText(rows: FlameRows, { title, profileTypeName, unit = 'count' }: AboutProfile): string {
  const frames = rows.labels.map((name) => ({ name }));
  const file = firstRows(rows);
  const named = frames.map((frame, label) => ({
    ...frame,
    ...(file[label] >= 0 && {
      file: textOf(rows.file, file[label]) || undefined,
      line: rows.line?.[file[label]] || undefined,
    }),
  }));
  const samples: number[][] = [];
  const weights: number[] = [];
  for (const { stack, value, hidden } of stackValues(rows)) {
    samples.push([...stack.map((row) => rows.label[row]), ...(hidden ? [named.length] : [])]);
    weights.push(value);
  }
  const endValue = weights.reduce((sum, value) => sum + value, 0);
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'hotspan',
    name: title,
    activeProfileIndex: 0,
    shared: { frames: [...named, { name: hiddenLabel }] },
    profiles: [
      {
        type: 'sampled',
        name: profileTypeName ?? title,
        unit: speedscopeUnits[unit],
        startValue: 0,
        endValue,
        samples,
        weights,
      },
    ],
  });
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
export function jsonText(rows: FlameRows, about: AboutProfile): string {
  const list = Array.from(rows.level, (level, row) => ({
    level,
    name: nameOf(rows, row),
    value: rows.value[row],
    self: rows.self[row],
    valueRight: rows.valueRight?.[row],
    selfRight: rows.selfRight?.[row],
    samples: rows.samples?.[row],
    file: textOf(rows.file, row) || undefined,
    line: rows.line?.[row] || undefined,
    library: textOf(rows.library, row) || undefined,
  }));
  return JSON.stringify({ ...about, frames: list });
}

import { type FlameColumns } from './flame-tree';

/** A text per row, as an index into distinct texts. */
export interface FlameTexts {
  readonly texts: readonly string[];
  readonly index: ArrayLike<number>;
}

/**
 * Rows of a flame frame with all that is known of each: the nested set, and where the frames come from. Every view of a
 * profile (inverted, callers, folded, …) is made of such rows again, so whatever shows one shows them all.
 */
export interface FlameRows extends FlameColumns {
  readonly file?: FlameTexts;
  readonly library?: FlameTexts;
  readonly kind?: FlameTexts;
  readonly line?: ArrayLike<number>;
  /** Samples in the row and below it. */
  readonly samples?: ArrayLike<number>;
  /** How many frames were folded into this row; nothing where none were. */
  readonly folded?: ArrayLike<number>;
}

/** Label of value that is in frames which the frame left out. It is no method. */
export const hiddenLabel = '(small frames)';

export function textOf(column: FlameTexts | undefined, row: number): string {
  return column?.texts[column.index[row]] ?? '';
}

/** Numbers in another order. A plain loop: `from` with a function is several times slower. */
export function pickNumbers(column: ArrayLike<number>, order: Uint32Array): Float64Array {
  const picked = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) {
    picked[i] = column[order[i]];
  }
  return picked;
}

/** Where the frames of some rows come from, by their row in the source. */
export function pickSources(
  source: FlameRows,
  origin: Uint32Array
): Pick<FlameRows, 'file' | 'library' | 'kind' | 'line'> {
  const texts = (column: FlameTexts | undefined) =>
    column && { texts: column.texts, index: pickNumbers(column.index, origin) };
  return {
    file: texts(source.file),
    library: texts(source.library),
    kind: texts(source.kind),
    line: source.line && pickNumbers(source.line, origin),
  };
}

/** Value of a row that is in none of its shown children: what a cut frame hides below it. */
export function hiddenValues(
  level: ArrayLike<number>,
  value: ArrayLike<number>,
  self: ArrayLike<number>
): Float64Array {
  const rest = new Float64Array(level.length);
  const open: number[] = []; // per level: the row that is open
  for (let row = 0; row < level.length; row++) {
    const at = level[row];
    open[at] = row;
    rest[row] = value[row] - self[row];
    if (at > 0) {
      rest[open[at - 1]] -= value[row];
    }
  }
  return rest;
}

/** The row after the last one below `row`. */
export function endOfRow({ level }: FlameColumns, row: number): number {
  let end = row + 1;
  while (end < level.length && level[end] > level[row]) {
    end++;
  }
  return end;
}

/** Share of a row's value, 0..1, that frames hidden below it hold. */
export function hiddenBelow(rows: FlameRows, row: number): number {
  const end = endOfRow(rows, row);
  let shown = 0;
  for (let at = row; at < end; at++) {
    shown += rows.self[at] + (rows.selfRight?.[at] ?? 0);
  }
  const all = rows.value[row] + (rows.valueRight?.[row] ?? 0);
  return all > 0 ? Math.max(0, 1 - shown / all) : 0;
}

/** The rows of a profile, of a comparison those of its left and of its right side. */
export function rowSides({ valueRight, selfRight, ...left }: FlameRows): FlameRows[] {
  const right = valueRight && { ...left, value: valueRight, self: selfRight ?? new Float64Array(left.level.length) };
  return right ? [left, right] : [left];
}

/**
 * The rows with what is below `row` taken from `part`, a frame whose root is that row's frame: a cut part of a graph is
 * replaced by what was asked for it alone.
 */
export function graftRows(rows: FlameRows, row: number, part: FlameRows): FlameRows {
  const end = endOfRow(rows, row);
  const join = (a: ArrayLike<number>, b: ArrayLike<number>, add = 0) => joinNumbers(a, b, row, end, add);
  const both = (a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined) => a && b && join(a, b);
  const texts = (a: FlameTexts | undefined, b: FlameTexts | undefined) => a && b && joinTexts(a, b, row, end);
  const label = joinTexts(
    { texts: rows.labels, index: rows.label },
    { texts: part.labels, index: part.label },
    row,
    end
  );
  return {
    level: join(rows.level, part.level, rows.level[row]),
    value: join(rows.value, part.value),
    self: join(rows.self, part.self),
    label: label.index,
    labels: label.texts,
    valueRight: both(rows.valueRight, part.valueRight),
    selfRight: both(rows.selfRight, part.selfRight),
    samples: both(rows.samples, part.samples),
    line: both(rows.line, part.line),
    file: texts(rows.file, part.file),
    library: texts(rows.library, part.library),
    kind: texts(rows.kind, part.kind),
  };
}

function joinNumbers(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  start: number,
  end: number,
  add: number
): Float64Array {
  const joined = new Float64Array(start + b.length + a.length - end);
  for (let i = 0; i < joined.length; i++) {
    joined[i] = i < start ? a[i] : i < start + b.length ? b[i - start] + add : a[end + i - start - b.length];
  }
  return joined;
}

function joinTexts(a: FlameTexts, b: FlameTexts, start: number, end: number): FlameTexts {
  const ids = new Map(a.texts.map((text, id) => [text, id]));
  const moved = b.texts.map((text) => ids.get(text) ?? ids.set(text, ids.size).size - 1);
  const index = joinNumbers(
    a.index,
    Array.from(b.index, (id) => moved[id]),
    start,
    end,
    0
  );
  return { texts: [...ids.keys()], index };
}

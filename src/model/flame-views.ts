import { type Merge, type OwnParts, addOwn, childOf, newMerge, rowsOfMerge } from './flame-merge';
import { type FlameRows, hiddenLabel, hiddenValues, pickNumbers, pickSources } from './flame-rows';

/** Other views of a profile's rows. All keep values exact, what a cut frame hides included. */

function ownParts(rows: FlameRows): OwnParts {
  const { level, value, self, valueRight, selfRight, samples } = rows;
  const none = new Float64Array(level.length);
  return {
    hidden: hiddenValues(level, value, self),
    hiddenRight: valueRight && hiddenValues(level, valueRight, selfRight ?? none),
    samples: samples && hiddenValues(level, samples, none),
  };
}

/** The row above each row, -1 for the root. */
function parentRows(level: ArrayLike<number>): Int32Array {
  const open: number[] = [];
  return Int32Array.from(level, (at, row) => {
    open[at] = row;
    return at > 0 ? open[at - 1] : -1;
  });
}

/**
 * Where the frame of a row goes: `keep`, `fold` into its caller (which takes over its self and its callees), `drop` with all
 * below it, or into the caller `above` of the same name.
 */
export interface FoldRules {
  /** 1 = the frame folds into its caller. */
  readonly fold?: Uint8Array;
  /** 1 = the frame and all below it are left out of the profile. */
  readonly drop?: Uint8Array;
  /** Frames of a method that is already on the stack fold into it. */
  readonly recursion?: boolean;
}

/** The rows with frames folded or left out; `fold` and `drop` are per row, the root always stays. */
export function foldRows(rows: FlameRows, { fold, drop, recursion = false }: FoldRules): FlameRows {
  const { level, label } = rows;
  const own = ownParts(rows);
  const merge = newMerge(rows, label[0], 0);
  const nodeAt: number[] = []; // per level: node of the open row
  const onStack = recursion ? openLabels(merge) : undefined;
  for (let row = 0; row < level.length; row++) {
    const at = level[row];
    if (row > 0 && drop?.[row] === 1) {
      row = lastBelow(level, row);
      continue;
    }
    const above = at > 0 ? nodeAt[at - 1] : 0;
    const same = row > 0 && fold?.[row] !== 1 ? onStack?.(above, label[row]) : undefined;
    const folds = row === 0 || fold?.[row] === 1 || same !== undefined;
    const node = folds ? (same ?? above) : childOf(merge, above, label[row], row);
    merge.folded[node] += (folds && row > 0 ? 1 : 0) + (rows.folded?.[row] ?? 0);
    nodeAt[at] = node;
    addOwn(merge, node, row, own);
  }
  return rowsOfMerge(merge, rows.labels);
}

function lastBelow(level: ArrayLike<number>, row: number): number {
  let last = row;
  while (last + 1 < level.length && level[last + 1] > level[row]) {
    last++;
  }
  return last;
}

/** Finds the nearest node with a label on the way from a node up to, but without, the root. */
function openLabels(merge: Merge) {
  return (from: number, label: number): number | undefined => {
    for (let node = from; node > 0; node = merge.parent[node]) {
      if (merge.label[node] === label) {
        return node;
      }
    }
    return undefined;
  };
}

/** Callers with one callee that holds (nearly) all of them take it in: long chains become one row. */
export function foldChains(rows: FlameRows, share = 0.99): FlameRows {
  const { level, value, valueRight } = rows;
  const parent = parentRows(level);
  const children = new Uint32Array(level.length);
  parent.forEach((above) => above >= 0 && children[above]++);
  const holdsAll = (of: ArrayLike<number> | undefined, row: number, above: number) =>
    of === undefined || of[row] >= share * of[above];
  const fold = Uint8Array.from(parent, (above, row) =>
    above > 0 && children[above] === 1 && holdsAll(value, row, above) && holdsAll(valueRight, row, above) ? 1 : 0
  );
  return foldRows(rows, { fold });
}

/** Bottom-up: below the root the methods with self, below each its callers. What a cut frame hides is one entry. */
export function invertRows(rows: FlameRows): FlameRows {
  const own = ownParts(rows);
  const parent = parentRows(rows.level);
  const labels = [...rows.labels, hiddenLabel];
  const merge = newMerge(rows, rows.label[0], 0);
  const { self, selfRight, level, label } = rows;
  const hidden = { ...own, hidden: new Float64Array(level.length), hiddenRight: undefined };
  for (let row = 0; row < level.length; row++) {
    if (self[row] !== 0 || (selfRight?.[row] ?? 0) !== 0) {
      addOwn(merge, climb(merge, label, parent, 0, row), row, hidden);
    }
    const rest = own.hidden[row];
    const restRight = own.hiddenRight?.[row] ?? 0;
    if (rest > 0 || restRight > 0) {
      const leaf = childOf(merge, 0, rows.labels.length, 0);
      const node = row === 0 ? leaf : climb(merge, label, parent, leaf, row);
      merge.hidden[node] += rest;
      merge.hiddenRight[node] += restRight;
    }
  }
  return rowsOfMerge(merge, labels, true);
}

/** Adds the frame of a row and its callers, without the root, below a node; gives the last of them. */
function climb(merge: Merge, label: ArrayLike<number>, parent: Int32Array, below: number, row: number): number {
  let node = below;
  for (let at = row; at > 0; at = parent[at]) {
    node = childOf(merge, node, label[at], at);
  }
  return row === 0 ? childOf(merge, below, label[0], 0) : node;
}

/** Rows of the outermost frames with a label: nothing above them has it. */
function outermost({ level, label }: FlameRows, wanted: number): number[] {
  const found: number[] = [];
  for (let row = 0; row < level.length; row++) {
    if (label[row] === wanted) {
      found.push(row);
      row = lastBelow(level, row);
    }
  }
  return found;
}

/** What a method calls, everywhere it is called: its total is the method's (recursion counted once). */
export function calleesOf(rows: FlameRows, wanted: number): FlameRows | undefined {
  const starts = outermost(rows, wanted);
  if (starts.length === 0) {
    return undefined;
  }
  const own = ownParts(rows);
  const merge = newMerge(rows, wanted, starts[0]);
  for (const start of starts) {
    const nodeAt: number[] = [];
    const end = lastBelow(rows.level, start);
    for (let row = start; row <= end; row++) {
      const depth = rows.level[row] - rows.level[start];
      nodeAt[depth] = depth === 0 ? 0 : childOf(merge, nodeAt[depth - 1], rows.label[row], row);
      addOwn(merge, nodeAt[depth], row, own);
    }
  }
  return rowsOfMerge(merge, rows.labels, true);
}

/** Who calls a method: below it its callers, below them theirs; its total is the method's. */
export function callersOf(rows: FlameRows, wanted: number): FlameRows | undefined {
  const starts = outermost(rows, wanted);
  if (starts.length === 0) {
    return undefined;
  }
  const { value, valueRight, samples, label } = rows;
  const parent = parentRows(rows.level);
  const merge = newMerge(rows, wanted, starts[0]);
  for (const start of starts) {
    const node = parent[start] > 0 ? climb(merge, label, parent, 0, parent[start]) : 0;
    merge.self[node] += value[start];
    merge.selfRight[node] += valueRight?.[start] ?? 0;
    merge.samples[node] += samples?.[start] ?? 0;
  }
  return rowsOfMerge(merge, rows.labels, true);
}

/** The heaviest rows, at most `most` of them; what the others hold counts as hidden in their callers. */
export function pruneRows(rows: FlameRows, most: number): FlameRows {
  const { value, valueRight, level } = rows;
  if (level.length <= most) {
    return rows;
  }
  const weight = Float64Array.from(value, (v, row) => v + (valueRight?.[row] ?? 0));
  const threshold = weight.slice().sort()[level.length - most];
  const kept = keptRows(level, weight, threshold);
  const maybe = (column: ArrayLike<number> | undefined) => column && pickNumbers(column, kept);
  return {
    level: pickNumbers(level, kept),
    value: pickNumbers(value, kept),
    self: pickNumbers(rows.self, kept),
    label: pickNumbers(rows.label, kept),
    labels: rows.labels,
    valueRight: maybe(valueRight),
    selfRight: maybe(rows.selfRight),
    samples: maybe(rows.samples),
    ...pickSources(rows, kept),
  };
}

/** Rows above the threshold whose callers are as well. */
function keptRows(level: ArrayLike<number>, weight: Float64Array, threshold: number): Uint32Array {
  const kept: number[] = [0];
  for (let row = 1; row < level.length; row++) {
    if (weight[row] > threshold) {
      kept.push(row);
    } else {
      row = lastBelow(level, row);
    }
  }
  return Uint32Array.from(kept);
}

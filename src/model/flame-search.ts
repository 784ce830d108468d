import { type FlameTree, type NodeIndex, drawnValue, nodeOfRow } from './flame-tree';

/** Where the labels of a mask (one byte per label, 1 = wanted) are in a tree. */
export interface FlameMatches {
  readonly mask: Uint8Array;
  /** Matching frames. */
  readonly frames: number;
  /** Distinct matching labels that occur. */
  readonly methods: number;
  /** Value below matching frames; a match inside a match is counted once. */
  readonly total: number;
}

/** What is to know of the matching frames of a tree. */
export function matchFlame(tree: FlameTree, mask: Uint8Array): FlameMatches {
  const { labelFrames } = tree;
  let frames = 0;
  let methods = 0;
  for (let label = 0; label < labelFrames.length; label++) {
    if (mask[label] === 1 && labelFrames[label]! > 0) {
      frames += labelFrames[label]!;
      methods++;
    }
  }
  return { mask, frames, methods, total: outermostTotal(tree, mask) };
}

/** Looks at no frame below a match, and most frames of a large tree are below one. */
function outermostTotal({ columns, rowEnd, length }: FlameTree, mask: Uint8Array): number {
  const { label } = columns;
  let total = 0;
  for (let row = 0; row < length; ) {
    if (mask[label[row]!] === 1) {
      total += drawnValue(columns, row);
      row = rowEnd[row]!;
    } else {
      row++;
    }
  }
  return total;
}

/**
 * True if a frame, or with `count` one of that many siblings, or anything below them, matches. Asked of the runs of a view
 * only, which lie beside each other, so all of them together look at no row twice.
 */
export function hidesMatch(
  { columns, row, rowEnd }: FlameTree,
  { mask }: FlameMatches,
  node: NodeIndex,
  count: number
): boolean {
  const { label } = columns;
  const end = rowEnd[row[node + Math.max(1, count) - 1]!]!;
  for (let at = row[node]!; at < end; at++) {
    if (mask[label[at]!] === 1) {
      return true;
    }
  }
  return false;
}

const mostSteps = 10_000;

/** Outermost matching frames, largest first: the order of next and previous. */
export function matchSteps(tree: FlameTree, { mask }: FlameMatches): NodeIndex[] {
  const { level, label } = tree.columns;
  const rows: number[] = [];
  let inside = Infinity;
  for (let row = 0; row < tree.length; row++) {
    if (level[row]! > inside) {
      continue;
    }
    const hit = mask[label[row]!] === 1;
    inside = hit ? level[row]! : Infinity;
    if (hit) {
      rows.push(row);
    }
  }
  rows.sort((a, b) => drawnValue(tree.columns, b) - drawnValue(tree.columns, a) || a - b);
  return rows.slice(0, mostSteps).map((row) => nodeOfRow(tree, row));
}

/** What a label holds in a tree: self of all its frames, total with nested ones counted once. */
export interface LabelTotals {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** Totals of every label in one pass. */
export function labelTotals({ columns, length }: FlameTree): LabelTotals {
  const { level, label, labels, self, selfRight } = columns;
  const totals = { self: new Float64Array(labels.length), total: new Float64Array(labels.length) };
  const opened = new Uint32Array(labels.length); // frames of the label that are open
  const open: number[] = []; // labels of the open rows
  for (let row = 0; row < length; row++) {
    const here = label[row];
    while (open.length > level[row]) {
      opened[open.pop() ?? 0]--;
    }
    totals.self[here] += self[row] + (selfRight?.[row] ?? 0);
    totals.total[here] += opened[here] === 0 ? drawnValue(columns, row) : 0;
    opened[here]++;
    open.push(here);
  }
  return totals;
}

/** Labels of a mask that occur, largest total first. */
export function matchedLabels({ total }: LabelTotals, mask: Uint8Array): number[] {
  const found: number[] = [];
  mask.forEach((wanted, label) => wanted === 1 && total[label] > 0 && found.push(label));
  return found.sort((a, b) => total[b] - total[a] || a - b);
}

/** A mask over labels for a set of names. */
export function maskOf(labels: readonly string[], names: ReadonlySet<string>): Uint8Array {
  return Uint8Array.from(labels, (label) => (names.has(label) ? 1 : 0));
}

/** Half the width of the 95 % interval of a share that was counted in `samples` samples. */
export function errorShare(share: number, samples: number): number {
  return samples > 0 ? 1.96 * Math.sqrt(Math.max(0, share * (1 - share)) / samples) : NaN;
}

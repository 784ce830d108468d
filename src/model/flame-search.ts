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
  /** One bit per row, set where it matches, and how many are set before each word. */
  readonly bits: Uint32Array;
  readonly before: Uint32Array;
}

/** Marks the matching frames of a tree: one pass over the rows. */
export function matchFlame(tree: FlameTree, mask: Uint8Array): FlameMatches {
  const { level, label } = tree.columns;
  const bits = new Uint32Array((tree.length >>> 5) + 1);
  const seen = new Uint8Array(mask.length);
  let inside = Infinity; // level of the outermost open match
  let total = 0;
  for (let row = 0; row < tree.length; row++) {
    const here = level[row]!;
    const hit = mask[label[row]!] === 1;
    if (here <= inside) {
      inside = hit ? here : Infinity;
      total += hit ? drawnValue(tree.columns, row) : 0;
    }
    if (hit) {
      bits[row >>> 5]! |= 1 << (row & 31);
      seen[label[row]!] = 1;
    }
  }
  const before = countBefore(bits);
  return { mask, frames: before[bits.length]!, methods: seen.reduce((sum, one) => sum + one, 0), total, bits, before };
}

function countBefore(bits: Uint32Array): Uint32Array {
  const before = new Uint32Array(bits.length + 1);
  for (let word = 0; word < bits.length; word++) {
    before[word + 1] = before[word]! + bitCount(bits[word]!);
  }
  return before;
}

function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Matching rows above `row`. */
function hitsBefore({ bits, before }: FlameMatches, row: number): number {
  const word = row >>> 5;
  return before[word]! + bitCount(bits[word]! & ((1 << (row & 31)) - 1));
}

/** True if a frame, or with `count` one of that many siblings, or anything below them, matches. */
export function hidesMatch(tree: FlameTree, matches: FlameMatches, node: NodeIndex, count: number): boolean {
  const last = node + Math.max(1, count) - 1;
  return hitsBefore(matches, tree.rowEnd[last]!) > hitsBefore(matches, tree.row[node]!);
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

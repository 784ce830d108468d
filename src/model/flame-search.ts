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

/** Marks the matching frames of a tree: a short loop over all rows, and what is to know of the hits from them alone. */
export function matchFlame(tree: FlameTree, mask: Uint8Array): FlameMatches {
  const bits = new Uint32Array((tree.length >>> 5) + 1);
  const before = new Uint32Array(bits.length + 1);
  markHits(tree.columns.label, tree.length, mask, bits, before);
  return { mask, frames: before[bits.length]!, ...sumHits(tree, bits, mask.length), bits, before };
}

function markHits(label: ArrayLike<number>, length: number, mask: Uint8Array, bits: Uint32Array, before: Uint32Array) {
  let hits = 0;
  for (let word = 0; word < bits.length; word++) {
    const end = Math.min(length, (word + 1) << 5);
    let marks = 0;
    for (let row = word << 5; row < end; row++) {
      const hit = mask[label[row]!]!;
      marks |= hit << (row & 31);
      hits += hit;
    }
    bits[word] = marks;
    before[word + 1] = hits;
  }
}

function sumHits({ columns, rowEnd }: FlameTree, bits: Uint32Array, labels: number) {
  const seen = new Uint8Array(labels);
  let methods = 0;
  let total = 0;
  let end = 0; // of the outermost match that is open
  for (let word = 0; word < bits.length; word++) {
    for (let left = bits[word]!; left !== 0; left &= left - 1) {
      const row = (word << 5) + 31 - Math.clz32(left & -left);
      const label = columns.label[row]!;
      methods += 1 - seen[label]!;
      seen[label] = 1;
      if (row >= end) {
        total += drawnValue(columns, row);
        end = rowEnd[row]!;
      }
    }
  }
  return { methods, total };
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
  return hitsBefore(matches, tree.rowEnd[tree.row[last]!]!) > hitsBefore(matches, tree.row[node]!);
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

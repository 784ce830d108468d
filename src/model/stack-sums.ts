import type { StackDictionary, WeightedStacks } from './stack-dictionary';
import { StackTrie } from './stack-trie';

/**
 * Weighted stacks summed up on the nodes of a trie: plain loops over arrays, where a tree made for each question takes memory and time for
 * every node of which most are never shown. Arrays are by node of the trie and its scratch: they hold until the next sums over it. Nodes
 * that no stack passes are not `present`.
 */
export interface StackSums {
  readonly trie: StackTrie;
  readonly length: number;
  readonly parent: Int32Array;
  readonly present: Uint8Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** Of both sides. */
  readonly samples: Float64Array;
  /** Only with a right side. */
  readonly selfRight?: Float64Array;
  readonly totalRight?: Float64Array;
  readonly sides: readonly Side[];
}

export interface Side {
  readonly rows: WeightedStacks;
  /** By row, the node that its stack ends in. */
  readonly leaf: Int32Array;
}

/** Where the kept trie has more nodes than this for a row, a new one is made sooner than the kept one is walked through. */
const mostNodesPerRow = 128;

export function sumStacks(
  dictionary: StackDictionary,
  left: WeightedStacks,
  right?: WeightedStacks,
  kept = new StackTrie()
): StackSums {
  const rows = left.length + (right?.length ?? 0);
  const trie = kept.size > rows * mostNodesPerRow ? new StackTrie() : kept;
  const sides = [left, ...(right === undefined ? [] : [right])].map((side) => sideOf(dictionary, side, trie));
  const length = trie.size;
  const { scratch } = trie;
  const sums = {
    present: scratch.bytes('present', length),
    self: scratch.floats('self', length),
    total: scratch.floats('total', length),
    samples: scratch.floats('samples', length),
  };
  sums.present[0] = 1;
  addRows(sides[0], sums.self);
  sums.total.set(sums.self);
  sides.forEach((side) => addSamples(side, sums));
  const { parent } = trie;
  sumUp(parent, sums);
  if (right === undefined) {
    return { trie, length, parent, sides, ...sums };
  }
  const selfRight = scratch.floats('selfRight', length);
  addRows(sides[1], selfRight);
  return { trie, length, parent, sides, ...sums, selfRight, totalRight: summedUp(parent, selfRight) };
}

function sideOf(dictionary: StackDictionary, rows: WeightedStacks, trie: StackTrie): Side {
  const leaf = new Int32Array(rows.length);
  for (let row = 0; row < leaf.length; row++) {
    leaf[row] = trie.leafOf(dictionary, rows.stack[row]);
  }
  return { rows, leaf };
}

function addRows({ rows: { value }, leaf }: Side, self: Float64Array): void {
  for (let row = 0; row < leaf.length; row++) {
    self[leaf[row]] += value[row];
  }
}

function addSamples({ rows, leaf }: Side, { present, samples }: Pick<StackSums, 'present' | 'samples'>): void {
  for (let row = 0; row < leaf.length; row++) {
    present[leaf[row]] = 1;
    samples[leaf[row]] += rows.samples[row];
  }
}

/** Children lie behind their parents, so one pass backwards does. */
function sumUp(
  parent: Int32Array,
  { present, total, samples }: Pick<StackSums, 'present' | 'total' | 'samples'>
): void {
  for (let node = total.length - 1; node > 0; node--) {
    if (present[node] === 1) {
      const above = parent[node];
      present[above] = 1;
      total[above] += total[node];
      samples[above] += samples[node];
    }
  }
}

/** Adds every node's value to all its ancestors, which lie before it. */
export function summedUp(parent: Int32Array, self: Float64Array): Float64Array {
  const total = self.slice();
  for (let node = total.length - 1; node > 0; node--) {
    total[parent[node]] += total[node];
  }
  return total;
}

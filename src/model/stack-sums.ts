import type { StackDictionary, WeightedStacks } from './stack-dictionary';
import { StackTrie } from './stack-trie';

/**
 * What weighted stacks weigh on the nodes of a trie: plain loops over arrays, where a tree made for each question takes memory and time for
 * every node of which most are never shown. Arrays are by node of the trie and its scratch: they hold until the next sums over it. Nodes
 * that no stack passes are not `present`.
 */
export interface StackSums {
  readonly trie: StackTrie;
  readonly length: number;
  readonly parent: Int32Array;
  readonly present: Uint8Array;
  /** Absolute self values of both sides of the node and all below, so never less than a descendant's, also with negative values. */
  readonly weight: Float64Array;
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
  const present = trie.scratch.bytes('present', length);
  present[0] = 1;
  sides.forEach(({ leaf }) => leaf.forEach((node) => (present[node] = 1)));
  const weight = selfWeights(trie, length, sides);
  sumUp(trie.parent, present, weight);
  return { trie, length, parent: trie.parent, present, weight, sides };
}

/** Stacks that end in one node count together. */
function selfWeights({ scratch }: StackTrie, length: number, sides: readonly Side[]): Float64Array {
  const weight = scratch.floats('weight', length);
  if (!sides.some(({ rows }) => hasNegative(rows))) {
    sides.forEach((side) => addRows(side, weight));
    return weight;
  }
  for (const side of sides) {
    const self = scratch.floats('self', length);
    addRows(side, self);
    self.forEach((value, node) => (weight[node] += Math.abs(value)));
  }
  return weight;
}

function hasNegative({ length, value }: WeightedStacks): boolean {
  for (let row = 0; row < length; row++) {
    if (value[row] < 0) {
      return true;
    }
  }
  return false;
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

/** Children lie behind their parents, so one pass backwards does. */
function sumUp(parent: Int32Array, present: Uint8Array, weight: Float64Array): void {
  for (let node = weight.length - 1; node > 0; node--) {
    if (present[node] === 1) {
      present[parent[node]] = 1;
      weight[parent[node]] += weight[node];
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

import { frameLabel, noStack, type StackDictionary, type WeightedStacks } from './stack-dictionary';
import { sumStacks, summedUp, type Side, type StackSums } from './stack-sums';

/**
 * Stacks merged from the root on. Struct of arrays; node 0 is the root, parents come before their children. Two frames are one node
 * when parent and label agree; file, line and library are those of the stack with the largest value.
 */
export interface CallTree {
  readonly length: number;
  /** -1 for the root. */
  readonly parent: Int32Array;
  /** Frame of the dictionary that stands for the node; -1 = root, -2 = "(no stack)". */
  readonly frame: Int32Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** Samples of the node and everything below. */
  readonly samples: Float64Array;
  /** Only with a right side. */
  readonly selfRight?: Float64Array;
  readonly totalRight?: Float64Array;
}

export const rootFrame = -1;
export const noStackFrame = -2;
export const rootLabel = 'total';

/** The label of a node. */
export function nodeLabel(dictionary: StackDictionary, tree: CallTree, node: number): string {
  const frame = tree.frame[node];
  return frame === rootFrame ? rootLabel : frame === noStackFrame ? noStack : frameLabel(dictionary, frame);
}

/** Merges weighted stacks; `right` is the other side of a comparison. */
export function buildCallTree(dictionary: StackDictionary, left: WeightedStacks, right?: WeightedStacks): CallTree {
  const sums = sumStacks(dictionary, left, right);
  // The trie is new, so that all its nodes are in the tree.
  const nodes = Int32Array.from({ length: sums.length }, (_, node) => node);
  return pickTree(dictionary, sums, nodes);
}

/** Some nodes as a tree of their own, its root first. `nodes`: in order, with each but the first its parent. */
export function pickTree(dictionary: StackDictionary, sums: StackSums, nodes: Int32Array): CallTree {
  const owner = ownersOf(sums, nodes);
  const parent = nodes.map((node, at) => (at === 0 ? -1 : owner[sums.parent[node]] - 1));
  const picked = { nodes, parent, owner };
  const [left, right] = sums.sides.map((side) => valuesOf(side, picked));
  const tree = { length: nodes.length, parent, frame: framesOf(dictionary, sums, picked), ...left };
  return right === undefined
    ? tree
    : {
        ...tree,
        samples: left.samples.map((count, at) => count + right.samples[at]),
        selfRight: right.self,
        totalRight: right.total,
      };
}

/** What is below a picked node and not picked counts for it. */
function valuesOf({ rows, leaf }: Side, { nodes, parent, owner }: Picked) {
  const [self, total, samples] = [1, 2, 3].map(() => new Float64Array(nodes.length));
  for (let row = 0; row < leaf.length; row++) {
    const at = owner[leaf[row]] - 1;
    if (at >= 0) {
      self[at] += nodes[at] === leaf[row] ? rows.value[row] : 0;
      total[at] += rows.value[row];
      samples[at] += rows.samples[row];
    }
  }
  return { self, total: summedUp(parent, total), samples: summedUp(parent, samples) };
}

/** By node of the trie, 1 + the position of the nearest picked node from it upwards; 0 = there is none. */
function ownersOf({ trie, parent, length }: StackSums, nodes: Int32Array): Int32Array {
  const owner = trie.scratch.ints('owner', length);
  nodes.forEach((node, at) => (owner[node] = at + 1));
  for (let node = 1; node < length; node++) {
    if (owner[node] === 0) {
      owner[node] = owner[parent[node]];
    }
  }
  return owner;
}

interface Picked {
  readonly nodes: Int32Array;
  /** Positions in `nodes`. */
  readonly parent: Int32Array;
  readonly owner: Int32Array;
}

/** File, line and library of a node are those of the stack with the largest value through it, of the left side where that has one. */
function framesOf(dictionary: StackDictionary, sums: StackSums, picked: Picked): Int32Array {
  const { nodes, parent } = picked;
  const depth = depthsOf(sums, nodes, parent);
  const frame = new Int32Array(nodes.length).fill(rootFrame);
  for (const side of [...sums.sides].reverse()) {
    const rows = heaviestRows(side, picked);
    for (let at = 0; at < nodes.length; at++) {
      if (rows[at] >= 0 && nodes[at] !== 0) {
        frame[at] = frameAt(dictionary, side.rows.stack[rows[at]], depth[at]);
      }
    }
  }
  return frame;
}

function frameAt({ stacks: { offset, frame } }: StackDictionary, stack: number, depth: number): number {
  return offset[stack] === offset[stack + 1] ? noStackFrame : frame[offset[stack + 1] - depth];
}

/** How far the nodes are from the trie's root. */
function depthsOf(sums: StackSums, nodes: Int32Array, parent: Int32Array): Int32Array {
  const depth = new Int32Array(nodes.length);
  for (let node = nodes[0]; node > 0; node = sums.parent[node]) {
    depth[0]++;
  }
  for (let at = 1; at < depth.length; at++) {
    depth[at] = depth[parent[at]] + 1;
  }
  return depth;
}

/** By picked node, the row that weighs most through it; -1 = none. */
function heaviestRows({ rows, leaf }: Side, { nodes, parent, owner }: Picked): Int32Array {
  const heaviest = new Int32Array(nodes.length).fill(-1);
  for (let row = 0; row < leaf.length; row++) {
    const at = owner[leaf[row]] - 1;
    if (at >= 0 && isHeavier(rows, row, heaviest[at])) {
      heaviest[at] = row;
    }
  }
  for (let at = nodes.length - 1; at > 0; at--) {
    if (heaviest[at] >= 0 && isHeavier(rows, heaviest[at], heaviest[parent[at]])) {
      heaviest[parent[at]] = heaviest[at];
    }
  }
  return heaviest;
}

function isHeavier({ value, stack }: WeightedStacks, row: number, other: number): boolean {
  if (other < 0) {
    return true;
  }
  const difference = Math.abs(value[row]) - Math.abs(value[other]);
  return difference > 0 || (difference === 0 && stack[row] < stack[other]);
}

import { heaviestFirst } from './heaviest-first';
import { nthLargest } from './nth-largest';
import { grown } from './sequence-table';
import { frameLabel, noStack, type StackDictionary, type WeightedStacks } from './stack-dictionary';
import { StackTrie } from './stack-trie';

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

/** Merges weighted stacks; `right` is the other side of a comparison. `trie`: that of the dictionary, where it is kept. */
export function buildCallTree(
  dictionary: StackDictionary,
  left: WeightedStacks,
  right?: WeightedStacks,
  trie = new StackTrie()
): CallTree {
  const builder = new TreeBuilder(dictionary, trie, left.length);
  try {
    for (const row of heaviestFirst(left)) {
      builder.add(left.stack[row], left.value[row], left.samples[row], 0);
    }
    if (right !== undefined) {
      for (const row of heaviestFirst(right)) {
        builder.add(right.stack[row], 0, right.samples[row], right.value[row]);
      }
    }
    return builder.finish(right !== undefined);
  } finally {
    builder.unmark();
  }
}

/** A guess, so that large trees need not grow often. */
const nodesPerRow = 32;

/** Nodes in growing arrays, in the order in which the heaviest stacks come by. Nodes of the trie are marked with theirs. */
class TreeBuilder {
  private length = 1;
  private parent: Int32Array<ArrayBuffer>;
  private frame: Int32Array<ArrayBuffer>;
  private trieNode: Int32Array<ArrayBuffer>;
  private self: Float64Array<ArrayBuffer>;
  private samples: Float64Array<ArrayBuffer>;
  private selfRight: Float64Array<ArrayBuffer>;
  private path = new Int32Array(1024);

  constructor(
    private readonly dictionary: StackDictionary,
    private readonly trie: StackTrie,
    rows: number
  ) {
    const size = Math.max(1024, Math.min(trie.size, rows * nodesPerRow));
    [this.parent, this.frame, this.trieNode] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)];
    [this.self, this.samples, this.selfRight] = [1, 2, 3].map(() => new Float64Array(size));
    this.parent[0] = -1;
    this.frame[0] = rootFrame;
  }

  add(stack: number, value: number, samples: number, valueRight: number): void {
    const leaf = this.trie.leafOf(this.dictionary, stack);
    const node = this.trie.mark[leaf] || this.appendPath(leaf, stack);
    this.self[node] += value;
    this.samples[node] += samples;
    this.selfRight[node] += valueRight;
  }

  /** Adds the nodes of a stack that are not here yet, which are those nearest to its leaf. */
  private appendPath(leaf: number, stack: number): number {
    const { parent, mark } = this.trie;
    const { offset, frame } = this.dictionary.stacks;
    const start = offset[stack];
    const isEmpty = start === offset[stack + 1];
    if (this.path.length <= offset[stack + 1] - start) {
      this.path = new Int32Array(2 * (offset[stack + 1] - start));
    }
    let missing = 0;
    let above = leaf;
    for (; above > 0 && mark[above] === 0; above = parent[above]) {
      this.path[missing++] = above;
    }
    let node = mark[above];
    for (let at = missing - 1; at >= 0; at--) {
      node = this.append(node, this.path[at], isEmpty ? noStackFrame : frame[start + at]);
    }
    return node;
  }

  private append(parent: number, trieNode: number, frame: number): number {
    if (this.length === this.parent.length) {
      this.grow();
    }
    const node = this.length++;
    this.parent[node] = parent;
    this.frame[node] = frame;
    this.trieNode[node] = trieNode;
    this.trie.mark[trieNode] = node;
    return node;
  }

  private grow(): void {
    const size = this.length * 2;
    this.parent = grown(this.parent, size);
    this.frame = grown(this.frame, size);
    this.trieNode = grown(this.trieNode, size);
    this.self = grown(this.self, size);
    this.samples = grown(this.samples, size);
    this.selfRight = grown(this.selfRight, size);
  }

  unmark(): void {
    const { mark } = this.trie;
    for (let node = 1; node < this.length; node++) {
      mark[this.trieNode[node]] = 0;
    }
  }

  finish(compared: boolean): CallTree {
    const { length } = this;
    const parent = this.parent.subarray(0, length);
    const self = this.self.subarray(0, length);
    const selfRight = this.selfRight.subarray(0, length);
    const tree = { length, parent, frame: this.frame.subarray(0, length), self };
    const sums = { total: summedUp(parent, self), samples: summedUp(parent, this.samples.subarray(0, length)) };
    return compared ? { ...tree, ...sums, selfRight, totalRight: summedUp(parent, selfRight) } : { ...tree, ...sums };
  }
}

/** Adds every node's value to all its ancestors; children lie behind their parents, so one pass backwards does. */
function summedUp(parent: Int32Array, self: Float64Array): Float64Array {
  const total = self.slice();
  for (let node = total.length - 1; node > 0; node--) {
    total[parent[node]] += total[node];
  }
  return total;
}

/** The node that a path of labels leads to, from the root's children on; a leading `total` is skipped. -1 = there is none. */
export function findNode(dictionary: StackDictionary, tree: CallTree, path: readonly string[]): number {
  const steps = path[0] === rootLabel ? path.slice(1) : path;
  let node = 0;
  for (const label of steps) {
    node = findChild(dictionary, tree, node, label);
    if (node < 0) {
      return node;
    }
  }
  return node;
}

function findChild(dictionary: StackDictionary, tree: CallTree, parent: number, label: string): number {
  for (let node = parent + 1; node < tree.length; node++) {
    if (tree.parent[node] === parent && nodeLabel(dictionary, tree, node) === label) {
      return node;
    }
  }
  return -1;
}

/** The nodes of a tree that are shown, depth first, larger siblings first. */
export interface VisibleNodes {
  readonly node: Int32Array;
  /** 0 for the first node. */
  readonly level: Int32Array;
  readonly hiddenNodes: number;
  /** Self value of all hidden nodes, by absolute value. */
  readonly hiddenSelf: number;
}

/**
 * Keeps the `maxNodes` nodes below and with `top` that weigh most; a node stays only if its parent does. Values of shown nodes
 * stay exact, so shown children may sum to less than their parent.
 */
export function visibleNodes(dictionary: StackDictionary, tree: CallTree, maxNodes: number, top = 0): VisibleNodes {
  const inside = nodesBelow(tree, top);
  const weight = weights(tree);
  const kept = keepHeaviest(inside, weight, maxNodes);
  const order = depthFirst(dictionary, tree, kept, weight, top);
  const hiddenSelf = inside.length === kept.length ? 0 : hiddenSelfOf(tree, inside, kept);
  return { ...order, hiddenNodes: inside.length - kept.length, hiddenSelf };
}

function hiddenSelfOf({ length, self, selfRight }: CallTree, inside: Int32Array, kept: Int32Array): number {
  const shown = new Uint8Array(length);
  for (let at = 0; at < kept.length; at++) {
    shown[kept[at]] = 1;
  }
  let hidden = 0;
  for (let at = 0; at < inside.length; at++) {
    const node = inside[at];
    if (shown[node] === 0) {
      hidden += Math.abs(self[node]) + (selfRight === undefined ? 0 : Math.abs(selfRight[node]));
    }
  }
  return hidden;
}

function nodesBelow(tree: CallTree, top: number): Int32Array {
  if (top === 0) {
    const all = new Int32Array(tree.length);
    for (let node = 0; node < all.length; node++) {
      all[node] = node;
    }
    return all;
  }
  const inside = new Uint8Array(tree.length);
  inside[top] = 1;
  let count = 1;
  for (let node = top + 1; node < tree.length; node++) {
    if (inside[tree.parent[node]]) {
      inside[node] = 1;
      count++;
    }
  }
  const found = new Int32Array(count);
  for (let node = top, at = 0; node < tree.length; node++) {
    if (inside[node]) {
      found[at++] = node;
    }
  }
  return found;
}

/** Sum of absolute self values of both sides: never smaller than a descendant's, also with negative values. */
function weights(tree: CallTree): Float64Array {
  const { self, selfRight, parent } = tree;
  if (selfRight === undefined && !hasNegative(self)) {
    return tree.total;
  }
  const own = new Float64Array(tree.length);
  for (let node = 0; node < own.length; node++) {
    own[node] = Math.abs(self[node]) + (selfRight === undefined ? 0 : Math.abs(selfRight[node]));
  }
  return summedUp(parent, own);
}

function hasNegative(values: Float64Array): boolean {
  for (let at = 0; at < values.length; at++) {
    if (values[at] < 0) {
      return true;
    }
  }
  return false;
}

/** Ties go to the node that came first; parents come before their children, so no kept node lacks its parent. */
function keepHeaviest(nodes: Int32Array, weight: Float64Array, maxNodes: number): Int32Array {
  if (nodes.length <= maxNodes) {
    return nodes;
  }
  const weights = new Float64Array(nodes.length);
  for (let at = 0; at < weights.length; at++) {
    weights[at] = weight[nodes[at]];
  }
  const threshold = nthLargest(weights, maxNodes);
  const heavier = countAbove(weights, threshold);
  const kept = new Int32Array(maxNodes);
  for (let at = 0, count = 0, equal = maxNodes - heavier; count < maxNodes; at++) {
    const node = nodes[at];
    if (weight[node] > threshold || (weight[node] === threshold && equal-- > 0)) {
      kept[count++] = node;
    }
  }
  return kept;
}

function countAbove(values: Float64Array, threshold: number): number {
  let count = 0;
  for (let at = 0; at < values.length; at++) {
    count += values[at] > threshold ? 1 : 0;
  }
  return count;
}

function depthFirst(
  dictionary: StackDictionary,
  tree: CallTree,
  kept: Int32Array,
  weight: Float64Array,
  top: number
): { node: Int32Array; level: Int32Array } {
  const children = childrenInOrder(dictionary, tree, kept, weight, top);
  const node = new Int32Array(kept.length);
  const level = new Int32Array(kept.length);
  const stack: Array<readonly [node: number, level: number]> = [[top, 0]];
  for (let at = 0, next = stack.pop(); next !== undefined; at++, next = stack.pop()) {
    [node[at], level[at]] = next;
    for (const child of children.get(next[0]) ?? []) {
      stack.push([child, next[1] + 1]);
    }
  }
  return { node, level };
}

/** Children of every node, smallest first, as they are taken from the end of a stack. */
function childrenInOrder(
  dictionary: StackDictionary,
  tree: CallTree,
  kept: Int32Array,
  weight: Float64Array,
  top: number
): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const node of kept) {
    const siblings = children.get(tree.parent[node]);
    if (node !== top && siblings === undefined) {
      children.set(tree.parent[node], [node]);
    } else if (node !== top) {
      siblings?.push(node);
    }
  }
  const byWeight = (a: number, b: number) => weight[a] - weight[b] || compareLabels(dictionary, tree, b, a);
  children.forEach((siblings) => siblings.sort(byWeight));
  return children;
}

function compareLabels(dictionary: StackDictionary, tree: CallTree, a: number, b: number): number {
  const left = nodeLabel(dictionary, tree, a);
  const right = nodeLabel(dictionary, tree, b);
  return left < right ? -1 : left > right ? 1 : a - b;
}

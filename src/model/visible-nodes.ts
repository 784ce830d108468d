import { nodeLabel, pickTree, rootLabel, type CallTree } from './call-tree';
import { nthLargest } from './nth-largest';
import type { StackDictionary } from './stack-dictionary';
import { summedUp, type StackSums } from './stack-sums';

/** The nodes of a tree that are shown, depth first, larger siblings first. */
export interface VisibleNodes {
  readonly node: Int32Array;
  /** 0 for the first node. */
  readonly level: Int32Array;
  readonly hiddenNodes: number;
  /** Self value of all hidden nodes, by absolute value. */
  readonly hiddenSelf: number;
}

/** Keeps the `maxNodes` nodes of a tree that weigh most; a node stays only if its parent does. */
export function visibleNodes(dictionary: StackDictionary, tree: CallTree, maxNodes: number): VisibleNodes {
  const all = allNodes(tree);
  const weight = weights(tree);
  const kept = keepHeaviest(all, weight, maxNodes);
  const hiddenSelf = weight[0] - selfOf(tree, kept);
  return { ...depthFirst(dictionary, tree, kept, weight), hiddenNodes: tree.length - kept.length, hiddenSelf };
}

/** A tree of shown nodes alone. */
export interface VisibleTree extends VisibleNodes {
  readonly tree: CallTree;
  /** Self value of all nodes there are, by absolute value. */
  readonly allSelf: number;
}

/**
 * The nodes below and with `top`, a node of the sums' trie, that weigh most. Their values are exact, so shown children may sum to less
 * than their parent.
 */
export function visibleTree(dictionary: StackDictionary, sums: StackSums, maxNodes: number, top = 0): VisibleTree {
  const { weight } = sums;
  const inside = nodesBelow(sums, top);
  const kept = keepHeaviest(inside, weight, maxNodes);
  const tree = pickTree(dictionary, sums, kept);
  const order = depthFirst(dictionary, tree, allNodes(tree), picked(weight, kept));
  const hiddenSelf = weight[top] - selfOf(tree, allNodes(tree));
  return { tree, allSelf: weight[0], ...order, hiddenNodes: inside.length - kept.length, hiddenSelf };
}

/** The node that a path of labels leads to, from the root's children on; a leading `total` is skipped. -1 = there is none. */
export function findNode(dictionary: StackDictionary, sums: StackSums, path: readonly string[]): number {
  const { trie, parent, present, length } = sums;
  const steps = path[0] === rootLabel ? path.slice(1) : path;
  let found = 0;
  let step = 0;
  for (let node = 1; node < length && step < steps.length; node++) {
    if (parent[node] === found && present[node] === 1 && trie.labelOf(dictionary, node) === steps[step]) {
      found = node;
      step++;
    }
  }
  return step < steps.length ? -1 : found;
}

function allNodes({ length }: CallTree): Int32Array {
  return Int32Array.from({ length }, (_, node) => node);
}

/** By absolute value, both sides. */
function selfOf({ self, selfRight }: CallTree, nodes: Int32Array): number {
  let sum = 0;
  for (const node of nodes) {
    sum += Math.abs(self[node]) + (selfRight === undefined ? 0 : Math.abs(selfRight[node]));
  }
  return sum;
}

function nodesBelow({ trie, length, parent, present }: StackSums, top: number): Int32Array {
  const found = trie.scratch.ints('inside', length);
  const inside = trie.scratch.bytes('inside', top === 0 ? 0 : length);
  let count = 0;
  for (let node = top; node < length; node++) {
    const isBelow = top === 0 || node === top || inside[parent[node]] === 1;
    if (isBelow && present[node] === 1) {
      inside[node] = 1;
      found[count++] = node;
    }
  }
  return found.subarray(0, count);
}

/** Sum of absolute self values of both sides: never smaller than a descendant's, also with negative values. */
function weights({ parent, self, selfRight }: CallTree): Float64Array {
  const own = self.map((value, node) => Math.abs(value) + (selfRight === undefined ? 0 : Math.abs(selfRight[node])));
  return summedUp(parent, own);
}

/** Ties go to the node that came first; parents come before their children, so no kept node lacks its parent. */
function keepHeaviest(nodes: Int32Array, weight: Float64Array, maxNodes: number): Int32Array {
  if (nodes.length <= maxNodes) {
    return nodes;
  }
  const likely = likelyHeaviest(nodes, weight, maxNodes);
  const threshold = nthLargest(likely, maxNodes);
  const heavier = countAbove(likely, threshold);
  const kept = new Int32Array(maxNodes);
  for (let at = 0, count = 0, equal = maxNodes - heavier; count < maxNodes; at++) {
    const node = nodes[at];
    if (weight[node] > threshold || (weight[node] === threshold && equal-- > 0)) {
      kept[count++] = node;
    }
  }
  return kept;
}

/** Weights of nodes, those of the `maxNodes` heaviest among them; mostly not many others, as a sample says how heavy they are. */
function likelyHeaviest(nodes: Int32Array, weight: Float64Array, maxNodes: number): Float64Array {
  const step = Math.floor(nodes.length / (2 * maxNodes));
  if (step < 4) {
    return picked(weight, nodes);
  }
  const sample = Float64Array.from({ length: Math.floor(nodes.length / step) }, (_, at) => weight[nodes[at * step]]);
  const least = nthLargest(sample, Math.ceil((maxNodes / step) * 1.25));
  const likely = new Float64Array(maxNodes * 2);
  let count = 0;
  for (let at = 0; at < nodes.length; at++) {
    const own = weight[nodes[at]];
    if (own >= least) {
      likely[count++] = own;
    }
  }
  return count >= maxNodes && count <= likely.length ? likely.subarray(0, count) : picked(weight, nodes);
}

function picked(values: Float64Array, nodes: Int32Array): Float64Array {
  const found = new Float64Array(nodes.length);
  for (let at = 0; at < found.length; at++) {
    found[at] = values[nodes[at]];
  }
  return found;
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
  weight: Float64Array
): { node: Int32Array; level: Int32Array } {
  const children = childrenInOrder(dictionary, tree, kept, weight);
  const node = new Int32Array(kept.length);
  const level = new Int32Array(kept.length);
  const stack: Array<readonly [node: number, level: number]> = [[0, 0]];
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
  weight: Float64Array
): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const node of kept) {
    const siblings = children.get(tree.parent[node]);
    if (node !== 0 && siblings === undefined) {
      children.set(tree.parent[node], [node]);
    } else if (node !== 0) {
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

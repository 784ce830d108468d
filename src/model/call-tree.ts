import { heaviestFirst } from './heaviest-first';
import { frameLabel, isDetail, noStack, type StackDictionary, type WeightedStacks } from './stack-dictionary';

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
  const builder = new TreeBuilder(dictionary);
  for (const row of heaviestFirst(left)) {
    builder.add(left.stack[row], left.value[row], left.samples[row], 0);
  }
  if (right !== undefined) {
    for (const row of heaviestFirst(right)) {
      builder.add(right.stack[row], 0, right.samples[row], right.value[row]);
    }
  }
  return builder.finish(right !== undefined);
}

const noStackKey = 0xffffffff;

/** Nodes in growing arrays, found again through an open-addressed table over (parent, key of the label). */
class TreeBuilder {
  private length = 1;
  private parent = new Int32Array(1024);
  private frame = new Int32Array(1024);
  private key = new Uint32Array(1024);
  private self = new Float64Array(1024);
  private samples = new Float64Array(1024);
  private selfRight = new Float64Array(1024);
  private slots = new Int32Array(4096).fill(-1);
  /** Per frame: its label's string, doubled, plus one for detail values, so that both differ. */
  private readonly keyOfFrame: Uint32Array;

  constructor(private readonly dictionary: StackDictionary) {
    const { frames } = dictionary;
    this.keyOfFrame = new Uint32Array(frames.length);
    for (let frame = 0; frame < frames.length; frame++) {
      this.keyOfFrame[frame] = frames.method[frame] * 2 + (isDetail(frames, frame) ? 1 : 0);
    }
    this.parent[0] = -1;
    this.frame[0] = rootFrame;
  }

  add(stack: number, value: number, samples: number, valueRight: number): void {
    const { stacks } = this.dictionary;
    const start = stacks.offset[stack];
    const end = stacks.offset[stack + 1];
    let node = start === end ? this.child(0, noStackKey, noStackFrame) : 0;
    for (let at = end - 1; at >= start; at--) {
      const frame = stacks.frame[at];
      node = this.child(node, this.keyOfFrame[frame], frame);
    }
    this.self[node] += value;
    this.samples[node] += samples;
    this.selfRight[node] += valueRight;
  }

  private child(parent: number, key: number, frame: number): number {
    const mask = this.slots.length - 1;
    let slot = hash(parent, key) & mask;
    for (let node = this.slots[slot]; node >= 0; node = this.slots[slot]) {
      if (this.parent[node] === parent && this.key[node] === key) {
        return node;
      }
      slot = (slot + 1) & mask;
    }
    const node = this.append(parent, key, frame);
    this.slots[slot] = node;
    if (this.length * 2 > this.slots.length) {
      this.rehash();
    }
    return node;
  }

  private append(parent: number, key: number, frame: number): number {
    if (this.length === this.parent.length) {
      this.grow();
    }
    const node = this.length++;
    this.parent[node] = parent;
    this.key[node] = key;
    this.frame[node] = frame;
    return node;
  }

  private grow(): void {
    const size = this.length * 2;
    this.parent = enlarged(this.parent, new Int32Array(size));
    this.frame = enlarged(this.frame, new Int32Array(size));
    this.key = enlarged(this.key, new Uint32Array(size));
    this.self = enlarged(this.self, new Float64Array(size));
    this.samples = enlarged(this.samples, new Float64Array(size));
    this.selfRight = enlarged(this.selfRight, new Float64Array(size));
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = this.slots.length - 1;
    for (let node = 1; node < this.length; node++) {
      let slot = hash(this.parent[node], this.key[node]) & mask;
      while (this.slots[slot] >= 0) {
        slot = (slot + 1) & mask;
      }
      this.slots[slot] = node;
    }
  }

  finish(compared: boolean): CallTree {
    const { length } = this;
    const parent = this.parent.slice(0, length);
    const self = this.self.slice(0, length);
    const selfRight = this.selfRight.slice(0, length);
    const tree = { length, parent, frame: this.frame.slice(0, length), self };
    const sums = { total: summedUp(parent, self), samples: summedUp(parent, this.samples.slice(0, length)) };
    return compared ? { ...tree, ...sums, selfRight, totalRight: summedUp(parent, selfRight) } : { ...tree, ...sums };
  }
}

function hash(parent: number, key: number): number {
  const mixed = Math.imul(parent ^ Math.imul(key, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function enlarged<T extends Int32Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
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
  let hiddenSelf = 0;
  const shown = new Uint8Array(tree.length);
  for (const node of kept) {
    shown[node] = 1;
  }
  for (const node of inside) {
    hiddenSelf += shown[node] ? 0 : Math.abs(tree.self[node]) + Math.abs(tree.selfRight?.[node] ?? 0);
  }
  return { ...order, hiddenNodes: inside.length - kept.length, hiddenSelf };
}

function nodesBelow(tree: CallTree, top: number): Int32Array {
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
  const own = tree.self.map((self, node) => Math.abs(self) + Math.abs(tree.selfRight?.[node] ?? 0));
  return summedUp(tree.parent, own);
}

/** Ties go to the node that came first; parents come before their children, so no kept node lacks its parent. */
function keepHeaviest(nodes: Int32Array, weight: Float64Array, maxNodes: number): Int32Array {
  if (nodes.length <= maxNodes) {
    return nodes;
  }
  const sorted = Float64Array.from(nodes, (node) => weight[node]).sort();
  const threshold = sorted[sorted.length - maxNodes];
  let equal = maxNodes;
  for (let at = sorted.length - 1; at >= 0 && sorted[at] > threshold; at--) {
    equal--;
  }
  return nodes.filter((node) => weight[node] > threshold || (weight[node] === threshold && equal-- > 0));
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

import { type FlameRows, pickNumbers, pickSources } from './flame-rows';

/**
 * A tree that grows by stacks: the children of a node that have the same label are one node. What is put on nodes is their
 * own part (self, hidden); `rowsOfMerge` sums it up. Nodes are numbered as they come, so a parent is before its children.
 */
export interface Merge {
  readonly source: FlameRows;
  length: number;
  parent: Int32Array;
  label: Uint32Array;
  /** Row of the source that the node was made for: its file and library are the node's. */
  origin: Uint32Array;
  self: Float64Array;
  /** Value of frames that the source doesn't show. */
  hidden: Float64Array;
  selfRight: Float64Array;
  hiddenRight: Float64Array;
  samples: Float64Array;
  folded: Uint32Array;
  /** Open addressing: node + 1 by parent and label, 0 = free. */
  slots: Int32Array;
}

export function newMerge(source: FlameRows, label: number, origin: number): Merge {
  const merge: Merge = { source, length: 0, ...nodeColumns(1024), slots: new Int32Array(4096) };
  addNode(merge, -1, label, origin);
  return merge;
}

function nodeColumns(capacity: number) {
  return {
    parent: new Int32Array(capacity),
    label: new Uint32Array(capacity),
    origin: new Uint32Array(capacity),
    self: new Float64Array(capacity),
    hidden: new Float64Array(capacity),
    selfRight: new Float64Array(capacity),
    hiddenRight: new Float64Array(capacity),
    samples: new Float64Array(capacity),
    folded: new Uint32Array(capacity),
  };
}

/** The child of a node with a label; made, for the row `origin`, if there is none. */
export function childOf(merge: Merge, parent: number, label: number, origin: number): number {
  const { slots } = merge;
  const last = slots.length - 1;
  let at = slotOf(parent, label) & last;
  for (let held = slots[at]; held !== 0; held = slots[(at = (at + 1) & last)]) {
    if (merge.parent[held - 1] === parent && merge.label[held - 1] === label) {
      return held - 1;
    }
  }
  slots[at] = merge.length + 1;
  return addNode(merge, parent, label, origin);
}

function slotOf(parent: number, label: number): number {
  const mixed = Math.imul(parent ^ Math.imul(label, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function addNode(merge: Merge, parent: number, label: number, origin: number): number {
  if (merge.length === merge.parent.length) {
    growColumns(merge);
  }
  const node = merge.length++;
  merge.parent[node] = parent;
  merge.label[node] = label;
  merge.origin[node] = origin;
  if (merge.length * 2 > merge.slots.length) {
    rehash(merge);
  }
  return node;
}

function growColumns(merge: Merge) {
  const bigger = nodeColumns(merge.parent.length * 2);
  for (const [name, column] of Object.entries(bigger)) {
    column.set(merge[name as keyof typeof bigger]);
  }
  Object.assign(merge, bigger);
}

function rehash(merge: Merge) {
  const slots = new Int32Array(merge.slots.length * 4);
  for (let node = 1; node < merge.length; node++) {
    let at = slotOf(merge.parent[node], merge.label[node]) & (slots.length - 1);
    while (slots[at] !== 0) {
      at = (at + 1) & (slots.length - 1);
    }
    slots[at] = node + 1;
  }
  merge.slots = slots;
}

/** What a row holds apart from its children. */
export interface OwnParts {
  readonly hidden: Float64Array;
  readonly hiddenRight?: Float64Array;
  readonly samples?: Float64Array;
}

/** Adds a row's own part to a node. */
export function addOwn(merge: Merge, node: number, row: number, own: OwnParts) {
  const { self, selfRight } = merge.source;
  merge.self[node] += self[row];
  merge.hidden[node] += own.hidden[row];
  merge.selfRight[node] += selfRight?.[row] ?? 0;
  merge.hiddenRight[node] += own.hiddenRight?.[row] ?? 0;
  merge.samples[node] += own.samples?.[row] ?? 0;
}

/** The merged tree as rows; siblings in the order in which they came, or the largest first. */
export function rowsOfMerge(merge: Merge, labels: readonly string[], largestFirst = false): FlameRows {
  const { source, length } = merge;
  const value = sumUp(merge, merge.self, merge.hidden);
  const right = source.valueRight && sumUp(merge, merge.selfRight, merge.hiddenRight);
  const samples = source.samples && sumUp(merge, merge.samples);
  const weight = largestFirst ? value.map((v, node) => v + (right?.[node] ?? 0)) : undefined;
  const { order, level } = depthFirst(merge, weight);
  const pick = (column: ArrayLike<number>) => pickNumbers(column, order);
  return {
    level,
    value: pick(value),
    self: pick(merge.self),
    label: pick(merge.label),
    labels,
    valueRight: right && pick(right),
    selfRight: right && pick(merge.selfRight),
    samples: samples && pick(samples),
    folded: merge.folded.subarray(0, length).some((count) => count > 0) ? pick(merge.folded) : undefined,
    ...pickSources(source, Uint32Array.from(pick(merge.origin))),
  };
}

/** Own parts of a node and of all below it. */
function sumUp({ length, parent }: Merge, ...own: Float64Array[]): Float64Array {
  const sums = new Float64Array(length);
  for (let node = length - 1; node >= 0; node--) {
    sums[node] += own.reduce((sum, column) => sum + column[node], 0);
    if (node > 0) {
      sums[parent[node]] += sums[node];
    }
  }
  return sums;
}

function depthFirst({ length, parent }: Merge, weight?: Float64Array): { order: Uint32Array; level: Uint32Array } {
  const { first, next } = childLists(length, parent, weight);
  const order = new Uint32Array(length);
  const level = new Uint32Array(length);
  let node = 0;
  for (let at = 0, depth = 0; at < length; at++) {
    order[at] = node;
    level[at] = depth;
    if (first[node] >= 0) {
      node = first[node];
      depth++;
      continue;
    }
    while (next[node] < 0 && node > 0) {
      node = parent[node];
      depth--;
    }
    node = next[node];
  }
  return { order, level };
}

/** First child and next sibling per node, -1 = none. Prepending in reverse order leaves the first in front. */
function childLists(length: number, parent: Int32Array, weight?: Float64Array) {
  const first = new Int32Array(length).fill(-1);
  const next = new Int32Array(length).fill(-1);
  const nodes = Uint32Array.from({ length: length - 1 }, (_, i) => i + 1);
  if (weight) {
    nodes.sort((a, b) => weight[b] - weight[a] || a - b);
  }
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at];
    next[node] = first[parent[node]];
    first[parent[node]] = node;
  }
  return { first, next };
}

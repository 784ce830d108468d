/**
 * A flame graph's tree over typed arrays, built in one pass from the nested set of a flame frame.
 *
 * Rows are the frame's own order: depth first, parents before children. Nodes are the same frames by level, each level in
 * row order, so the children of a node are one range of nodes, and `start` never falls within a level.
 */
export interface FlameColumns {
  readonly level: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly self: ArrayLike<number>;
  /** Index into `labels`. */
  readonly label: ArrayLike<number>;
  readonly labels: readonly string[];
  /** With a comparison: values of the right side; drawn width = left + right. */
  readonly valueRight?: ArrayLike<number>;
  readonly selfRight?: ArrayLike<number>;
}

export interface FlameTree {
  readonly columns: FlameColumns;
  readonly length: number;
  /** Number of levels. */
  readonly depth: number;
  /** depth + 1 offsets: the nodes of level L are [levelStart[L], levelStart[L + 1]). */
  readonly levelStart: Uint32Array;
  /** Node → row. */
  readonly row: Uint32Array;
  /** Left edge and width of a node in value units. Children that exceed their parent are cut to it. */
  readonly start: Float64Array;
  readonly width: Float64Array;
  /** length + 1 offsets: the children of node n are [firstChild[n], firstChild[n + 1]). */
  readonly firstChild: Uint32Array;
  /** Row → row after the last one below it. */
  readonly rowEnd: Uint32Array;
  /** Label → how many frames have it. */
  readonly labelFrames: Uint32Array;
}

export type NodeIndex = number;

/** Why the columns are no nested set with one root; undefined if they are. */
export function nestedSetProblem({ level }: FlameColumns): string | undefined {
  for (let row = 0; row < level.length; row++) {
    const here = level[row]!;
    const wanted = row === 0 ? here === 0 : Number.isInteger(here) && here > 0 && here <= level[row - 1]! + 1;
    if (!wanted) {
      return row === 0 ? 'The first row must have level 0.' : `Row ${row} has level ${here} after ${level[row - 1]}.`;
    }
  }
  return undefined;
}

/** The value drawn as width: both sides of a comparison together; what is no positive number counts as 0. */
export function drawnValue({ value, valueRight }: FlameColumns, row: number): number {
  return positive(value[row]) + positive(valueRight?.[row]);
}

function positive(value: number | undefined): number {
  return value !== undefined && value > 0 && value < Infinity ? value : 0;
}

/** Builds the tree; the columns must have passed `nestedSetProblem`. */
export function buildFlameTree(columns: FlameColumns): FlameTree {
  const length = columns.level.length;
  const levelStart = countLevels(columns.level);
  const tree: FlameTree = {
    columns,
    length,
    depth: levelStart.length - 1,
    levelStart,
    row: new Uint32Array(length),
    start: new Float64Array(length),
    width: new Float64Array(length),
    firstChild: new Uint32Array(length + 1),
    rowEnd: new Uint32Array(length),
    labelFrames: new Uint32Array(columns.labels.length),
  };
  placeNodes(tree);
  return tree;
}

function countLevels(level: ArrayLike<number>): Uint32Array {
  const counts: number[] = [];
  for (let row = 0; row < level.length; row++) {
    const at = level[row]!;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const levelStart = new Uint32Array(counts.length + 1);
  counts.forEach((count, at) => (levelStart[at + 1] = levelStart[at]! + count));
  return levelStart;
}

function placeNodes(tree: FlameTree) {
  const { columns, depth, levelStart, row, start, width, firstChild, rowEnd, labelFrames, length } = tree;
  const next = levelStart.slice(0, depth + 1); // per level: the node that comes next
  const edge = new Float64Array(depth + 1); // per level: where the next node starts
  const limit = new Float64Array(depth + 1); // per level: where the open parent ends
  limit[0] = Infinity;
  const { level: levels, value, valueRight, label } = columns;
  let open = -1; // deepest level whose last node is still open
  for (let r = 0; r < length; r++) {
    const level = levels[r]!;
    const drawn = positive(value[r]) + (valueRight ? positive(valueRight[r]) : 0);
    for (; open >= level; open--) {
      rowEnd[row[next[open]! - 1]!] = r;
    }
    const node = next[level]!;
    next[level] = node + 1;
    row[node] = r;
    labelFrames[label[r]!]!++;
    start[node] = edge[level]!;
    width[node] = Math.max(0, Math.min(drawn, limit[level]! - edge[level]!));
    firstChild[node] = level + 1 < depth ? next[level + 1]! : length;
    edge[level] = start[node]! + width[node]!;
    edge[level + 1] = start[node]!;
    limit[level + 1] = edge[level]!;
    open = level;
  }
  for (; open >= 0; open--) {
    rowEnd[row[next[open]! - 1]!] = length;
  }
  firstChild[length] = length;
}

export function levelOf(tree: FlameTree, node: NodeIndex): number {
  return tree.columns.level[tree.row[node]!]!;
}

export function labelOf({ columns, row }: FlameTree, node: NodeIndex): string {
  return columns.labels[columns.label[row[node]!]!] ?? '';
}

/** -1 for the root. */
export function parentOf(tree: FlameTree, node: NodeIndex): NodeIndex {
  const level = levelOf(tree, node);
  if (level === 0) {
    return -1;
  }
  // The last node above whose children start at or before this node.
  let low = tree.levelStart[level - 1]!;
  let high = tree.levelStart[level]!;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (tree.firstChild[middle]! <= node) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Nodes from the root down to and including this one. */
export function pathTo(tree: FlameTree, node: NodeIndex): NodeIndex[] {
  const path: NodeIndex[] = [];
  for (let at = node; at >= 0; at = parentOf(tree, at)) {
    path.push(at);
  }
  return path.reverse();
}

/** The node of a row: a binary search in the row's level. */
export function nodeOfRow(tree: FlameTree, row: number): NodeIndex {
  const level = tree.columns.level[row]!;
  let low = tree.levelStart[level]!;
  let high = tree.levelStart[level + 1]!;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (tree.row[middle]! <= row) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/** A label as a short text that can stand in an address (FNV-1a). Only siblings must differ. */
export function labelKey(label: string): string {
  let hash = 2166136261;
  for (let i = 0; i < label.length; i++) {
    hash = Math.imul(hash ^ label.charCodeAt(i), 16777619);
  }
  return (hash >>> 0).toString(36);
}

/**
 * The deepest node that a path of keys, as of `pathKeys`, leads to. Keeps the focus over new data of the same question:
 * where the method is gone, its nearest caller is shown.
 */
export function followPath(tree: FlameTree, keys: readonly string[]): NodeIndex {
  let node = 0;
  for (const key of keys) {
    const child = childWithKey(tree, node, key);
    if (child < 0) {
      break;
    }
    node = child;
  }
  return node;
}

function childWithKey(tree: FlameTree, node: NodeIndex, key: string): NodeIndex {
  const [name, before = 0] = key.split('-');
  let left = Number(before);
  for (let child = tree.firstChild[node]; child < tree.firstChild[node + 1]; child++) {
    if (labelKey(labelOf(tree, child)) === name && left-- === 0) {
      return child;
    }
  }
  return -1;
}

/** Labels below the root down to the node; the root itself is []. */
export function pathLabels(tree: FlameTree, node: NodeIndex): string[] {
  return pathTo(tree, node)
    .slice(1)
    .map((at) => labelOf(tree, at));
}

/**
 * The way to a node as keys of labels: it survives new data and fits into an address. Frames of other datasources may have
 * siblings of one name; the second of them is `key-1`.
 */
export function pathKeys(tree: FlameTree, node: NodeIndex): string[] {
  const path = pathTo(tree, node);
  return path.slice(1).map((at, i) => siblingKey(tree, path[i]!, at));
}

function siblingKey(tree: FlameTree, parent: NodeIndex, node: NodeIndex): string {
  const name = labelOf(tree, node);
  let before = 0;
  for (let at = tree.firstChild[parent]!; at < node; at++) {
    before += labelOf(tree, at) === name ? 1 : 0;
  }
  return labelKey(name) + (before > 0 ? `-${before}` : '');
}

/** The widest child, or -1. */
export function widestChild(tree: FlameTree, node: NodeIndex): NodeIndex {
  let widest = -1;
  for (let child = tree.firstChild[node]!; child < tree.firstChild[node + 1]!; child++) {
    if (widest < 0 || tree.width[child]! > tree.width[widest]!) {
      widest = child;
    }
  }
  return widest;
}

/** The next frame to the right (1) or left (-1) on the same level, or the node itself at the edge of the focus. */
export function neighbour(tree: FlameTree, node: NodeIndex, step: 1 | -1, focus: NodeIndex): NodeIndex {
  const level = levelOf(tree, node);
  const left = tree.start[focus]!;
  const right = left + tree.width[focus]!;
  for (let at = node + step; at >= tree.levelStart[level]! && at < tree.levelStart[level + 1]!; at += step) {
    if (tree.start[at]! < left || tree.start[at]! >= right) {
      break;
    }
    if (tree.width[at]! > 0) {
      return at;
    }
  }
  return node;
}

import { type FlameTree, type NodeIndex, levelOf } from './flame-tree';

/**
 * What a view of a tree shows: per row, from left to right, frames at least `minPx` wide and runs of narrower siblings.
 * It is made once per focus and width; painting, scrolling and hit tests only read it. Entry e:
 * `node[e]` = the frame, or the first of a run; `count[e]` = 0 for a frame, else the siblings in the run.
 */
export interface FlameLayout {
  readonly focus: NodeIndex;
  readonly widthPx: number;
  readonly rows: number;
  /** rows + 1 offsets into the entry columns; row 0 is the focus. */
  readonly rowStart: Uint32Array;
  readonly node: Uint32Array;
  readonly count: Uint32Array;
  readonly x: Float32Array;
  readonly w: Float32Array;
  /** Entries that are frames. */
  readonly frames: number;
}

export interface FlameView {
  readonly focus: NodeIndex;
  readonly widthPx: number;
  /** Frames narrower than this join runs; 0.5 unless told. */
  readonly minPx?: number;
}

interface Entries {
  length: number;
  frames: number;
  node: Uint32Array;
  count: Uint32Array;
  x: Float32Array;
  w: Float32Array;
}

/** Lays a view out: looks only at children of frames that are wide enough, so the cost follows pixels, not nodes. */
export function layoutFlame(tree: FlameTree, { focus, widthPx, minPx = 0.5 }: FlameView): FlameLayout {
  const entries = newEntries(1024);
  const rowStart: number[] = [0];
  const scale = tree.width[focus]! > 0 ? widthPx / tree.width[focus]! : 0;
  if (tree.length > 0) {
    addEntry(entries, focus, 0, 0, widthPx);
    rowStart.push(1);
  }
  for (let row = 1; scale > 0 && rowStart[row]! > rowStart[row - 1]!; row++) {
    addChildren(tree, entries, rowStart[row - 1]!, rowStart[row]!, tree.start[focus]!, scale, minPx);
    rowStart.push(entries.length);
  }
  if (rowStart.length > 2 && rowStart.at(-1) === rowStart.at(-2)) {
    rowStart.pop();
  }
  return { ...trim(entries), focus, widthPx, rows: rowStart.length - 1, rowStart: Uint32Array.from(rowStart) };
}

function addChildren(
  tree: FlameTree,
  entries: Entries,
  first: number,
  end: number,
  left: number,
  scale: number,
  minPx: number
) {
  for (let entry = first; entry < end; entry++) {
    if (entries.count[entry] === 0) {
      const parent = entries.node[entry]!;
      addSiblings(tree, entries, tree.firstChild[parent]!, tree.firstChild[parent + 1]!, left, scale, minPx);
    }
  }
}

function addSiblings(
  { start, width }: FlameTree,
  entries: Entries,
  first: number,
  end: number,
  left: number,
  scale: number,
  minPx: number
) {
  let runStart = -1;
  for (let node = first; node <= end; node++) {
    const px = node < end ? width[node]! * scale : minPx;
    if (px < minPx) {
      runStart = runStart < 0 && px > 0 ? node : runStart;
      continue;
    }
    if (runStart >= 0) {
      const runEnd = start[node - 1]! + width[node - 1]!;
      const x = (start[runStart]! - left) * scale;
      addEntry(entries, runStart, node - runStart, x, (runEnd - left) * scale - x);
      runStart = -1;
    }
    if (node < end) {
      addEntry(entries, node, 0, (start[node]! - left) * scale, px);
    }
  }
}

function addEntry(entries: Entries, node: number, count: number, x: number, w: number) {
  if (entries.length === entries.node.length) {
    Object.assign(entries, grow(entries));
  }
  const at = entries.length++;
  entries.node[at] = node;
  entries.count[at] = count;
  entries.x[at] = x;
  entries.w[at] = w;
  entries.frames += count === 0 ? 1 : 0;
}

function newEntries(capacity: number): Entries {
  return {
    length: 0,
    frames: 0,
    node: new Uint32Array(capacity),
    count: new Uint32Array(capacity),
    x: new Float32Array(capacity),
    w: new Float32Array(capacity),
  };
}

function grow(entries: Entries): Entries {
  const bigger = newEntries(entries.node.length * 2);
  bigger.node.set(entries.node);
  bigger.count.set(entries.count);
  bigger.x.set(entries.x);
  bigger.w.set(entries.w);
  return { ...bigger, length: entries.length, frames: entries.frames };
}

function trim({ length, frames, node, count, x, w }: Entries) {
  const cut = { node: node.subarray(0, length), count: count.subarray(0, length) };
  return { ...cut, x: x.subarray(0, length), w: w.subarray(0, length), frames };
}

/** The entry at a point (row and px from the left), or -1. */
export function hitFlame(layout: FlameLayout, row: number, xPx: number): number {
  if (row < 0 || row >= layout.rows || xPx < 0 || xPx >= layout.widthPx) {
    return -1;
  }
  let low = layout.rowStart[row]!;
  let high = layout.rowStart[row + 1]!;
  if (low === high || xPx < layout.x[low]!) {
    return -1;
  }
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (layout.x[middle]! <= xPx) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return xPx < layout.x[low]! + layout.w[low]! ? low : -1;
}

/** The entry that shows a node (or the run it is in), or -1 when the view doesn't show it. */
export function entryOfNode(tree: FlameTree, layout: FlameLayout, node: NodeIndex): number {
  const row = levelOf(tree, node) - levelOf(tree, layout.focus);
  if (row < 0 || row >= layout.rows) {
    return -1;
  }
  for (let entry = layout.rowStart[row]!; entry < layout.rowStart[row + 1]!; entry++) {
    const first = layout.node[entry]!;
    if (node >= first && node < first + Math.max(1, layout.count[entry]!)) {
      return entry;
    }
  }
  return -1;
}

/** What a run of small siblings holds together. */
export function runValue({ start, width }: FlameTree, first: NodeIndex, count: number): number {
  const last = first + count - 1;
  return start[last]! + width[last]! - start[first]!;
}

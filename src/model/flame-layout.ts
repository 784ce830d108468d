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
  /** The part of the focus that fills the width, as shares 0..1 of it; all of it unless told. */
  readonly from?: number;
  readonly to?: number;
}

/** What is laid out, in value units: frames that end left of `left` or start right of `right` are out of view. */
interface Window {
  readonly left: number;
  readonly right: number;
  readonly scale: number;
  readonly minPx: number;
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
export function layoutFlame(tree: FlameTree, view: FlameView): FlameLayout {
  const { focus, widthPx } = view;
  const entries = newEntries(1024);
  const rowStart: number[] = [0];
  const window = windowOf(tree, view);
  if (tree.length > 0) {
    addEntry(entries, focus, 0, 0, widthPx);
    rowStart.push(1);
  }
  for (let row = 1; window.scale > 0 && rowStart[row] > rowStart[row - 1]; row++) {
    addChildren(tree, entries, rowStart[row - 1], rowStart[row], window);
    rowStart.push(entries.length);
  }
  if (rowStart.length > 2 && rowStart.at(-1) === rowStart.at(-2)) {
    rowStart.pop();
  }
  return { ...trim(entries), focus, widthPx, rows: rowStart.length - 1, rowStart: Uint32Array.from(rowStart) };
}

function windowOf(tree: FlameTree, { focus, widthPx, minPx = 0.5, from = 0, to = 1 }: FlameView): Window {
  const start = tree.start[focus];
  const width = tree.width[focus];
  const left = start + from * width;
  const right = to >= 1 ? start + width : start + to * width;
  return { left, right, scale: right > left ? widthPx / (right - left) : 0, minPx };
}

function addChildren(tree: FlameTree, entries: Entries, first: number, end: number, window: Window) {
  for (let entry = first; entry < end; entry++) {
    if (entries.count[entry] === 0) {
      addSiblings(tree, entries, entries.node[entry], window);
    }
  }
}

/** The innermost loop of all drawing, so frames are added in place. */
function addSiblings({ start, width, firstChild }: FlameTree, entries: Entries, parent: number, window: Window) {
  const { left, right, scale, minPx } = window;
  const end = firstChild[parent + 1];
  let runStart = -1;
  let node = firstChild[parent];
  if (start[parent] < left) {
    node = firstEndingAfter(start, width, node, end, left);
  }
  for (; node <= end; node++) {
    const inView = node < end && start[node] < right;
    const px = inView ? width[node] * scale : minPx;
    if (px < minPx) {
      runStart = runStart < 0 && px > 0 ? node : runStart;
      continue;
    }
    if (runStart >= 0) {
      addClipped(entries, runStart, node - runStart, start[runStart], start[node - 1] + width[node - 1], window);
      runStart = -1;
    }
    if (!inView) {
      break;
    }
    const at = entries.length < entries.node.length ? entries.length : makeRoom(entries);
    const x = start[node] > left ? (start[node] - left) * scale : 0;
    entries.node[at] = node;
    entries.x[at] = x;
    entries.w[at] = (Math.min(start[node] + width[node], right) - left) * scale - x;
    entries.length++;
    entries.frames++;
  }
}

/** Siblings lie side by side: a binary search for the first that reaches into the view. */
function firstEndingAfter(start: Float64Array, width: Float64Array, first: number, end: number, left: number): number {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (start[middle] + width[middle] > left) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/** Only the part in view is drawn, so the label of a frame that begins left of it stays readable. */
function addClipped(entries: Entries, node: number, count: number, from: number, to: number, window: Window) {
  const x = (Math.max(from, window.left) - window.left) * window.scale;
  addEntry(entries, node, count, x, (Math.min(to, window.right) - window.left) * window.scale - x);
}

function addEntry(entries: Entries, node: number, count: number, x: number, w: number) {
  const at = entries.length < entries.node.length ? entries.length : makeRoom(entries);
  entries.length++;
  entries.node[at] = node;
  entries.count[at] = count;
  entries.x[at] = x;
  entries.w[at] = w;
  entries.frames += count === 0 ? 1 : 0;
}

/** Doubles the columns; returns where the next entry goes. */
function makeRoom(entries: Entries): number {
  Object.assign(entries, grow(entries));
  return entries.length;
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

/** Copies, so that the room for more entries is given back. */
function trim({ length, frames, node, count, x, w }: Entries) {
  const cut = { node: node.slice(0, length), count: count.slice(0, length) };
  return { ...cut, x: x.slice(0, length), w: w.slice(0, length), frames };
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

import { type FlameLayout } from '../../model/flame-layout';
import { hidesMatch } from '../../model/flame-search';
import { type RowPlace, gapPx, rowTop } from './flame-rows-px';
import { type FlameScene } from './flame-scene';

/**
 * The boxes of the entries in view, in groups of one colour: setting a colour costs more than drawing a small box. Groups
 * are painted in their order: runs, wide frames, narrow ones, and those that are found last, so that no neighbour covers the
 * only pixel that a narrow frame has. Boxes are counted from `from`, the first entry in view.
 */
export interface FlameBoxes {
  readonly from: number;
  /** First box of each group, -1 = none. */
  readonly head: Int32Array;
  /** The next box of the same group. */
  readonly next: Int32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: Float32Array;
  /** Colours of the palette. */
  readonly buckets: number;
}

const narrowPixels = 2;
const runGroup = 0;
const runMatchGroup = 1;
const wideGroups = 2;

type Room = Pick<FlameBoxes, 'next' | 'x' | 'y' | 'width'> & { readonly group: Uint8Array };

function newRoom(length: number): Room {
  const pixels = () => new Float32Array(length);
  return { next: new Int32Array(length), group: new Uint8Array(length), x: pixels(), y: pixels(), width: pixels() };
}

/** Places the boxes of rows [first, end) on a canvas that is scrolled by `scrollPx`. */
export function boxesInView(
  scene: FlameScene,
  place: RowPlace,
  [first, end]: readonly [number, number],
  scrollPx: number,
  pixelRatio: number
): FlameBoxes {
  const { rowStart } = scene.layout;
  const from = rowStart[first];
  const length = end > first ? rowStart[end] - from : 0;
  const room = newRoom(length);
  for (let row = first; row < end; row++) {
    room.y.fill(rowTop(place, row) - scrollPx, rowStart[row] - from, rowStart[row + 1] - from);
  }
  const buckets = scene.palette.fill.length;
  groupBoxes(scene, from, room, buckets);
  placeBoxes(scene.layout, from, room, pixelRatio, buckets);
  return { from, head: linkBoxes(room, groupCount(buckets)), ...room, buckets };
}

const groupCount = (buckets: number) => wideGroups + 4 * buckets;
const narrowGroups = (buckets: number) => wideGroups + 2 * buckets;

function groupBoxes(scene: FlameScene, from: number, { group }: Room, buckets: number) {
  const { data, layout, matches, bucketOf } = scene;
  const { node, count } = layout;
  const { label } = data.rows;
  const { row } = data.tree;
  const known = knownBuckets(scene);
  for (let box = 0, entry = from; box < group.length; box++, entry++) {
    if (count[entry] > 0) {
      const tinted = matches !== undefined && hidesMatch(data.tree, matches, node[entry], count[entry]);
      group[box] = tinted ? runMatchGroup : runGroup;
      continue;
    }
    const at = row[node[entry]];
    let bucket = known[entry];
    if (bucket === unknown) {
      bucket = known[entry] = bucketOf(at);
    }
    group[box] = wideGroups + bucket + (matches?.mask[label[at]] === 1 ? buckets : 0);
  }
}

/**
 * Edges lie between device pixels, and a frame has at least one pixel, that of its middle: a blend of two colours is the
 * colour of none.
 */
function placeBoxes({ x, w, count }: FlameLayout, from: number, room: Room, ratio: number, buckets: number) {
  for (let box = 0, entry = from; box < room.group.length; box++, entry++) {
    const left = Math.round(x[entry] * ratio);
    const right = Math.round((x[entry] + w[entry]) * ratio);
    if (count[entry] > 0) {
      room.x[box] = x[entry];
      room.width[box] = boxWidth(w[entry]);
    } else if (w[entry] * ratio >= narrowPixels) {
      room.x[box] = left / ratio;
      room.width[box] = boxWidth((right - left) / ratio);
    } else {
      room.x[box] = (right > left ? left : Math.floor((x[entry] + w[entry] / 2) * ratio)) / ratio;
      room.width[box] = Math.max(1, right - left) / ratio;
      room.group[box] += 2 * buckets;
    }
  }
}

/** Frames keep a gap to the next one only where they have room for it. */
export function boxWidth(w: number): number {
  return w > 3 * gapPx ? w - gapPx : Math.max(w, 0.5);
}

function linkBoxes({ next, group }: Room, groups: number): Int32Array {
  const head = new Int32Array(groups).fill(-1);
  for (let box = group.length - 1; box >= 0; box--) {
    next[box] = head[group[box]];
    head[group[box]] = box;
  }
  return head;
}

const unknown = 255;

/** Buckets of entries, asked for once per layout and way of colouring. */
const bucketCache = new WeakMap<FlameLayout, { bucketOf: FlameScene['bucketOf']; buckets: Uint8Array }>();

function knownBuckets({ layout, bucketOf }: FlameScene): Uint8Array {
  const known = bucketCache.get(layout);
  if (known?.bucketOf === bucketOf) {
    return known.buckets;
  }
  const buckets = new Uint8Array(layout.node.length).fill(unknown);
  bucketCache.set(layout, { bucketOf, buckets });
  return buckets;
}

/** The colour of a group's boxes: that of their frames, or dimmed where a search doesn't find them. */
export function groupFill({ palette, matches }: FlameScene, { buckets }: FlameBoxes, group: number): string {
  if (group < wideGroups) {
    return group === runGroup ? palette.run : palette.runMatch;
  }
  const dim = matches !== undefined && !isFoundGroup(buckets, group);
  return (dim ? palette.dimFill : palette.fill)[bucketOfGroup(buckets, group)];
}

export const bucketOfGroup = (buckets: number, group: number) => (group - wideGroups) % buckets;
export const isFoundGroup = (buckets: number, group: number) => Math.floor((group - wideGroups) / buckets) % 2 === 1;

/** Groups of frames that are at least two pixels wide, and [first, end) of all that are frames. */
export const wideRange = (buckets: number): readonly [number, number] => [wideGroups, narrowGroups(buckets)];
export const frameRange = (buckets: number): readonly [number, number] => [wideGroups, groupCount(buckets)];

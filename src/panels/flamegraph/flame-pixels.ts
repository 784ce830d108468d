import { type FlameLayout } from '../../model/flame-layout';
import { type FlameMatches, hidesMatch } from '../../model/flame-search';
import { type FlamePalette, pixelOf } from '../../ui/flame-palette';
import { boxWidth } from './flame-rows-px';
import { type FlameScene } from './flame-scene';

/**
 * The boxes of a scene as pixels of an image. All boxes of a row are as tall as the row, so one line of pixels, copied down,
 * is the row: a few thousand boxes are written faster than they are handed to a canvas one by one. Much of it runs before the
 * browser has made fast code of it, so inner loops call nothing, and a search changes what they read, not what they do.
 */
export interface PixelPen {
  readonly scene: FlameScene;
  /** Pixels of the image per pixel of the layout. */
  readonly scale: number;
  /** Pixels of the image between frames that have room for it. */
  readonly gap: number;
  /** What is narrower than that many pixels of the image is left out. */
  readonly least: number;
  readonly inks: FlameInks;
  readonly codes: EntryCodes;
}

/** Colours as pixels. */
interface FlameInks {
  readonly background: number;
  readonly match: number;
  readonly selected: number;
  /** By code of an entry. */
  readonly entries: Uint32Array;
}

/** What an entry looks like: a code per entry, made when it is first drawn. */
interface EntryCodes {
  readonly bucketOf: FlameScene['bucketOf'];
  readonly matches?: FlameMatches;
  readonly code: Uint8Array;
  readonly bucket: Uint8Array;
}

const runCode = 0;
const runMatchCode = 1;
/** Codes of frames: by bucket, then by bucket those that a search finds. */
const frameCode = 2;
const unknown = 255;

export function pixelPen(scene: FlameScene, scale: number, gap: number, least = 0): PixelPen {
  const inks = inksOf(scene.palette, scene.matches !== undefined);
  return { scene, scale, gap, least, inks, codes: codesOf(scene) };
}

const plainInks = new WeakMap<FlamePalette, FlameInks>();
const searchInks = new WeakMap<FlamePalette, FlameInks>();

/** The colours of a palette, where a search dims what it doesn't find. */
function inksOf(palette: FlamePalette, dims: boolean): FlameInks {
  const cache = dims ? searchInks : plainInks;
  const known = cache.get(palette);
  if (known) {
    return known;
  }
  const colours = [palette.run, palette.runMatch, ...(dims ? palette.dimFill : palette.fill), ...palette.fill];
  const made = {
    background: pixelOf(palette.background),
    match: pixelOf(palette.match),
    selected: pixelOf(palette.selected),
    entries: Uint32Array.from(colours, pixelOf),
  };
  cache.set(palette, made);
  return made;
}

/** Those of the last way of colouring and the last search. */
const codeCache = new WeakMap<FlameLayout, EntryCodes>();

function codesOf({ layout, bucketOf, matches }: FlameScene): EntryCodes {
  const known = codeCache.get(layout);
  if (known?.bucketOf === bucketOf && known.matches === matches) {
    return known;
  }
  const empty = () => new Uint8Array(layout.node.length).fill(unknown);
  const bucket = known?.bucketOf === bucketOf ? known.bucket : empty();
  const made = { bucketOf, matches, code: empty(), bucket };
  codeCache.set(layout, made);
  return made;
}

function fillCodes({ scene, scale, least, codes }: PixelPen, row: number) {
  const { data, layout, matches, bucketOf, palette } = scene;
  const { rowStart, node, count, w } = layout;
  const { code, bucket } = codes;
  const rows = data.tree.row;
  const { label } = data.rows;
  const mask = matches?.mask;
  const buckets = palette.fill.length;
  const end = rowStart[row + 1];
  for (let entry = rowStart[row]; entry < end; entry++) {
    if (code[entry] !== unknown || w[entry] * scale < least) {
      continue;
    }
    if (count[entry] > 0) {
      code[entry] = matches && hidesMatch(data.tree, matches, node[entry], count[entry]) ? runMatchCode : runCode;
      continue;
    }
    const at = rows[node[entry]];
    if (bucket[entry] === unknown) {
      bucket[entry] = bucketOf(at);
    }
    code[entry] = frameCode + bucket[entry] + (mask !== undefined && mask[label[at]] === 1 ? buckets : 0);
  }
}

const foundCode = ({ palette }: FlameScene) => frameCode + palette.fill.length;

/** Of entries that were drawn. */
export const isFound = ({ scene, codes }: PixelPen, entry: number) => codes.code[entry] >= foundCode(scene);
export const isFrame = ({ codes }: PixelPen, entry: number) => codes.code[entry] >= frameCode;
export const bucketOfEntry = ({ codes }: PixelPen, entry: number) => codes.bucket[entry];

export const rowOfEntry = ({ data, layout }: FlameScene, entry: number) => data.tree.row[layout.node[entry]];

export const isPicked = (scene: FlameScene, entry: number) =>
  scene.selected?.[scene.data.rows.label[rowOfEntry(scene, entry)]] === 1;

/** Narrower frames get their pixels after all others. */
const narrowPixels = 2;

/**
 * Writes one row of boxes. Narrow frames come last, and those that are found after them, so that no neighbour covers the only
 * pixel that a narrow frame has. Returns the other frames that are found.
 */
export function drawLine(line: Uint32Array, pen: PixelPen, row: number): number[] {
  fillCodes(pen, row);
  const { scene, scale, least, codes } = pen;
  const { rowStart, w } = scene.layout;
  const { code } = codes;
  const found = foundCode(scene);
  const wide: number[] = [];
  const wideFound: number[] = [];
  const narrow: number[] = [];
  const narrowFound: number[] = [];
  const end = rowStart[row + 1];
  for (let entry = rowStart[row]; entry < end; entry++) {
    const width = w[entry] * scale;
    const kind = code[entry];
    if (width < least) {
      continue;
    }
    const isNarrow = width < narrowPixels && kind >= frameCode;
    if (kind >= found) {
      (isNarrow ? narrowFound : wideFound).push(entry);
    } else {
      (isNarrow ? narrow : wide).push(entry);
    }
  }
  line.fill(pen.inks.background);
  [wide, wideFound, narrow, narrowFound].forEach((entries) => drawEntries(line, pen, entries));
  return wideFound;
}

/**
 * Edges lie between pixels: a blend of two colours is the colour of none. A frame has at least one pixel, that of its middle;
 * a run may have to leave it to the next frame.
 */
function drawEntries(line: Uint32Array, pen: PixelPen, entries: readonly number[], ink?: number) {
  const { scene, scale, gap, inks, codes } = pen;
  const { x, w } = scene.layout;
  const { code } = codes;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    const start = x[entry] * scale;
    const left = (start + 0.5) | 0;
    const right = (start + w[entry] * scale + 0.5) | 0;
    const first = right > left || code[entry] < frameCode ? left : (start + (w[entry] * scale) / 2) | 0;
    line.fill(ink ?? inks.entries[code[entry]], first, left + boxWidth(right - left, gap, first + 1 - left));
  }
}

export const foundBarPx = 2;
export const pickedBarPx = 3;

/** An image of one row. */
export interface RowImage {
  readonly pixels: Uint32Array;
  readonly width: number;
}

/** Writes a row of boxes, `height` lines tall with the gap below, and the bars of frames that are found or picked. */
export function drawRow({ pixels, width }: RowImage, pen: PixelPen, row: number, height: number) {
  const { inks, scene } = pen;
  const lineAt = (line: number) => pixels.subarray(line * width, (line + 1) * width);
  const found = drawLine(lineAt(0), pen, row);
  const bottom = height - pen.gap;
  for (let done = 1; done < bottom; done *= 2) {
    pixels.copyWithin(done * width, 0, Math.min(done, bottom - done) * width);
  }
  pixels.fill(inks.background, bottom * width, height * width);
  const drawBars = (entries: readonly number[], ink: number, top: number, end: number) => {
    for (let line = top; line < end && entries.length > 0; line++) {
      drawEntries(lineAt(line), pen, entries, ink);
    }
  };
  drawBars(found, inks.match, 0, Math.round(foundBarPx * pen.scale));
  if (scene.selected) {
    drawBars(pickedOf(pen, row), inks.selected, bottom - Math.round(pickedBarPx * pen.scale), bottom);
  }
}

function pickedOf(pen: PixelPen, row: number): number[] {
  const { rowStart } = pen.scene.layout;
  const picked: number[] = [];
  for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
    if (isFrame(pen, entry) && isPicked(pen.scene, entry)) {
      picked.push(entry);
    }
  }
  return picked;
}

import { fitName } from '../../model/display-name';
import { type FlameLayout } from '../../model/flame-layout';
import { formatPart } from '../../model/units';
import { type FlamePalette } from '../../ui/flame-palette';
import { type Change } from './flame-colours';
import { type FlameData, shownLabel } from './flame-data';
import {
  type PixelPen,
  bucketOfEntry,
  drawRow,
  foundBarPx,
  isFound,
  isFrame,
  isPicked,
  pickedBarPx,
  pixelPen,
  rowOfEntry,
} from './flame-pixels';
import { gapPx, rowPlace, rowPx, rowTop, rowsInView } from './flame-rows-px';
import { type FlameScene } from './flame-scene';

export const textPaddingPx = 4;
const fewestLabelPx = 20;
export const stripesLeftPx = 4;
const leastStripedPx = 4;

export interface FlameViewport {
  readonly heightPx: number;
  readonly scrollPx: number;
  readonly pixelRatio: number;
}

/** Sizes the canvas to the viewport and draws the scene. */
export function paintFlame(canvas: HTMLCanvasElement, scene: FlameScene, viewport: FlameViewport) {
  const { layout, font } = scene;
  const { heightPx, pixelRatio } = viewport;
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) {
    return;
  }
  // A page that is zoomed out has less than a pixel for one.
  setSize(canvas, Math.max(1, Math.round(layout.widthPx * pixelRatio)), Math.max(1, Math.round(heightPx * pixelRatio)));
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  const pen = pixelPen(scene, pixelRatio, Math.max(1, Math.floor(gapPx * pixelRatio)));
  const rows = paintRows(context, canvas.width, pen, viewport);
  context.font = font;
  context.textBaseline = 'middle';
  context.direction = 'ltr';
  if (scene.changeOf) {
    paintChanges(context, pen, rows, scene.changeOf);
  }
  paintLabels({ context, cellPx: cellWidth(context, font), texts: labelsOf(scene) }, pen, rows);
}

interface Brush {
  readonly context: CanvasRenderingContext2D;
  /** Width of one character of the monospace font. */
  readonly cellPx: number;
  /** Texts of entries, made when they are first drawn. */
  readonly texts: Map<number, string>;
}

/** Texts depend on layout and data only, so scrolling, searching and selecting find them made. */
const textCache = new WeakMap<FlameLayout, { data: FlameData; texts: Map<number, string> }>();

function labelsOf({ layout, data }: FlameScene) {
  const known = textCache.get(layout);
  if (known?.data === data) {
    return known.texts;
  }
  const texts = new Map<number, string>();
  textCache.set(layout, { data, texts });
  return texts;
}

const cellWidths = new Map<string, number>();

function cellWidth(context: CanvasRenderingContext2D, font: string): number {
  const known = cellWidths.get(font);
  if (known !== undefined) {
    return known;
  }
  const width = context.measureText('m').width;
  if (document.fonts?.check?.(font) ?? true) {
    cellWidths.set(font, width);
  }
  return width;
}

/** Setting a size clears the canvas and takes new memory, so it is set only when it changes. */
export function setSize(canvas: HTMLCanvasElement, width: number, height: number) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
}

/** A row in view and where it begins. */
interface PaintedRow {
  readonly row: number;
  readonly y: number;
}

/** Writes the rows in view one by one into a strip as tall as a row. */
function paintRows(
  context: CanvasRenderingContext2D,
  width: number,
  pen: PixelPen,
  { heightPx, scrollPx }: FlameViewport
): PaintedRow[] {
  const { scene, scale } = pen;
  const place = rowPlace(scene.layout, scene.flip, heightPx);
  const [first, end] = rowsInView(place, scrollPx, heightPx);
  // Rows cover the rest.
  if (place.rows * rowPx <= heightPx) {
    context.fillStyle = scene.palette.background;
    context.fillRect(0, 0, scene.layout.widthPx, heightPx);
  }
  const image = context.createImageData(width, Math.ceil(rowPx * scale) + 1);
  const strip = { pixels: new Uint32Array(image.data.buffer), width };
  const rows: PaintedRow[] = [];
  for (let row = first; row < end; row++) {
    const y = rowTop(place, row) - scrollPx;
    const top = Math.round(y * scale);
    const height = Math.round((y + rowPx) * scale) - top;
    drawRow(strip, pen, row, height);
    context.putImageData(image, 0, top, 0, 0, width, height);
    rows.push({ row, y });
  }
  return rows;
}

/** Stripes below the bar of a match and above that of a picked method. */
function paintChanges(
  context: CanvasRenderingContext2D,
  pen: PixelPen,
  rows: readonly PaintedRow[],
  changeOf: (row: number) => Change
) {
  const { scene, scale } = pen;
  const { rowStart, x, w } = scene.layout;
  const hatches = { new: hatchOf(context, scene.palette, 'new'), gone: hatchOf(context, scene.palette, 'gone') };
  for (const { row, y } of rows) {
    for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
      const change = isFrame(pen, entry) ? changeOf(rowOfEntry(scene, entry)) : 'both';
      if (change !== 'both' && w[entry] > leastStripedPx) {
        const [above, below] = barsOf(pen, entry);
        const left = Math.round(x[entry] * scale) / scale;
        const right = Math.round((x[entry] + w[entry]) * scale) / scale - gapPx;
        context.fillStyle = hatches[change] ?? scene.palette.background;
        context.fillRect(left, y + above, right - left, rowPx - gapPx - above - below);
      }
    }
  }
}

/** Heights of the bars at the top and the bottom of a frame. */
function barsOf(pen: PixelPen, entry: number): [number, number] {
  return [isFound(pen, entry) ? foundBarPx : 0, isPicked(pen.scene, entry) ? pickedBarPx : 0];
}

/** Stripes, so that new (rising) and gone (falling) are told apart without colour. */
function hatchOf(target: CanvasRenderingContext2D, palette: FlamePalette, change: Change): CanvasPattern | null {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 6;
  const context = tile.getContext('2d');
  if (context) {
    context.fillStyle = palette.hatch;
    for (let i = 0; i < 6; i++) {
      context.fillRect(i, change === 'new' ? 5 - i : i, 2, 1);
    }
  }
  return target.createPattern(tile, 'repeat');
}

/** Texts whose width is known: a cell of the monospace font for each character. */
export const onlySimple = /^[\x20-\x7e…·→]*$/;

function paintLabels(brush: Brush, pen: PixelPen, rows: readonly PaintedRow[]) {
  const { rowStart, w } = pen.scene.layout;
  for (const { row, y } of rows) {
    const end = rowStart[row + 1];
    for (let entry = rowStart[row]; entry < end; entry++) {
      if (w[entry] >= fewestLabelPx && isFrame(pen, entry)) {
        paintFrameLabel(brush, pen, entry, y);
      }
    }
  }
}

function paintFrameLabel(brush: Brush, pen: PixelPen, entry: number, y: number) {
  const { scene } = pen;
  const { palette, changeOf } = scene;
  const dim = scene.matches !== undefined && !isFound(pen, entry);
  const bucket = bucketOfEntry(pen, entry);
  if (changeOf && changeOf(rowOfEntry(scene, entry)) !== 'both') {
    brush.context.fillStyle = (dim ? palette.dimFill : palette.fill)[bucket];
    paintPlate(brush, pen, entry, y);
  }
  brush.context.fillStyle = dim ? palette.dimText : palette.text[bucket];
  paintLabel(brush, scene, entry, y);
}

const roomFor = ({ layout }: FlameScene, entry: number) => layout.w[entry] - gapPx - 2 * textPaddingPx;

function labelOf(brush: Brush, scene: FlameScene, entry: number): string {
  const known = brush.texts.get(entry);
  if (known !== undefined) {
    return known;
  }
  const { data } = scene;
  const row = rowOfEntry(scene, entry);
  const cells = Math.floor(roomFor(scene, entry) / brush.cellPx);
  const text = withValue(data, row, shownLabel(data, data.rows.label[row]), cells);
  brush.texts.set(entry, text);
  return text;
}

/** Text on stripes can't be read: behind it the frame is plain, but for a line of stripes below and the bar of a match above. */
function paintPlate(brush: Brush, pen: PixelPen, entry: number, y: number) {
  const { scene } = pen;
  const [above] = barsOf(pen, entry);
  const width = Math.min(roomFor(scene, entry), labelOf(brush, scene, entry).length * brush.cellPx);
  const height = rowPx - gapPx - stripesLeftPx - above;
  brush.context.fillRect(scene.layout.x[entry], y + above, width + 2 * textPaddingPx, height);
}

function paintLabel(brush: Brush, scene: FlameScene, entry: number, y: number) {
  const { layout } = scene;
  const text = labelOf(brush, scene, entry);
  const x = layout.x[entry] + textPaddingPx;
  const middle = y + (rowPx - gapPx) / 2 + 0.5;
  if (onlySimple.test(text)) {
    brush.context.fillText(text, x, middle);
  } else {
    paintClipped(brush, text, x, y, roomFor(scene, entry));
  }
}

/** The name, with value and share of all (of both sides) where they fit. */
export function withValue(data: FlameData, row: number, name: string, cells: number): string {
  if (name.length + 8 > cells) {
    return fitName(name, cells);
  }
  const { value, valueRight } = data.rows;
  // Names that are written from right to left would take the digits of the value along.
  const start = name + (onlySimple.test(name) ? '' : '\u200e');
  const long = valueRight
    ? `${start}  ${formatPart(value[row], value[0])} → ${formatPart(valueRight[row], valueRight[0])}`
    : `${start}  ${data.format(value[row])}  ${formatPart(value[row], value[0])}`;
  return long.length <= cells ? long.replaceAll('\u2009', ' ') : name;
}

/** Texts in other scripts are as wide as they are, so the canvas cuts them. */
function paintClipped({ context }: Brush, text: string, x: number, y: number, room: number) {
  context.save();
  context.beginPath();
  context.rect(x, y, room, rowPx);
  context.clip();
  context.fillText(text, x, y + (rowPx - gapPx) / 2 + 0.5);
  context.restore();
}

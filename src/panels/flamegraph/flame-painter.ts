import { fitName } from '../../model/display-name';
import { type FlameLayout } from '../../model/flame-layout';
import { type FlameMatches, hidesMatch } from '../../model/flame-search';
import { formatPart } from '../../model/units';
import { type FlamePalette } from '../../ui/flame-palette';
import { type Change } from './flame-colours';
import { type FlameData, shownLabel } from './flame-data';
import { gapPx, rowPlace, rowPx, rowTop, rowsInView } from './flame-rows-px';

const textPaddingPx = 4;
const fewestLabelPx = 20;
const selectedBarPx = 3;

/** All that a painting depends on. The painter decides nothing: it draws the rows of the layout that are in view. */
export interface FlameScene {
  readonly data: FlameData;
  readonly layout: FlameLayout;
  readonly palette: FlamePalette;
  readonly bucketOf: (row: number) => number;
  readonly changeOf?: (row: number) => Change;
  readonly matches?: FlameMatches;
  /** By label index; undefined = nothing picked. */
  readonly selected?: Uint8Array;
  readonly font: string;
  readonly flip: boolean;
}

export interface FlameViewport {
  readonly heightPx: number;
  readonly scrollPx: number;
  readonly pixelRatio: number;
}

/** Sizes the canvas to the viewport and draws the scene. */
export function paintFlame(canvas: HTMLCanvasElement, scene: FlameScene, viewport: FlameViewport) {
  const { layout, palette, font } = scene;
  const { heightPx, scrollPx, pixelRatio } = viewport;
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) {
    return;
  }
  setSize(canvas, Math.round(layout.widthPx * pixelRatio), Math.round(heightPx * pixelRatio));
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = palette.background;
  context.fillRect(0, 0, layout.widthPx, heightPx);
  context.font = font;
  context.textBaseline = 'middle';
  context.direction = 'ltr';
  const brush: Brush = {
    context,
    cellPx: cellWidth(context, font),
    hatch: {},
    labels: labelsOf(scene),
    pixelRatio,
    narrow: [],
    colour: '',
  };
  const place = rowPlace(layout, scene.flip, heightPx);
  const [first, end] = rowsInView(place, scrollPx, heightPx);
  for (let row = first; row < end; row++) {
    paintRow(brush, scene, row, rowTop(place, row) - scrollPx);
  }
}

interface Brush {
  readonly context: CanvasRenderingContext2D;
  /** Width of one character of the monospace font. */
  readonly cellPx: number;
  readonly hatch: Partial<Record<Change, CanvasPattern | null>>;
  /** Texts of entries, made when they are first drawn. */
  readonly labels: Array<string | undefined>;
  readonly pixelRatio: number;
  /** Entries of the row that are narrower than two pixels. */
  readonly narrow: number[];
  /** The fill that is set: parsing colours costs more than drawing small boxes. */
  colour: string;
}

/** Texts depend on layout and data only, so scrolling, searching and selecting find them made. */
const textCache = new WeakMap<FlameLayout, { data: FlameData; texts: Array<string | undefined> }>();

function labelsOf({ layout, data }: FlameScene) {
  const known = textCache.get(layout);
  if (known?.data === data) {
    return known.texts;
  }
  const texts: Array<string | undefined> = [];
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
  if (typeof document.fonts?.check !== 'function' || document.fonts.check(font)) {
    cellWidths.set(font, width);
  }
  return width;
}

function setSize(canvas: HTMLCanvasElement, width: number, height: number) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
}

function setFill(brush: Brush, colour: string) {
  if (brush.colour !== colour) {
    brush.context.fillStyle = brush.colour = colour;
  }
}

/** Narrow frames come last and those that are found after them, so that no neighbour covers the only pixel they have. */
function paintRow(brush: Brush, scene: FlameScene, row: number, y: number) {
  const { rowStart, count, w } = scene.layout;
  const { narrow } = brush;
  narrow.length = 0;
  for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
    if (count[entry] > 0) {
      paintRun(brush, scene, entry, y);
    } else if (w[entry] * brush.pixelRatio < narrowPixels) {
      narrow.push(entry);
    } else {
      paintFrame(brush, scene, entry, y);
    }
  }
  for (const found of [false, true]) {
    for (const entry of narrow) {
      if (isFound(scene, entry) === found) {
        paintFrame(brush, scene, entry, y);
      }
    }
  }
  for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
    if (count[entry] === 0 && w[entry] >= fewestLabelPx) {
      paintLabel(brush, scene, entry, y);
    }
  }
}

const narrowPixels = 2;

function isFound({ data, layout, matches }: FlameScene, entry: number): boolean {
  return matches !== undefined && matches.mask[data.rows.label[data.tree.row[layout.node[entry]]]] === 1;
}

/**
 * Left edge and width of a frame's box. Edges lie between device pixels, and a frame has at least one pixel, that of its
 * middle: a blend of two colours is the colour of none.
 */
function boxOf(x: number, w: number, ratio: number): [number, number] {
  const left = Math.round(x * ratio);
  const right = Math.round((x + w) * ratio);
  if (w * ratio >= narrowPixels) {
    return [left / ratio, boxWidth((right - left) / ratio)];
  }
  return right > left ? [left / ratio, (right - left) / ratio] : [Math.floor((x + w / 2) * ratio) / ratio, 1 / ratio];
}

/** Frames keep a gap to the next one only where they have room for it. */
export function boxWidth(w: number): number {
  return w > 3 * gapPx ? w - gapPx : Math.max(w, 0.5);
}

function paintRun(brush: Brush, { data, layout, matches, palette }: FlameScene, entry: number, y: number) {
  const tinted = matches !== undefined && hidesMatch(data.tree, matches, layout.node[entry], layout.count[entry]);
  setFill(brush, tinted ? palette.runMatch : palette.run);
  brush.context.fillRect(layout.x[entry], y, boxWidth(layout.w[entry]), rowPx - gapPx);
}

function paintFrame(brush: Brush, scene: FlameScene, entry: number, y: number) {
  const { context } = brush;
  const { data, layout, matches, palette, selected } = scene;
  const row = data.tree.row[layout.node[entry]];
  const label = data.rows.label[row];
  const [x, width] = boxOf(layout.x[entry], layout.w[entry], brush.pixelRatio);
  setFill(brush, fillOf(scene, row, label));
  context.fillRect(x, y, width, rowPx - gapPx);
  const change = scene.changeOf?.(row);
  if (change && change !== 'both' && width > 2) {
    brush.colour = '';
    context.fillStyle = hatchOf(brush, palette, change) ?? palette.background;
    context.fillRect(x, y, width, rowPx - gapPx);
  }
  if (matches?.mask[label] === 1 && width >= 2) {
    setFill(brush, palette.match);
    context.fillRect(x, y, width, 2);
  }
  if (selected?.[label] === 1) {
    setFill(brush, palette.selected);
    context.fillRect(x, y + rowPx - gapPx - selectedBarPx, width, selectedBarPx);
  }
}

/** The colour of a frame: its own, or dimmed where a search doesn't find it. */
export function fillOf({ matches, palette, bucketOf }: FlameScene, row: number, label: number): string {
  const dim = matches !== undefined && matches.mask[label] === 0;
  return (dim ? palette.dimFill : palette.fill)[bucketOf(row)];
}

/** Stripes, so that new (rising) and gone (falling) are told apart without colour. */
function hatchOf(brush: Brush, palette: FlamePalette, change: Change): CanvasPattern | null {
  const known = brush.hatch[change];
  if (known !== undefined) {
    return known;
  }
  const tile = document.createElement('canvas');
  tile.width = tile.height = 6;
  const context = tile.getContext('2d');
  if (context) {
    context.fillStyle = palette.hatch;
    for (let i = 0; i < 6; i++) {
      context.fillRect(i, change === 'new' ? 5 - i : i, 2, 1);
    }
  }
  return (brush.hatch[change] = brush.context.createPattern(tile, 'repeat'));
}

const onlySimple = /^[\x20-\x7e…·→]*$/;

function paintLabel(brush: Brush, scene: FlameScene, entry: number, y: number) {
  const { data, layout, matches, palette } = scene;
  const row = data.tree.row[layout.node[entry]];
  const label = data.rows.label[row];
  const dim = matches !== undefined && matches.mask[label] === 0;
  const room = layout.w[entry] - gapPx - 2 * textPaddingPx;
  const text = (brush.labels[entry] ??= withValue(data, row, shownLabel(data, label), Math.floor(room / brush.cellPx)));
  setFill(brush, dim ? palette.dimText : palette.text[scene.bucketOf(row)]);
  const x = layout.x[entry] + textPaddingPx;
  const middle = y + (rowPx - gapPx) / 2 + 0.5;
  if (onlySimple.test(text)) {
    brush.context.fillText(text, x, middle);
  } else {
    paintClipped(brush, text, x, y, room);
  }
}

/** The name, with value and share of all (of both sides) where they fit. */
export function withValue(data: FlameData, row: number, name: string, cells: number): string {
  if (name.length + 8 > cells) {
    return fitName(name, cells);
  }
  const { value, valueRight } = data.rows;
  const long = valueRight
    ? `${name}  ${formatPart(value[row], value[0])} → ${formatPart(valueRight[row], valueRight[0])}`
    : `${name}  ${data.format(value[row])}  ${formatPart(value[row], value[0])}`;
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

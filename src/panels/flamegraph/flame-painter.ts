import { fitName } from '../../model/display-name';
import { type FlameLayout } from '../../model/flame-layout';
import { formatPart } from '../../model/units';
import { type FlamePalette } from '../../ui/flame-palette';
import {
  type FlameBoxes,
  boxesInView,
  bucketOfGroup,
  frameRange,
  groupFill,
  isFoundGroup,
  wideRange,
} from './flame-boxes';
import { type Change } from './flame-colours';
import { type FlameData, shownLabel } from './flame-data';
import { gapPx, rowPlace, rowPx, rowsInView } from './flame-rows-px';
import { type FlameScene } from './flame-scene';

const textPaddingPx = 4;
const fewestLabelPx = 20;
const selectedBarPx = 3;
const foundBarPx = 2;
const stripesLeftPx = 4;

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
  const place = rowPlace(layout, scene.flip, heightPx);
  const inView = rowsInView(place, scrollPx, heightPx);
  const boxes = boxesInView(scene, place, inView, scrollPx, pixelRatio);
  paintBoxes(context, scene, boxes);
  if (scene.changeOf) {
    paintChanges(context, scene, boxes, scene.changeOf);
  }
  if (scene.matches) {
    paintFound(context, scene, boxes);
  }
  if (scene.selected) {
    paintSelected(context, scene, boxes, scene.selected);
  }
  paintLabels({ context, cellPx: cellWidth(context, font), texts: labelsOf(scene) }, scene, boxes);
}

interface Brush {
  readonly context: CanvasRenderingContext2D;
  /** Width of one character of the monospace font. */
  readonly cellPx: number;
  /** Texts of entries, made when they are first drawn. */
  readonly texts: Array<string | undefined>;
}

/** Texts depend on layout and data only, so scrolling, searching and selecting find them made. */
const textCache = new WeakMap<FlameLayout, { data: FlameData; texts: Array<string | undefined> }>();

function labelsOf({ layout, data }: FlameScene) {
  const known = textCache.get(layout);
  if (known?.data === data) {
    return known.texts;
  }
  const texts = new Array<string | undefined>(layout.node.length);
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

function paintBoxes(context: CanvasRenderingContext2D, scene: FlameScene, boxes: FlameBoxes) {
  const { head, next, x, y, width } = boxes;
  for (let group = 0; group < head.length; group++) {
    if (head[group] >= 0) {
      context.fillStyle = groupFill(scene, boxes, group);
    }
    for (let box = head[group]; box >= 0; box = next[box]) {
      context.fillRect(x[box], y[box], width[box], rowPx - gapPx);
    }
  }
}

/** Calls for every box of the groups [first, end). */
function eachBox({ head, next }: FlameBoxes, [first, end]: readonly [number, number], paint: (box: number) => void) {
  for (let group = first; group < end; group++) {
    for (let box = head[group]; box >= 0; box = next[box]) {
      paint(box);
    }
  }
}

function paintChanges(
  context: CanvasRenderingContext2D,
  { data, layout, palette }: FlameScene,
  boxes: FlameBoxes,
  changeOf: (row: number) => Change
) {
  const hatches = { new: hatchOf(context, palette, 'new'), gone: hatchOf(context, palette, 'gone') };
  eachBox(boxes, wideRange(boxes.buckets), (box) => {
    const change = changeOf(data.tree.row[layout.node[boxes.from + box]]);
    if (change !== 'both' && boxes.width[box] > 2) {
      context.fillStyle = hatches[change] ?? palette.background;
      context.fillRect(boxes.x[box], boxes.y[box], boxes.width[box], rowPx - gapPx);
    }
  });
}

function paintFound(context: CanvasRenderingContext2D, { palette }: FlameScene, boxes: FlameBoxes) {
  const [, end] = wideRange(boxes.buckets);
  context.fillStyle = palette.match;
  eachBox(boxes, [end - boxes.buckets, end], (box) => {
    context.fillRect(boxes.x[box], boxes.y[box], boxes.width[box], foundBarPx);
  });
}

function paintSelected(
  context: CanvasRenderingContext2D,
  { data, layout, palette }: FlameScene,
  boxes: FlameBoxes,
  selected: Uint8Array
) {
  context.fillStyle = palette.selected;
  eachBox(boxes, frameRange(boxes.buckets), (box) => {
    if (selected[data.rows.label[data.tree.row[layout.node[boxes.from + box]]]] === 1) {
      const top = boxes.y[box] + rowPx - gapPx - selectedBarPx;
      context.fillRect(boxes.x[box], top, boxes.width[box], selectedBarPx);
    }
  });
}

/** The colour of a frame: its own, or dimmed where a search doesn't find it. */
export function fillOf({ matches, palette, bucketOf }: FlameScene, row: number, label: number): string {
  const dim = matches !== undefined && matches.mask[label] === 0;
  return (dim ? palette.dimFill : palette.fill)[bucketOf(row)];
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

const onlySimple = /^[\x20-\x7e…·→]*$/;

function paintLabels(brush: Brush, scene: FlameScene, boxes: FlameBoxes) {
  const { matches, palette, layout } = scene;
  const { head, next, from, y, buckets } = boxes;
  const [first, end] = wideRange(buckets);
  let colour = '';
  for (let group = first; group < end; group++) {
    const found = isFoundGroup(buckets, group);
    const dim = matches !== undefined && !found;
    const wanted = dim ? palette.dimText : palette.text[bucketOfGroup(buckets, group)];
    for (let box = head[group]; box >= 0; box = next[box]) {
      if (layout.w[from + box] >= fewestLabelPx) {
        if (scene.changeOf && scene.changeOf(rowOf(scene, from + box)) !== 'both') {
          const freePx = found ? foundBarPx : 0;
          paintPlate(brush, scene, from + box, [y[box], freePx], groupFill(scene, boxes, group));
          colour = '';
        }
        if (colour !== wanted) {
          brush.context.fillStyle = colour = wanted;
        }
        paintLabel(brush, scene, from + box, y[box]);
      }
    }
  }
}

const rowOf = ({ data, layout }: FlameScene, entry: number) => data.tree.row[layout.node[entry]];
const roomFor = ({ layout }: FlameScene, entry: number) => layout.w[entry] - gapPx - 2 * textPaddingPx;

function labelOf(brush: Brush, scene: FlameScene, entry: number): string {
  const { data } = scene;
  const row = rowOf(scene, entry);
  const cells = Math.floor(roomFor(scene, entry) / brush.cellPx);
  return (brush.texts[entry] ??= withValue(data, row, shownLabel(data, data.rows.label[row]), cells));
}

/** Text on stripes can't be read: behind it the frame is plain, but for a line of stripes below and the bar of a match above. */
function paintPlate(
  brush: Brush,
  scene: FlameScene,
  entry: number,
  [top, freePx]: readonly [number, number],
  colour: string
) {
  const width = Math.min(roomFor(scene, entry), labelOf(brush, scene, entry).length * brush.cellPx);
  const height = rowPx - gapPx - stripesLeftPx - freePx;
  brush.context.fillStyle = colour;
  brush.context.fillRect(scene.layout.x[entry], top + freePx, width + 2 * textPaddingPx, height);
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

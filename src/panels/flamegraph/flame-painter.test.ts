import { createTheme } from '@grafana/data';
import { layoutFlame } from '../../model/flame-layout';
import { bigColumns } from '../../model/flame-random';
import { matchFlame } from '../../model/flame-search';
import { searchTexts } from '../../model/text-search';
import { pixelOf } from '../../ui/flame-palette';
import { flameColours } from './flame-colours';
import { flameData } from './flame-data';
import { paintFlame } from './flame-painter';
import { rowPx } from './flame-rows-px';
import { type FlameScene } from './flame-scene';

const widthPx = 1600;

/** A canvas that keeps pixels: plain boxes and images are drawn as they are, stripes in no colour of the palette. */
function pixelCanvas() {
  const canvas = { width: 0, height: 0, pixels: new Uint32Array(0), getContext: (): unknown => pen };
  const fill = (ink: number, x: number, y: number, width: number, height: number) => {
    for (let line = Math.max(0, y); line < Math.min(canvas.height, y + height); line++) {
      const start = line * canvas.width;
      canvas.pixels.fill(ink, start + Math.round(x), start + Math.min(canvas.width, Math.round(x + width)));
    }
  };
  const context = {
    fillStyle: '',
    measureText: () => ({ width: 7 }),
    createPattern: () => stripes,
    createImageData: (width: number, height: number) => ({ width, data: new Uint8ClampedArray(4 * width * height) }),
    fillRect: (x: number, y: number, width: number, height: number) => {
      if (canvas.pixels.length !== canvas.width * canvas.height) {
        canvas.pixels = new Uint32Array(canvas.width * canvas.height);
      }
      fill(context.fillStyle === stripes ? stripesInk : pixelOf(context.fillStyle), x, y, width, height);
    },
    putImageData: ({ width, data }: ImageData, x: number, y: number, ...[, , , lines]: number[]) => {
      const image = new Uint32Array(data.buffer);
      for (let line = 0; line < lines && y + line < canvas.height; line++) {
        canvas.pixels.set(image.subarray(line * width, (line + 1) * width), (y + line) * canvas.width + x);
      }
    },
  };
  const pen = new Proxy(context, { get: (target, name) => Reflect.get(target, name) ?? (() => undefined) });
  return canvas;
}

const stripes = 'stripes';
const stripesInk = 0xff000001;

/** Paints all rows. */
function paintedOf(search = '', flip = false, changeOf?: FlameScene['changeOf']) {
  const rows = bigColumns(30_000, 800);
  const data = flameData({ rows, format: String, custom: {}, linksOf: () => [] }, rows);
  const layout = layoutFlame(data.tree, { focus: 0, widthPx });
  const colours = flameColours(createTheme(), data, 'package');
  const matches = search === '' ? undefined : matchFlame(data.tree, searchTexts(rows.labels, search).mask);
  const scene = { data, layout, ...colours, matches, font: '12px monospace', flip, changeOf };
  const canvas = pixelCanvas();
  paintFlame(canvas as unknown as HTMLCanvasElement, scene, {
    heightPx: layout.rows * rowPx,
    scrollPx: 0,
    pixelRatio: 1,
  });
  const { fill, dimFill } = colours.palette;
  return { ...scene, canvas, plain: new Set(fill.map(pixelOf)), dim: new Set(dimFill.map(pixelOf)) };
}

type Painted = ReturnType<typeof paintedOf>;

interface Frame {
  row: number;
  middle: number;
  width: number;
  found: boolean;
}

function framesOf({ layout, data, matches }: Painted): Frame[] {
  const frames: Frame[] = [];
  for (let row = 0; row < layout.rows; row++) {
    for (let entry = layout.rowStart[row]; entry < layout.rowStart[row + 1]; entry++) {
      if (layout.count[entry] === 0) {
        const label = data.rows.label[data.tree.row[layout.node[entry]]];
        const middle = Math.floor(layout.x[entry] + layout.w[entry] / 2);
        frames.push({ row, middle, width: layout.w[entry], found: matches?.mask[label] === 1 });
      }
    }
  }
  return frames;
}

/** The pixel of a row (the root's is at the top) some lines below its upper edge. */
const pixelAt = ({ canvas }: Painted, row: number, x: number, line = 10) =>
  canvas.pixels[(row * rowPx + line) * canvas.width + x];

it('gives every frame of half a pixel its colour, whatever its size', () => {
  const painted = paintedOf();
  const frames = framesOf(painted);
  expect(frames.length).toBeGreaterThan(3000);
  expect(frames.filter(({ width }) => width < 1).length).toBeGreaterThan(100);
  expect(frames.filter(({ row, middle }) => !painted.plain.has(pixelAt(painted, row, middle)))).toEqual([]);
});

it('highlights every match in view and dims everything else', () => {
  const painted = paintedOf('method1');
  const frames = framesOf(painted);
  const found = frames.filter((frame) => frame.found);
  const others = frames.filter((frame) => !frame.found && frame.width >= 3);
  expect(found.length).toBeGreaterThan(100);
  expect(found.filter(({ row, middle }) => !painted.plain.has(pixelAt(painted, row, middle)))).toEqual([]);
  expect(others.length).toBeGreaterThan(100);
  expect(others.filter(({ row, middle }) => !painted.dim.has(pixelAt(painted, row, middle)))).toEqual([]);
});

it('draws upwards from the bottom', () => {
  const down = paintedOf();
  const up = paintedOf('', true);
  const { rows } = down.layout;
  const line = ({ canvas }: Painted, row: number) =>
    canvas.pixels.subarray((row * rowPx + 10) * widthPx, (row * rowPx + 11) * widthPx);
  expect(rows).toBeGreaterThan(10);
  for (let row = 0; row < rows; row++) {
    expect(line(up, rows - 1 - row)).toEqual(line(down, row));
  }
});

it('keeps the bar of a match above the text of a striped frame', () => {
  const painted = paintedOf('method1', false, () => 'new');
  const bar = pixelOf(painted.palette.match);
  const wide = framesOf(painted).filter(({ found, width }) => found && width >= 6);
  const lines = ({ row, middle }: Frame) => [0, 1, 2, 18].map((line) => pixelAt(painted, row, middle, line));
  expect(wide.length).toBeGreaterThan(20);
  expect(wide.filter((frame) => lines(frame)[0] !== bar || lines(frame)[1] !== bar)).toEqual([]);
  expect(wide.filter((frame) => lines(frame)[2] === bar || lines(frame)[3] !== stripesInk)).toEqual([]);
});

import { createTheme } from '@grafana/data';
import { layoutFlame } from '../../model/flame-layout';
import { bigColumns } from '../../model/flame-random';
import { matchFlame } from '../../model/flame-search';
import { searchTexts } from '../../model/text-search';
import { flameColours } from './flame-colours';
import { flameData } from './flame-data';
import { paintFlame } from './flame-painter';
import { rowPx } from './flame-rows-px';
import { type FlameScene } from './flame-scene';

interface Box {
  colour: string;
  x: number;
  width: number;
  y: number;
  height: number;
}

/** Paints on a canvas that notes its boxes. */
function boxesOf(search = '', flip = false, changeOf?: FlameScene['changeOf']) {
  const rows = bigColumns(30_000, 800);
  const data = flameData({ rows, format: String, custom: {}, linksOf: () => [] }, rows);
  const layout = layoutFlame(data.tree, { focus: 0, widthPx: 1600 });
  const colours = flameColours(createTheme(), data, 'package');
  const matches = search === '' ? undefined : matchFlame(data.tree, searchTexts(rows.labels, search).mask);
  const boxes: Box[] = [];
  const context = {
    fillStyle: '',
    measureText: () => ({ width: 7 }),
    fillRect: (x: number, y: number, width: number, height: number) =>
      boxes.push({ colour: context.fillStyle, x, y, width, height }),
  };
  const pen = new Proxy(context, { get: (target, name) => Reflect.get(target, name) ?? (() => undefined) });
  const canvas = { width: 0, height: 0, getContext: () => pen } as unknown as HTMLCanvasElement;
  const heightPx = layout.rows * rowPx;
  const scene = { data, layout, ...colours, matches, font: '12px monospace', flip, changeOf };
  paintFlame(canvas, scene, { heightPx, scrollPx: 0, pixelRatio: 1 });
  return { boxes: boxes.slice(1), layout, matches, data, palette: colours.palette };
}

it('gives every frame of half a pixel its colour, whatever its size', () => {
  const { boxes, layout, palette } = boxesOf();
  const coloured = boxes.filter(({ colour }) => palette.fill.includes(colour));
  expect(layout.frames).toBeGreaterThan(3000);
  expect(coloured).toHaveLength(layout.frames);
  expect(boxes).toHaveLength(layout.node.length);
});

it('highlights every match in view and dims everything else', () => {
  const { boxes, layout, matches, data, palette } = boxesOf('method1');
  const found = Array.from(layout.node).filter(
    (node, entry) => layout.count[entry] === 0 && matches?.mask[data.rows.label[data.tree.row[node]]] === 1
  );
  expect(found.length).toBeGreaterThan(100);
  expect(boxes.filter(({ colour }) => palette.fill.includes(colour))).toHaveLength(found.length);
  expect(boxes.filter(({ colour }) => palette.dimFill.includes(colour))).toHaveLength(layout.frames - found.length);
});

it('draws upwards from the bottom', () => {
  const { boxes, layout } = boxesOf('', true);
  const root = boxes.reduce((widest, box) => (box.width > widest.width ? box : widest));
  expect(root.y).toBe((layout.rows - 1) * rowPx);
  expect(Math.min(...boxes.map(({ y }) => y))).toBe(0);
});

it('gives narrow frames whole pixels, which no wide frame covers', () => {
  const { boxes, palette } = boxesOf('method1');
  const frames = boxes.filter(({ colour }) => palette.fill.includes(colour) || palette.dimFill.includes(colour));
  const seen = new Map<string, number>(); // pixel → width of the frame that is painted there last
  const wrong: unknown[] = [];
  for (const { x, y, width } of frames.reverse()) {
    if (!Number.isInteger(x) || !Number.isInteger(width) || x < 0) {
      wrong.push({ x, y, width });
    }
    for (let px = x; px < x + width; px++) {
      const above = seen.get(`${px} ${y}`);
      if (width <= 2 && above !== undefined && above > 2) {
        wrong.push({ px, y, width, above });
      }
      seen.set(`${px} ${y}`, above ?? width);
    }
  }
  expect(wrong).toEqual([]);
  expect(frames.filter(({ width }) => width === 1).length).toBeGreaterThan(100);
});

it('keeps the bar of a match above the text of a striped frame', () => {
  const { boxes, palette } = boxesOf('method1', false, () => 'new');
  const bars = boxes.flatMap(({ colour, x, y }, at) => (colour === palette.match ? [{ x, y, at }] : []));
  const covered = bars.filter((bar) =>
    boxes
      .slice(bar.at + 1)
      .some(({ x, y, width, height }) => x <= bar.x && bar.x < x + width && y <= bar.y && bar.y < y + height)
  );
  expect(bars.length).toBeGreaterThan(20);
  expect(covered).toEqual([]);
});

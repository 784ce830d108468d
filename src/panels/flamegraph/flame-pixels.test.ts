import { type FlameLayout, layoutFlame } from '../../model/flame-layout';
import { maskOf, matchFlame } from '../../model/flame-search';
import { flameData } from './flame-data';
import { drawLine, drawRow, pixelPen } from './flame-pixels';
import { type FlameScene } from './flame-scene';

/** A colour whose red is the code of a letter. */
const inkOf = (letter: string) => `#${letter.charCodeAt(0).toString(16)}0000`;

const palette = {
  fill: ['T', 'A', 'B', 'C'].map(inkOf),
  dimFill: ['t', 'a', 'b', 'c'].map(inkOf),
  text: [],
  dimText: '',
  background: inkOf('.'),
  run: inkOf('-'),
  runMatch: inkOf('+'),
  match: inkOf('M'),
  selected: inkOf('S'),
  hatch: '',
};
const labels = ['total', 'a', 'b', 'c'];

/** Rows as [level, value, label]. */
type Rows = ReadonlyArray<readonly [number, number, string]>;

function sceneOf(list: Rows, widthPx: number, found?: string, picked?: string): FlameScene {
  const rows = {
    level: list.map(([level]) => level),
    value: list.map(([, value]) => value),
    self: list.map(() => 0),
    label: list.map(([, , name]) => labels.indexOf(name)),
    labels,
  };
  const data = flameData({ rows, format: String, custom: {}, linksOf: () => [] }, rows);
  const layout = layoutFlame(data.tree, { focus: 0, widthPx });
  const matches = found === undefined ? undefined : matchFlame(data.tree, maskOf(labels, new Set([found])));
  const selected = picked === undefined ? undefined : maskOf(labels, new Set([picked]));
  return { data, layout, palette, bucketOf: (row) => rows.label[row], matches, selected, font: '', flip: false };
}

const picture = (pixels: Uint32Array, width: number) =>
  Array.from({ length: pixels.length / width }, (_, y) =>
    String.fromCharCode(...pixels.subarray(y * width, (y + 1) * width).map((pixel) => pixel & 255))
  );

/** All rows of a scene, one line each. */
function linesOf(scene: FlameScene, scale = 1) {
  const { layout } = scene;
  const width = layout.widthPx * scale;
  const pixels = new Uint32Array(width * layout.rows);
  for (let row = 0; row < layout.rows; row++) {
    drawLine(pixels.subarray(row * width, (row + 1) * width), pixelPen(scene, scale, scale), row);
  }
  return picture(pixels, width);
}

const tree: Rows = [
  [0, 200, 'total'],
  [1, 80, 'a'],
  [2, 72, 'b'],
  [2, 6, 'c'],
  [1, 8, 'c'],
  [1, 8, 'b'],
  [1, 4, 'a'],
  [1, 4, 'c'],
  [1, 4, 'b'],
  [1, 60, 'b'],
];

it('draws frames with a gap where they have room, narrow ones whole, and runs', () => {
  expect(linesOf(sceneOf(tree, 20))).toEqual([
    'TTTTTTTTTTTTTTTTTTT.', //
    'AAAAAAA.CB-BBBBB....',
    'BBBBBB.C............',
  ]);
});

it('draws as many pixels as a screen has for one of the layout', () => {
  expect(linesOf(sceneOf(tree, 20), 2)).toEqual([
    'TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT..',
    'AAAAAAAAAAAAAA..CCB---BBBBBBBBBB........',
    'BBBBBBBBBBBB..CC........................',
  ]);
});

it('dims what a search does not find, and tints a run that hides a match', () => {
  expect(linesOf(sceneOf(tree, 20, 'c'))).toEqual([
    'ttttttttttttttttttt.', //
    'aaaaaaa.Cb+bbbbb....',
    'bbbbbb.C............',
  ]);
});

it('marks matches at the top and picked methods at the bottom of a row, with the gap below', () => {
  const scene = sceneOf(tree, 20, 'b', 'a');
  const image = { pixels: new Uint32Array(20 * 9), width: 20 };
  drawRow(image, pixelPen(scene, 1, 1), 1, 9);
  expect(picture(image.pixels, 20)).toEqual([
    'aaaaaaa.cB+MMMMM....',
    'aaaaaaa.cB+MMMMM....',
    ...Array.from({ length: 3 }, () => 'aaaaaaa.cB+BBBBB....'),
    ...Array.from({ length: 3 }, () => 'SSSSSSS.cB+BBBBB....'),
    '....................',
  ]);
});

/** What a canvas would show if every box were drawn after the other: runs, wide frames, narrow ones, those that are found. */
function paintedOneByOne({ data, layout, bucketOf, matches }: FlameScene, row: number): string {
  const cells = Array.from({ length: layout.widthPx }, () => '.');
  const entries = Array.from(
    { length: layout.rowStart[row + 1] - layout.rowStart[row] },
    (_, i) => i + layout.rowStart[row]
  );
  const found = (entry: number) => matches?.mask[data.rows.label[data.tree.row[layout.node[entry]]]] === 1;
  const order = (entry: number) => (layout.count[entry] > 0 ? 0 : layout.w[entry] >= 2 ? 1 : found(entry) ? 3 : 2);
  for (const entry of entries.sort((a, b) => order(a) - order(b) || a - b)) {
    const [left, right] = boxOf(layout, entry);
    const bucket = bucketOf(data.tree.row[layout.node[entry]]);
    const letter = layout.count[entry] > 0 ? '-' : (found(entry) ? 'TABC' : 'tabc')[bucket];
    cells.fill(letter, left, right);
  }
  return cells.join('');
}

function boxOf({ x, w, count }: FlameLayout, entry: number): [number, number] {
  const left = Math.round(x[entry]);
  const right = Math.round(x[entry] + w[entry]);
  const first = right > left || count[entry] > 0 ? left : Math.floor(x[entry] + w[entry] / 2);
  return [first, right - left > 3 ? right - 1 : Math.max(right, first + 1)];
}

it('draws many frames as if one were drawn after the other', () => {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const leaves = Array.from(
    { length: 900 },
    () => [1, 1 + Math.floor(900 * random() ** 6), labels[1 + Math.floor(3 * random())]] as const
  );
  const all = leaves.reduce((sum, [, value]) => sum + value, 0);
  for (const widthPx of [300, 600, 1200, 3000]) {
    const scene = sceneOf([[0, all, 'total'], ...leaves], widthPx, 'b');
    const [, drawn] = linesOf(scene);
    expect(drawn.replaceAll('+', '-')).toBe(paintedOneByOne(scene, 1));
    expect(drawn).toMatch(/[ac]B[ac]/);
  }
});

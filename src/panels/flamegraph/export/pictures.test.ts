import { createTheme } from '@grafana/data';
import { layoutFlame } from '../../../model/flame-layout';
import { startState } from '../../../model/flame-place';
import { type FlameRows } from '../../../model/flame-rows';
import { calleesOf, callersOf } from '../../../model/flame-views';
import { flameColours } from '../flame-colours';
import { type FlameData, flameData } from '../flame-data';
import { type ExportInput } from '../start-export';
import { type FlameControl } from '../use-flame-state';
import { pictureNote } from './picture';
import { svgText, xmlText } from './svg-text';

const theme = createTheme();

/** all 100: serve 80 (decode 50, query 30), gc 20. */
const rows: FlameRows = {
  level: [0, 1, 2, 2, 1],
  value: [100, 80, 50, 30, 20],
  self: [0, 0, 50, 30, 20],
  label: [0, 1, 2, 3, 4],
  labels: ['all', 'main.serve', 'json.decode', 'db.query', 'gc'],
};

const dataOf = (of: FlameRows) => flameData({ rows: of, format: String, custom: {}, linksOf: () => [] }, of);

/** What an export gets of a drawing that is 1000 px wide. */
function inputOf(of: FlameRows, more: Partial<ExportInput> & { search?: string } = {}): ExportInput {
  const data = dataOf(of);
  const coloursOf = (one: FlameData) => flameColours(theme, one, 'package');
  const state = { ...startState, search: more.search ?? '' };
  const control: Partial<FlameControl> = { get: () => state };
  const focus: Partial<ExportInput['focus']> = { node: 0, layout: layoutFlame(data.tree, { focus: 0, widthPx: 1000 }) };
  return {
    ...{ data, rows: of, coloursOf, colours: coloursOf(data), font: '', flip: false, title: 'T', selected: new Set() },
    focus: focus as ExportInput['focus'],
    control: control as FlameControl,
    ...more,
  };
}

function svgOf(input: ExportInput) {
  const svg = new DOMParser().parseFromString(svgText(input), 'image/svg+xml').documentElement;
  const texts = [...svg.querySelectorAll('text')].map((text) => text.textContent.split('\u00a0')[0]);
  return { svg, texts, height: Number(svg.getAttribute('height')) };
}

it('draws what the screen shows of a search and of the selection', () => {
  const { colours, ...input } = inputOf(rows, { search: 'db', selected: new Set(['gc']) });
  const { svg } = svgOf({ ...input, colours });
  const fills = new Set([...svg.querySelectorAll('path')].map((path) => path.getAttribute('fill')));
  expect(fills).toContain(colours.palette.match);
  const textOf = (name: string) => [...svg.querySelectorAll('text')].find((text) => text.textContent.startsWith(name));
  expect(textOf('gc')?.getAttribute('fill')).toBe(colours.palette.dimText);
  expect(textOf('db.query')?.getAttribute('fill')).not.toBe(colours.palette.dimText);
  const bars = [...svg.querySelectorAll('path')].map((path) => path.getAttribute('d')).join('');
  expect(bars).toContain('M800 36h199v3h-199z');
});

it('draws callers above callees of a sandwich', () => {
  const callers = dataOf(callersOf(rows, 2)!);
  const { texts, height } = svgOf(inputOf(calleesOf(rows, 2)!, { callers, flip: true }));
  expect(texts).toEqual(['json.decode', 'main.serve', 'json.decode']);
  expect(height).toBe(3 * 20 + 6);
});

it('stripes frames that only one side of a comparison has', () => {
  const { svg } = svgOf(inputOf({ ...rows, valueRight: [100, 100, 0, 100, 0], selfRight: [0, 0, 0, 100, 0] }));
  const striped = [...svg.querySelectorAll('path')].find((path) => path.getAttribute('fill') === 'url(#gone)');
  expect(striped?.getAttribute('d')).toContain('M0 40h');
  expect(svg.querySelector('pattern#gone')).not.toBeNull();
});

it('keeps names of all scripts, and cuts those that may be wider than their frame', () => {
  expect(xmlText('😀 漢字 \ud800<')).toBe('😀 漢字 ·&#60;');
  const { svg, texts } = svgOf(inputOf({ ...rows, labels: ['all', '😀.漢字', 'a', 'b', 'c'] }));
  expect(texts).toContain('😀.漢字\u200e');
  expect(svg.querySelector('svg > text')?.parentElement?.getAttribute('width')).toBe('799');
});

it('tells how many levels a picture can hold', () => {
  const deep = (levels: number) => {
    const level = Array.from({ length: levels }, (_, i) => i);
    const same = level.map(() => 1);
    return inputOf({ level, value: same, self: level.map(() => 0), label: level.map(() => 0), labels: ['f'] });
  };
  expect(pictureNote(deep(800))).toBeUndefined();
  expect(pictureNote(deep(5000))).toContain('800 of the 5\u2009000 levels');
});

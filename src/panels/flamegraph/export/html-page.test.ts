import { createTheme } from '@grafana/data';
import { type FlameRows } from '../../../model/flame-rows';
import { flameColours } from '../flame-colours';
import { flameData } from '../flame-data';
import { type ExportInput } from '../start-export';
import { htmlPage } from './html-page';

/** What the page's program wrote below its heading, after the pointer went to these places. */
function toldBy(rows: FlameRows, places: ReadonlyArray<readonly [number, number]>, custom = {}): string[] {
  const source = { rows, format: String, custom, linksOf: () => [] };
  const data = flameData(source, rows);
  const coloursOf = (of: typeof data) => flameColours(createTheme(), of, 'package');
  const page = htmlPage({ data, coloursOf, title: 'T', flip: false } as ExportInput);
  document.documentElement.innerHTML = /<html[^>]*>(.*)<\/html>/s.exec(page)?.[1] ?? '';
  const view = document.getElementById('view')!;
  Object.defineProperty(view, 'clientWidth', { value: 1000 });
  Object.defineProperty(view, 'clientHeight', { value: 400 });
  const ignoring = new Proxy(
    { measureText: () => ({ width: 7 }) },
    { get: (target, name) => Reflect.get(target, name) ?? (() => undefined), set: () => true }
  );
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(ignoring as never);
  new Function(document.querySelector('script:not([type])')!.textContent)();
  return places.map(([clientX, row]) => {
    view.dispatchEvent(new MouseEvent('mousemove', { clientX, clientY: row * 20 + 5 }));
    return document.getElementById('tip')!.textContent;
  });
}

const columns = { level: [0, 1, 1], label: [0, 1, 2], labels: ['total', 'a', 'b'] };

it('tells both sides of a comparison', () => {
  const rows = { ...columns, value: [40, 40, 0], self: [0, 40, 0], valueRight: [60, 10, 50], selfRight: [0, 10, 50] };
  expect(toldBy(rows, [[400, 1]])).toEqual(['a — total 40 → 10, 100.00 % → 16.67 % of all, self 40 → 10']);
});

it('tells values in the unit of the field, and what is too narrow to be drawn by itself', () => {
  const small = Array.from({ length: 20 }, () => 0.0001);
  const rows = {
    level: [0, 1, ...small.map(() => 1)],
    label: [0, 1, ...small.map(() => 2)],
    labels: ['total', 'a', 'b'],
    value: [1, 0.998, ...small],
    self: [0, 0.998, ...small],
  };
  expect(
    toldBy(
      rows,
      [
        [400, 1],
        [999, 1],
      ],
      { unit: 'ns', perValue: 1e9 }
    )
  ).toEqual(['a — total 998 ms, 99.80 % of all, self 998 ms', '20 small frames, 0.20 % of all']);
});

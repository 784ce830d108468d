import { createTheme } from '@grafana/data';
import { layoutFlame } from '../../model/flame-layout';
import { bigColumns } from '../../model/flame-random';
import { flameColours } from './flame-colours';
import { flameData } from './flame-data';
import { rehearse } from './flame-rehearsal';

it('paints out of sight while the browser rests, for the first graph of a page', () => {
  const waiting: IdleRequestCallback[] = [];
  window.requestIdleCallback = (work) => waiting.push(work);
  const painted: string[] = [];
  const noting = {
    measureText: () => ({ width: 7 }),
    createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(4 * width * height) }),
    fillText: (text: string) => painted.push(text),
  };
  const context = new Proxy(noting, {
    get: (from, name) => Reflect.get(from, name) ?? (() => undefined),
    set: () => true,
  });
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never);
  const rows = bigColumns(2000, 80);
  const data = flameData({ rows, format: String, custom: {}, linksOf: () => [] }, rows);
  const layout = layoutFlame(data.tree, { focus: 0, widthPx: 300 });
  const scene = { data, layout, ...flameColours(createTheme(), data, 'package'), font: '12px monospace', flip: false };
  rehearse(scene);
  let rests = 0;
  for (let left = 12; waiting.length > 0; left = 12, rests++) {
    // A step takes 5 ms of what is left.
    waiting.shift()?.({ didTimeout: false, timeRemaining: () => (left -= 5) });
  }
  expect(rests).toBe(2);
  expect(painted.length).toBeGreaterThan(50);
  expect(document.querySelector('canvas')).toBeNull();
  rehearse(scene);
  expect(waiting).toEqual([]);
});

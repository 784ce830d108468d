import { createTheme } from '@grafana/data';
import { layoutFlame } from '../../model/flame-layout';
import { bigColumns } from '../../model/flame-random';
import { flameColours } from './flame-colours';
import { flameData } from './flame-data';
import { type FlameScene } from './flame-scene';

const stepMs = 5;
const original = window.requestIdleCallback;
let waiting: IdleRequestCallback[] = [];

beforeEach(() => {
  jest.resetModules();
  waiting = [];
  window.requestIdleCallback = (work) => waiting.push(work);
});

afterEach(() => {
  window.requestIdleCallback = original;
  jest.restoreAllMocks();
});

/** Of a page of its own: one page rehearses once. */
const newPage = () => import('./flame-rehearsal');

function someScene(): FlameScene {
  const rows = bigColumns(2000, 80);
  const data = flameData({ rows, format: String, custom: {}, linksOf: () => [] }, rows);
  const layout = layoutFlame(data.tree, { focus: 0, widthPx: 300 });
  return { data, layout, ...flameColours(createTheme(), data, 'package'), font: '12px monospace', flip: false };
}

/** A context that can do all; returns the texts it draws. */
function watchTexts(): string[] {
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
  return painted;
}

/** Rests until nobody asks for more; each has some time, of which a step takes a part. Returns how many there were. */
function restAll(restMs: number): number {
  let rests = 0;
  for (; waiting.length > 0 && rests < 1000; rests++) {
    let leftMs = restMs + stepMs;
    waiting.shift()?.({ didTimeout: false, timeRemaining: () => (leftMs -= stepMs) });
  }
  return rests;
}

it('paints out of sight while the browser rests, for the first graph of a page', async () => {
  const painted = watchTexts();
  const { rehearse } = await newPage();
  rehearse(someScene());
  expect(restAll(12)).toBeGreaterThan(2);
  expect(painted.length).toBeGreaterThan(50);
  expect(document.querySelector('canvas')).toBeNull();
  rehearse(someScene());
  expect(waiting).toEqual([]);
});

it('ends without an error where a step fails', async () => {
  const getContext = jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(() => {
    throw new Error('no canvas');
  });
  const { rehearse } = await newPage();
  rehearse(someScene());
  expect(restAll(12)).toBe(1);
  expect(getContext).toHaveBeenCalledTimes(1);
});

it('gives up where the browser never has time', async () => {
  const painted = watchTexts();
  const { rehearse } = await newPage();
  rehearse(someScene());
  expect(restAll(3)).toBe(50);
  expect(painted).toEqual([]);
});

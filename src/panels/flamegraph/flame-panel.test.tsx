import { FieldType, LoadingState } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { dashboardWith, panelProps, testFrame } from '../../ui/panel-test-props';
import { flameData, isMethod, readFlameFrame } from './flame-data';
import { loadLaterParts } from './flame-later';
import { FlamePanel } from './flame-panel';
import { defaultOptions } from './options';

/** all 100: serve 80 (decode 50 (get 20), query 30), gc 15 and 5 small ones. */
function flameFrame(labels = ['all', 'main.serve', 'json.decode', 'json.get', 'db.query', 'runtime.gc', 'x.small']) {
  const frame = testFrame(
    {
      level: [0, 1, 2, 3, 2, 1, 1, 1],
      value: [100e6, 80e6, 50e6, 20e6, 30e6, 15e6, 50e3, 50e3],
      self: [0, 0, 30e6, 20e6, 30e6, 15e6, 50e3, 50e3],
      label: [0, 1, 2, 3, 4, 5, 6, 6],
      samples: [400, 320, 200, 81, 120, 60, 1, 1],
    },
    { meta: { custom: { hiddenNodes: 12, hiddenShare: 0.003, profileTypeName: 'CPU Time', sampleCount: 400 } } }
  );
  const [, value, self, label] = frame.fields;
  value.config = { unit: 'ns' };
  self.config = { unit: 'ns' };
  label.type = FieldType.enum;
  label.config = { type: { enum: { text: labels } } };
  return frame;
}

/** What the painter writes: jsdom has no canvas, so a context that takes notes stands in. */
let written: string[] = [];

// jsdom has no layout to observe.
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

beforeAll(loadLaterParts);
beforeEach(() => {
  written = [];
  const ignore = () => undefined;
  const context = {
    measureText: () => ({ width: 7 }),
    createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(4 * width * height) }),
    fillText: (text: string) => written.push(text),
    canvas: null,
  };
  const noting = new Proxy(context, { get: (target, name) => Reflect.get(target, name) ?? ignore, set: () => true });
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(noting as never);
  locationService.push('/d/x');
});

const props = (frame = flameFrame(), more = {}) => panelProps(defaultOptions, [frame], more);
const graph = () => screen.getByRole('tree');
const current = () => within(graph()).getByRole('treeitem').getAttribute('aria-label');
const path = () =>
  within(screen.getByRole('navigation'))
    .getAllByRole('listitem')
    .map((item) => item.textContent);
/** Frames are 790 px wide in all, rows 20 px high. */
const at = (x: number, row: number) => ({ clientX: x, clientY: row * 20 + 5 });
const canvasArea = () => graph().querySelector('canvas')!.parentElement!;

it('draws frames with names, values and shares', () => {
  render(<FlamePanel {...props()} />);
  expect(written).toContain('main.serve  80.0 ms  80.0 %');
  expect(screen.getByText('CPU Time')).toBeInTheDocument();
  expect(screen.getByText(/hides 0.30 %/)).toBeInTheDocument();
});

it('zooms by click, keeps the zoom over new data and goes back with Escape', () => {
  const { rerender } = render(<FlamePanel {...props()} />);
  fireEvent.click(canvasArea(), at(100, 2));
  expect(path()).toEqual(['all', 'main.serve', 'json.decode']);
  rerender(<FlamePanel {...props(flameFrame())} />);
  expect(path()).toEqual(['all', 'main.serve', 'json.decode']);
  fireEvent.keyDown(graph(), { key: 'Escape' });
  expect(path()).toEqual(['all']);
  fireEvent.click(canvasArea(), at(100, 2));
  fireEvent.click(screen.getByRole('button', { name: 'Reset' }));
  expect(path()).toEqual(['all']);
});

it('walks the tree by arrow keys and zooms with Enter', () => {
  render(<FlamePanel {...props()} />);
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) {
    fireEvent.keyDown(graph(), { key });
  }
  expect(current()).toBe('db.query, total 30.0 ms, 30.0 % of all, self 30.0 ms');
  fireEvent.keyDown(graph(), { key: 'ArrowUp' });
  fireEvent.keyDown(graph(), { key: 'Enter' });
  expect(path()).toEqual(['all', 'main.serve']);
});

it('searches with a total that counts nested matches once, and steps through them', async () => {
  render(<FlamePanel {...props()} />);
  fireEvent.keyDown(graph(), { key: '/' });
  await userEvent.keyboard('json');
  expect(screen.getByTestId('flame-matches')).toHaveTextContent('50.0 % · 2 methods');
  await userEvent.keyboard('{Enter}');
  expect(current()).toContain('json.decode');
  await userEvent.clear(screen.getByRole('textbox'));
  await userEvent.type(screen.getByRole('textbox'), '/(/');
  expect(screen.getByText(/Invalid regular expression/)).toBeInTheDocument();
});

it('selects methods into the dashboard variable and takes them out again', () => {
  render(<FlamePanel {...props(flameFrame(), { replaceVariables: dashboardWith('method') })} />);
  const variable = () => locationService.getSearch().getAll('var-method');
  fireEvent.click(canvasArea(), { ...at(100, 2), ctrlKey: true });
  fireEvent.click(canvasArea(), { ...at(600, 2), shiftKey: true });
  expect(variable()).toEqual(['json.decode', 'db.query']);
  expect(screen.getByRole('button', { name: '2 selected' })).toBeInTheDocument();
  fireEvent.click(canvasArea(), { ...at(600, 2), ctrlKey: true });
  act(() => screen.getByRole('button', { name: '1 selected' }).click());
  expect(variable()).toEqual(['$__all']);
  expect(path()).toEqual(['all']);
});

it('tells in the tooltip what a frame and a run of small frames are', () => {
  render(<FlamePanel {...props()} />);
  fireEvent.mouseMove(canvasArea(), at(50, 3));
  const tooltip = screen.getByTestId('flame-tooltip');
  expect(tooltip).toHaveTextContent('json.get');
  expect(tooltip).toHaveTextContent('20.0 ms · 20.0 % of all');
  expect(tooltip).toHaveTextContent('Of caller40.0 %');
  expect(tooltip).toHaveTextContent('Samples81 of 400');
  expect(tooltip).toHaveTextContent('Share, 95 % sure20.0 % ± 3.9 %');
  fireEvent.mouseMove(canvasArea(), at(751, 1));
  expect(screen.getByTestId('flame-tooltip')).toHaveTextContent('2 small frames, 0.10 %');
});

it('shows hostile names as text', () => {
  const hostile = '<img src=x onerror="document.title=1">\u202e\u0000';
  render(<FlamePanel {...props(flameFrame(['all', hostile, '', 'مرحبا', 'x'.repeat(65_536), 'gc', 's']))} />);
  fireEvent.click(canvasArea(), at(100, 1));
  expect(path()[1]).toBe('<img src=x onerror="document.title=1">··');
  expect(document.querySelector('img')).toBeNull();
  fireEvent.mouseMove(canvasArea(), at(700, 1));
  expect(screen.getByTestId('flame-tooltip').textContent!.length).toBeLessThan(3000);
});

it('picks methods only, not what a sample was about', () => {
  const label = ['all', 'main.lock', '(no stack)', 'Mutex'];
  const kind = ['', 'method', '', 'detail:lock'];
  const frame = testFrame({ level: [0, 1, 1, 2], value: [9, 5, 4, 1], self: [0, 5, 3, 1], label, kind });
  const source = readFlameFrame(frame);
  const data = 'rows' in source && flameData(source, source.rows);
  expect(data && [0, 1, 2, 3].map((node) => isMethod(data, node))).toEqual([false, true, false, false]);
});

it("takes frames of Grafana's own flame graph", () => {
  const frame = testFrame({ level: [0, 1], value: [2, 2], self: [0, 2], label: ['total', 'main.f'] });
  render(<FlamePanel {...props(frame)} />);
  expect(written).toContain('main.f  2  100 %');
});

it('says why there is nothing to show', () => {
  const empty = testFrame(
    { level: [], value: [], self: [], label: [] },
    { meta: { notices: [{ severity: 'info', text: 'Turn locks on.' }] } }
  );
  const { rerender } = render(<FlamePanel {...props(empty)} />);
  expect(screen.getByText('No samples in this time range')).toBeInTheDocument();
  expect(screen.getByText('Turn locks on.')).toBeInTheDocument();
  rerender(<FlamePanel {...props(testFrame({ level: [0], value: [0], self: [0], label: ['all'] }))} />);
  expect(screen.getByText('No samples in this time range')).toBeInTheDocument();
  const { data } = props(empty);
  rerender(<FlamePanel {...props(empty)} data={{ ...data, series: [], state: LoadingState.Loading }} />);
  expect(screen.getByText('Loading…')).toBeInTheDocument();
  const errors = [{ message: 'The store does not answer.' }];
  rerender(<FlamePanel {...props(empty)} data={{ ...data, series: [], state: LoadingState.Error, errors }} />);
  expect(screen.getByRole('alert')).toHaveTextContent('The store does not answer.');
});

it('tells that one of several flame graphs is shown', () => {
  const { data } = props();
  const series = [testFrame({ time: [1], value: [2] }), ...data.series, flameFrame(), flameFrame()];
  render(<FlamePanel {...props()} data={{ ...data, series }} />);
  expect(screen.getByRole('note')).toHaveTextContent('The first of 3 flame graphs is shown.');
});

it('says what is wrong with rows that have no root', () => {
  const frame = testFrame({ level: [0, 1], value: [-1, 5], self: [0, 5], label: ['all', 'a'] });
  render(<FlamePanel {...props(frame)} />);
  expect(document.body).toHaveTextContent('The first row, which stands for all, has the value -1.');
});

it('takes the unit of values from the field where the frame names none', () => {
  const frame = testFrame({ level: [0], value: [2], self: [2], label: ['all'] });
  frame.fields[1].config = { unit: 'ms' };
  expect(readFlameFrame(frame)).toMatchObject({ custom: { unit: 'ns', perValue: 1e6 } });
  frame.meta = { custom: { unit: 'bytes' } };
  expect(readFlameFrame(frame)).toMatchObject({ custom: { unit: 'bytes' } });
});

it('names a frame that is no nested set', () => {
  const flame = readFlameFrame(testFrame({ level: [0, 2], value: [1, 1], self: [0, 1], label: ['a', 'b'] }));
  expect(flame).toEqual({ problem: 'Row 1 has level 2 after 0.' });
});

it('compares two sides', () => {
  const frame = testFrame({
    level: [0, 1, 1],
    value: [10, 10, 0],
    self: [0, 10, 0],
    label: ['all', 'old', 'new'],
    valueRight: [10, 0, 10],
    selfRight: [0, 0, 10],
  });
  render(<FlamePanel {...props(frame)} />);
  fireEvent.mouseMove(canvasArea(), at(600, 1));
  expect(screen.getByTestId('flame-tooltip')).toHaveTextContent('Change+100 % of all');
  expect(screen.getByText('striped: only on one side')).toBeInTheDocument();
  fireEvent.keyDown(graph(), { key: 'm' });
  const rows = within(screen.getByRole('dialog')).getAllByRole('row');
  expect(rows[1]).toHaveTextContent('10 · 100 % → 0 · 0 %');
});

it('folds its controls where there is little room', () => {
  const { rerender } = render(<FlamePanel {...props(flameFrame(), { width: 300 })} />);
  expect(screen.getByRole('button', { name: 'More' })).toBeInTheDocument();
  expect(screen.queryByText('Colour: package')).toBeNull();
  rerender(<FlamePanel {...props(flameFrame(), { height: 150 })} />);
  expect(screen.queryByRole('textbox')).toBeNull();
  expect(graph()).toBeInTheDocument();
});

import { LoadingState, type PanelData, FieldType } from '@grafana/data';
import { locationService, setDataSourceSrv } from '@grafana/runtime';
import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import React from 'react';
import { of } from 'rxjs';
import { searchTexts } from '../../model/text-search';
import { panelProps, testFrame } from '../../ui/panel-test-props';
import { loadLaterParts } from './flame-later';
import { FlamePanel } from './flame-panel';
import { patternOfSearch, searchOfName } from './flame-pipeline';
import { defaultOptions } from './options';

window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

beforeAll(loadLaterParts);
beforeEach(() => {
  const context = {
    measureText: () => ({ width: 7 }),
    createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(4 * width * height) }),
  };
  const ignoring = new Proxy(context, {
    get: (target, name) => Reflect.get(target, name) ?? (() => undefined),
    set: () => true,
  });
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(ignoring as never);
  locationService.push('/d/x');
});

const texts = ['all', 'main.serve', 'json.decode', 'json.get', 'db.query'];

/** all 100: serve 80 (decode 50 (get 20), query 30), itself 20. `from` and `to` cut rows. */
function frame(keep: number[] = [0, 1, 2, 3, 4], custom = {}) {
  const pick = (list: number[]) => keep.map((row) => list[row]);
  const made = testFrame(
    {
      level: pick([0, 1, 2, 3, 2]),
      value: pick([100, 80, 50, 20, 30]),
      self: pick([20, 0, 30, 20, 30]),
      label: pick([0, 1, 2, 3, 4]),
    },
    { refId: 'A', meta: { custom } }
  );
  made.fields[3].type = FieldType.enum;
  made.fields[3].config = { type: { enum: { text: texts } } };
  return made;
}

const graph = (name = /^(Flame graph|Callees)/) => screen.getByRole('tree', { name });
const current = (of = graph()) => within(of).getByRole('treeitem').getAttribute('aria-label');
const key = (...keys: string[]) => keys.forEach((one) => fireEvent.keyDown(graph(), { key: one }));
const path = () => screen.getByRole('navigation').textContent;
const props = (made = frame(), more = {}) => panelProps(defaultOptions, [made], more);

it('shows callers and callees of a method with its total, and goes back', () => {
  render(<FlamePanel {...props()} />);
  key('ArrowDown', 'ArrowDown', 's');
  expect(current()).toBe('json.decode, total 50, 100 % of all, self 30');
  expect(current(graph(/^Callers/))).toBe('json.decode, total 50, 100 % of all');
  expect(path()).toContain('50 of 100');
  fireEvent.keyDown(graph(/^Callers/), { key: 'ArrowUp' });
  expect(current(graph(/^Callers/))).toBe('main.serve, total 50, 100 % of all');
  key('Escape');
  expect(screen.queryByRole('tree', { name: /^Callers/ })).toBeNull();
});

it('keeps the view in the address under the panel’s own keys', async () => {
  const { unmount } = render(<FlamePanel {...props(frame(), { id: 7 })} />);
  key('ArrowDown', 'ArrowDown', 'Enter');
  await waitFor(() => expect(locationService.getSearch().get('flame-7-focus')).toMatch(/^\w+\.\w+$/));
  unmount();
  render(<FlamePanel {...props(frame(), { id: 7 })} />);
  expect(current()).toContain('json.decode');
  act(() => locationService.push('/d/x'));
  expect(current()).toContain('all');
});

it('keeps scale, colour and root in the address', async () => {
  locationService.push('/d/x?flame-1-window=0.5..1&flame-1-colour=value&flame-1-root=bottom');
  render(<FlamePanel {...props()} />);
  expect(screen.getByRole('button', { name: 'Colour: value' })).toBeInTheDocument();
  key('ArrowUp');
  expect(current()).toContain('main.serve');
  key('-');
  const search = () => locationService.getSearch();
  await waitFor(() => expect(search().get('flame-1-window')).toMatch(/^0\.3\d*\.\.1$/));
  expect([search().get('flame-1-colour'), search().get('flame-1-root')]).toEqual(['value', 'bottom']);
  key('Escape');
  await waitFor(() => expect(search().has('flame-1-window')).toBe(false));
});

it('hides, excludes and keeps one package, with the share that is left out', () => {
  locationService.push('/d/x?flame-1-exclude=%2Fquery%2F&flame-1-hide=main.serve');
  render(<FlamePanel {...props()} />);
  expect(path()).toContain('1 hidden · 30.0 % excluded');
  key('ArrowDown');
  expect(current()).toBe('json.decode, total 50, 71.4 % of all, self 30');
});

it('offers the data links of the fields, with the row of the method in other views', () => {
  const made = frame();
  made.fields[3].getLinks = ({ valueRowIndex }) => [
    { href: `https://wiki/${valueRowIndex}`, title: 'Runbook', target: '_blank', origin: made.fields[3] },
  ];
  const link = () => screen.getByRole('menuitem', { name: /Runbook/ }).getAttribute('href');
  render(<FlamePanel {...props(made)} />);
  key('ArrowDown', 'ArrowDown', 'ArrowRight', 'ContextMenu');
  expect(link()).toBe('https://wiki/4');
  fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' });
  key('ArrowUp', 's', 'ArrowDown', 'ContextMenu');
  expect(link()).toMatch(/^https:..wiki.[24]$/);
});

it('leads to requests only from frames that our store answered', () => {
  const links = () => screen.getAllByRole('menuitem').map((item) => item.getAttribute('href'));
  const { rerender } = render(<FlamePanel {...props()} />);
  key('ArrowDown', 'ContextMenu');
  expect(links().filter(Boolean)).toEqual([]);
  fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' });
  rerender(<FlamePanel {...props(frame(undefined, { profileType: 'cpu-time' }))} />);
  key('ContextMenu');
  expect(links().filter(Boolean)).toEqual([expect.stringContaining('/d/hotspan-overview?var-method=main.serve')]);
});

it('zooms in on each of several siblings of one name', () => {
  const made = testFrame({ level: [0, 1, 1], value: [100, 60, 40], self: [0, 60, 40], label: ['all', 'f', 'f'] });
  render(<FlamePanel {...props(made)} />);
  key('ArrowDown', 'ArrowRight', 'Enter');
  expect(current()).toBe('f, total 40, 40.0 % of all, self 40');
});

it('keeps the place of the keyboard over new data, and puts it on the zoomed frame of another view', () => {
  const { rerender } = render(<FlamePanel {...props(frame([0, 1, 2, 4]))} />);
  key('ArrowDown', 'ArrowDown', 'ArrowRight');
  expect(current()).toContain('db.query');
  rerender(<FlamePanel {...props()} />);
  expect(current()).toContain('db.query, total 30');
  key('ArrowUp', 'Enter', 'ArrowDown', 'Escape');
  expect(current()).toContain('all, total 100');
  rerender(<FlamePanel {...props(frame([0, 1, 4]))} />);
  expect(current()).toContain('all, total 100');
});

it('says that the method of a sandwich is not there, and shows it when it comes', () => {
  locationService.push('/d/x?flame-1-mode=sandwich&flame-1-method=json.get');
  const { rerender } = render(<FlamePanel {...props(frame([0, 1, 4]))} />);
  expect(screen.getByText(/“json.get” is not in this profile/)).toBeInTheDocument();
  expect(screen.queryByRole('tree')).toBeNull();
  rerender(<FlamePanel {...props()} />);
  expect(current()).toContain('json.get, total 20');
});

it('gives the focus to the graph when a button goes away with its click', async () => {
  render(<FlamePanel {...props()} />);
  key('ArrowDown', 'Enter');
  const reset = screen.getByRole('button', { name: 'Reset' });
  act(() => reset.focus());
  fireEvent.click(reset);
  await waitFor(() => expect(graph()).toHaveFocus());
});

it('takes keys while the menu of a frame has not taken the focus yet', () => {
  render(<FlamePanel {...props()} />);
  key('ArrowDown', 'Enter', 'ContextMenu', 'Escape');
  expect(screen.queryByRole('menu')).toBeNull();
  expect(path()).toContain('main.serve');
  key('ContextMenu', 'm');
  expect(screen.queryByRole('menu')).toBeNull();
  expect(screen.getByRole('dialog')).toHaveTextContent('4 methods');
});

it('hides or excludes what a search finds, as a pattern', async () => {
  locationService.push('/d/x?flame-1-search=json.');
  render(<FlamePanel {...props()} />);
  fireEvent.click(screen.getByRole('button', { name: 'Top-down' }));
  fireEvent.click(screen.getByRole('menuitem', { name: 'Exclude stacks with /json\\./' }));
  expect(path()).toContain('50.0 % excluded');
  fireEvent.click(screen.getByRole('button', { name: /excluded/ }));
  fireEvent.click(screen.getByRole('menuitem', { name: 'Include /json\\./' }));
  expect(path()).not.toContain('excluded');
});

it('searches a name that looks like a pattern by its letters', () => {
  for (const name of ['/a(', '/a(/', ' /a.b/i', 'plain.name']) {
    const found = searchTexts([name, 'axb', 'plain'], searchOfName(name));
    expect([name, found.error, [...found.mask]]).toEqual([name, undefined, [1, 0, 0]]);
  }
});

it('makes a pattern only of searches that find the same', () => {
  expect(patternOfSearch(['a.b', 'axb'], 'a.b')).toBe('/a\\.b/');
  expect(patternOfSearch(['a.b', 'axb'], '/a.b/I')).toBe('/a.b/I');
  expect(patternOfSearch(['json.decode'], 'jsdec')).toBeUndefined();
  expect(patternOfSearch(['a'], 'z')).toBeUndefined();
  expect(patternOfSearch(['a/b(c)[d]'], 'b(c)[')).toBe('/b\\(c\\)\\[/');
});

it('turns the graph over', () => {
  locationService.push('/d/x?flame-1-mode=bottom');
  render(<FlamePanel {...props()} />);
  key('ArrowDown');
  expect(current()).toMatch(/^(json\.decode|db\.query), total 30, 30.0 % of all$/);
  key('ArrowDown');
  expect(current()).toBe('main.serve, total 30, 30.0 % of all');
});

describe('a cut graph', () => {
  const cut = () => frame([0, 1, 2, 4], { hiddenNodes: 1, hiddenShare: 0.2 });
  const target = { refId: 'A', datasource: { uid: 'hotspan' } };
  const request = { requestId: 'Q1', targets: [target], scopedVars: {} } as unknown as PanelData['request'];
  const first = props(cut()).data;
  const panel = (data = first) => <FlamePanel {...props(cut())} data={{ ...data, request }} />;
  const answerWith = (query: (asked: { targets: Array<{ focus?: string[] }> }) => unknown) =>
    setDataSourceSrv({ get: async () => ({ query }) } as never);

  it('asks for the frame that is zoomed in on, and shows what it gets', async () => {
    const asked: unknown[] = [];
    answerWith(({ targets }) => {
      asked.push(targets[0].focus);
      const part = testFrame({ level: [0, 1], value: [50, 20], self: [30, 20], label: ['json.decode', 'json.get'] });
      return of({ data: [part], state: LoadingState.Done });
    });
    render(panel());
    expect(screen.getByTestId('flame-hidden')).toHaveTextContent('hides 20.0 %');
    await waitFor(() =>
      expect(screen.getByTestId('flame-hidden')).toHaveAccessibleDescription(
        /^20.0 % of the total is spent in small frames .*1 frame/
      )
    );
    key('ArrowDown', 'ArrowDown', 'Enter');
    await waitFor(() => expect(screen.queryByTestId('flame-hidden')).toBeNull());
    key('ArrowDown');
    expect(current()).toBe('json.get, total 20, 20.0 % of all, self 20');
    expect(asked).toEqual([['main.serve', 'json.decode']]);
  });

  it('asks for the new data when that comes before the part of the old was asked for', async () => {
    const part = testFrame({ level: [0, 1], value: [50, 20], self: [30, 20], label: ['json.decode', 'json.get'] });
    answerWith(() => of({ data: [part], state: LoadingState.Done }));
    const { rerender } = render(panel());
    key('ArrowDown', 'ArrowDown', 'Enter');
    rerender(panel(props(cut()).data));
    await waitFor(() => expect(screen.queryByTestId('flame-hidden')).toBeNull());
  });

  it('goes on with what is there when that fails', async () => {
    answerWith(() => of({ data: [], errors: [{ message: 'no' }] }));
    render(panel());
    key('ArrowDown', 'ArrowDown', 'Enter');
    await waitFor(() => expect(screen.getByTestId('flame-hidden')).toHaveTextContent('could not load 40.0 %'));
    expect(current()).toContain('json.decode');
  });
});

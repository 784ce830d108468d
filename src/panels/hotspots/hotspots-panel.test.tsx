import { type DataQueryRequest, LoadingState, createDataFrame } from '@grafana/data';
import { type DataSourceSrv, locationService, setDataSourceSrv } from '@grafana/runtime';
import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { NEVER, concat, of } from 'rxjs';
import { type HotspotsCustom } from '../../api/frames';
import { dashboardWith, panelProps } from '../../ui/panel-test-props';
import { callersTree, readHotspotFrame } from './hotspot-rows';
import { HotspotsPanel } from './hotspots-panel';
import { defaultOptions } from './options';

const custom: HotspotsCustom = {
  state: 'ok',
  profileType: 'wall-time',
  profileTypeName: 'Wall Time',
  unit: 'ns',
  total: 100e6,
  sampleCount: 10,
  error: 31e6,
  perSample: 10e6,
  inferred: 0,
  shareOf: 'span',
  order: 'time',
  spanScope: 'span',
  spanIds: ['00f067aa0ba902b7'],
  spanDurationNs: 200e6,
  endpoint: 'POST /cart',
  operation: 'web.request',
  traceId: '',
  types: [
    { id: 'cpu-time', name: 'CPU Time', unit: 'ns', total: 40e6, samples: 4 },
    { id: 'wall-time', name: 'Wall Time', unit: 'ns', total: 100e6, samples: 10 },
  ],
  average: { requests: 12, counted: 'all', total: 90e6 },
  uploads: [{ profileId: 'p-1', service: 'shop', start: 0, end: 60_000 }],
  hiddenNodes: 0,
  hiddenShare: 0,
};

/** checkout 100: parse 20 (first), walk 60 (walk 40 (walk 10)), send 20 with 15 of waiting. */
const tree = [
  [0, 'total', 100, 0],
  [1, 'app.checkout', 100, 0],
  [2, 'app.parse', 20, 20],
  [2, 'app.walk', 60, 20],
  [3, 'app.walk', 40, 30],
  [4, 'app.walk', 10, 10],
  [2, 'app.send', 20, 20],
] as const;

function hotspotsFrame(more: Partial<HotspotsCustom> = {}, rows: ReadonlyArray<(typeof tree)[number]> = tree) {
  const ms = (column: 2 | 3) => rows.map((row) => row[column] * 1e6);
  const send = (text: unknown, other: unknown) => rows.map(([, label]) => (label === 'app.send' ? text : other));
  const fields = {
    level: rows.map(([level]) => level),
    label: rows.map(([, label]) => label),
    value: ms(2),
    self: ms(3),
    share: rows.map((row) => row[2] / 200),
    samples: rows.map((row) => row[2] / 10),
    start: rows.map((_, at) => at * 1e6),
    waiting: send(15e6, 0),
    waitedFor: send('socket 10.0.0.7:5432', ''),
    thread: rows.map(() => 'web-1'),
    average: rows.map((row) => row[2] * 0.9e6),
  };
  return createDataFrame({
    refId: 'A',
    name: 'hotspots',
    meta: { custom: { ...custom, ...more } },
    fields: Object.entries(fields).map(([name, values]) => ({ name, values: [...values] })),
  });
}

const props = (frame = hotspotsFrame(), more = {}) => panelProps(defaultOptions, [frame], { width: 900, ...more });
const grid = () => screen.getByRole('treegrid');
const rows = () => screen.getAllByRole('row').slice(1);
const names = () => rows().map((row) => row.querySelector('bdi')?.textContent);
const row = (name: string) => rows().find((one) => one.querySelector('bdi')?.textContent === name)!;
const press = (key: string) => fireEvent.keyDown(grid(), { key });
const currentRow = () => document.getElementById(grid().getAttribute('aria-activedescendant') ?? '');
const choose = async (button: RegExp, item: string) => {
  await userEvent.click(screen.getByRole('button', { name: button }));
  await userEvent.click(await screen.findByRole('menuitem', { name: new RegExp(`^${item}`) }));
};

beforeEach(() => locationService.push('/d/x'));

it('shows the methods in call order with time, share of the span, waiting, average and thread', () => {
  render(<HotspotsPanel {...props()} />);
  expect(names()).toEqual(['app.checkout', 'app.parse', 'app.walk', 'app.walk', 'app.walk', 'app.send']);
  expect(row('app.send')).toHaveTextContent('app.sendwaiting: socket 10.0.0.7:543220.0 ms10.0 %15.0 ms18.0 msweb-1');
  expect(screen.getByText('span web.request POST /cart')).toBeInTheDocument();
  expect(screen.getByText('200 ms')).toBeInTheDocument();
  expect(
    screen.getByText(/^sampled every 10\.0 ms: ± 31\.0 ms · average of 12 requests of POST \/cart: 90\.0 ms$/)
  ).toBeInTheDocument();
});

it('tells in a line of its own what was tied to the span by thread and time, each type with its error', () => {
  const types = [
    ...custom.types,
    {
      ...{ id: 'lock-wait-time', name: 'Lock Wait Time', unit: 'ns' as const, total: 45e6, samples: 9 },
      inferred: { total: 36e6, error: 12e6 },
    },
  ];
  render(<HotspotsPanel {...props(hotspotsFrame({ types }))} />);
  expect(screen.getByText('Tied to the span by thread and time: Lock Wait Time 36.0 ms ± 12.0 ms')).toBeInTheDocument();
});

it('shows a recursion level by level, and counts it once where callers are shown', async () => {
  const { tree: rows, custom } = readHotspotFrame(hotspotsFrame());
  const callers = callersTree(rows, custom.total);
  expect(callers.rows.map(({ label, level, value }) => [level, label, value / 1e6]).slice(0, 5)).toEqual([
    [0, 'app.walk', 60],
    [1, 'app.walk', 40],
    [2, 'app.checkout', 30],
    [2, 'app.walk', 10],
    [3, 'app.checkout', 10],
  ]);
  const tops = callers.rows.filter(({ level }) => level === 0);
  expect(tops.reduce((sum, { value }) => sum + value, 0)).toBe(custom.total);

  render(<HotspotsPanel {...props()} />);
  await choose(/^Order/, 'Callers');
  expect(rows2()[0]).toEqual(['app.walk', '1']);
  await choose(/^Order/, 'Largest first');
  expect(names().slice(0, 3)).toEqual(['app.checkout', 'app.walk', 'app.walk']);
});
const rows2 = () => rows().map((one) => [one.querySelector('bdi')?.textContent, one.getAttribute('aria-level')]);

it('is used by keyboard as every tree', () => {
  render(<HotspotsPanel {...props()} />);
  press('ArrowDown');
  expect(currentRow()).toHaveTextContent('app.checkout');
  expect(currentRow()).toHaveAttribute('aria-expanded', 'true');
  press('ArrowLeft');
  expect(names()).toEqual(['app.checkout']);
  press('ArrowRight');
  press('ArrowRight');
  expect(currentRow()).toHaveTextContent('app.parse');
  expect(currentRow()).not.toHaveAttribute('aria-expanded');
  press('ArrowLeft');
  expect(currentRow()).toHaveTextContent('app.checkout');
  press('*');
  expect(names()).toEqual(['app.checkout']);
  press('Enter');
  press('ArrowDown');
  press('ArrowDown');
  expect(currentRow()).toHaveTextContent('app.walk');
  press('*');
  expect(names()).toHaveLength(6);
});

it('keeps open rows when new data come', () => {
  const { rerender } = render(<HotspotsPanel {...props()} />);
  fireEvent.click(row('app.checkout'));
  expect(names()).toEqual(['app.checkout']);
  rerender(<HotspotsPanel {...props(hotspotsFrame({ total: 101e6 }))} />);
  expect(names()).toEqual(['app.checkout']);
});

it('shows the clicked frame of the small flame graph in the table', () => {
  render(<HotspotsPanel {...props()} />);
  fireEvent.click(row('app.checkout'));
  fireEvent.click(within(screen.getByTestId('small-flame')).getByTitle(/^app\.send/));
  expect(names()).toContain('app.send');
  expect(currentRow()).toHaveTextContent('app.send');
});

it('links to the profile with the span and the type kept', () => {
  const request = { targets: [{ refId: 'A', datasource: { uid: 'hs' } }] } as DataQueryRequest;
  render(<HotspotsPanel {...props(hotspotsFrame(), { data: { ...props().data, request } })} />);
  const href = screen.getByRole('link', { name: /View profiling details/ }).getAttribute('href') ?? '';
  const [path, search] = href.split('?');
  expect(path).toBe('/a/hotspan-profiling-app/profile/p-1');
  expect(Object.fromEntries(new URLSearchParams(search))).toEqual({
    tab: 'performance',
    type: 'wall-time',
    ds: 'hs',
    span: '00f067aa0ba902b7',
  });
});

describe('switches', () => {
  const asked: unknown[] = [];
  const answers = {
    state: LoadingState.Done,
    data: [hotspotsFrame({ profileType: 'cpu-time', profileTypeName: 'CPU Time' })],
  };
  const request = { requestId: 'Q1', targets: [{ refId: 'A', spanId: ['1'] }] } as unknown as DataQueryRequest;

  beforeEach(() => {
    asked.length = 0;
    const query = async ({ targets }: DataQueryRequest) => {
      asked.push(targets[0]);
      return answers;
    };
    setDataSourceSrv({ get: async () => ({ query }) } as unknown as DataSourceSrv);
  });

  it("ask the panel's query again where no variable is there", async () => {
    render(<HotspotsPanel {...props(hotspotsFrame(), { data: { ...props().data, request } })} />);
    await choose(/^Profile type/, 'CPU Time');
    await screen.findByRole('button', { name: 'Profile type: CPU Time' });
    expect(asked).toEqual([{ refId: 'A', spanId: ['1'], profileType: 'cpu-time' }]);
    await choose(/^Scope/, 'Trace part');
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]).toEqual({ refId: 'A', spanId: ['1'], profileType: 'cpu-time', spanScope: 'root' });
  });

  it("set the dashboard's variables where they are there", async () => {
    const replaceVariables = dashboardWith('profile_type', 'span_scope');
    render(<HotspotsPanel {...props(hotspotsFrame(), { replaceVariables })} />);
    await choose(/^Profile type/, 'CPU Time');
    await choose(/^Scope/, 'Time window');
    expect(locationService.getSearch().get('var-profile_type')).toBe('cpu-time');
    expect(locationService.getSearch().get('var-span_scope')).toBe('time');
    expect(asked).toEqual([]);
  });

  it('show what comes before the average', async () => {
    const part = { data: [hotspotsFrame({ profileType: 'cpu-time', profileTypeName: 'CPU Time' })] };
    const query = () => concat(of({ ...part, state: LoadingState.Streaming }), NEVER);
    setDataSourceSrv({ get: async () => ({ query }) } as unknown as DataSourceSrv);
    render(<HotspotsPanel {...props(hotspotsFrame(), { data: { ...props().data, request } })} />);
    await choose(/^Profile type/, 'CPU Time');
    expect(await screen.findByRole('button', { name: 'Profile type: CPU Time' })).toBeInTheDocument();
  });

  it('tell what went wrong', async () => {
    setDataSourceSrv({ get: async () => Promise.reject(new Error('the store is away')) } as unknown as DataSourceSrv);
    render(<HotspotsPanel {...props(hotspotsFrame(), { data: { ...props().data, request } })} />);
    await choose(/^Profile type/, 'CPU Time');
    expect(await screen.findByRole('alert')).toHaveTextContent('the store is away');
  });
});

describe('without samples', () => {
  const empty = (more: Partial<HotspotsCustom>) => hotspotsFrame(more, []);

  it.each<[HotspotsCustom['state'], string]>([
    ['noSamples', 'No samples in this span'],
    ['notOfType', 'Nothing of this type in the span'],
    ['noUpload', 'Span not found in any profile'],
    ['notArrived', 'The profile has not arrived yet'],
  ])('%s: says so and what helps', (state, title) => {
    render(<HotspotsPanel {...props(empty({ state }))} />);
    expect(screen.getByRole('status')).toHaveTextContent(title);
    expect(screen.getByRole('status').querySelectorAll('button, a').length).toBeGreaterThan(0);
  });

  it('looks again by itself until the upload is there', async () => {
    jest.useFakeTimers();
    let arrived = false;
    const query = async () => ({ data: [arrived ? hotspotsFrame() : empty({ state: 'notArrived' })] });
    setDataSourceSrv({ get: async () => ({ query }) } as unknown as DataSourceSrv);
    const request = { requestId: 'Q1', targets: [{ refId: 'A' }] } as unknown as DataQueryRequest;
    const frame = empty({ state: 'notArrived' });
    render(<HotspotsPanel {...props(frame, { data: { ...props(frame).data, request } })} />);
    await act(() => jest.advanceTimersByTimeAsync(10_500));
    expect(screen.getByRole('status')).toHaveTextContent('not arrived');
    arrived = true;
    await act(() => jest.advanceTimersByTimeAsync(10_500));
    expect(names()).toContain('app.checkout');
    jest.useRealTimers();
  });

  it('asks for another query where the frame is not one of hotspots', () => {
    const frame = createDataFrame({ fields: [{ name: 'x', values: [1] }] });
    const { container } = render(<HotspotsPanel {...props(frame)} />);
    expect(container).not.toHaveTextContent('app.checkout');
  });
});

it('leaves out what does not fit into a narrow or low panel', () => {
  const { rerender } = render(<HotspotsPanel {...props(hotspotsFrame(), { width: 320 })} />);
  expect(screen.getAllByRole('columnheader').map((one) => one.textContent)).toEqual(['Method', 'Wall Time']);
  rerender(<HotspotsPanel {...props(hotspotsFrame(), { width: 320, height: 120 })} />);
  expect(screen.queryByTestId('small-flame')).toBeNull();
  expect(screen.queryByRole('link')).toBeNull();
});

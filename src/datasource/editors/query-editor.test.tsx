import '../jsdom-observers';
import React, { useState } from 'react';
import { CoreApp, LoadingState, type PanelData, createDataFrame, dateTime } from '@grafana/data';
import { type BackendSrvRequest } from '@grafana/runtime';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HotspanDatasource } from '../datasource';
import { type HotspanQuery } from '../query';
import { answerBackend, instanceSettings } from '../test-grafana';
import { QueryEditor } from './query-editor';

const answers: Record<string, unknown> = {
  'profile-types': {
    profileTypes: [
      { id: 'cpu-time', name: 'CPU Time', unit: 'ns', merge: 'sum', hidden: false, profiles: 12 },
      { id: 'wall-time', name: 'Wall Time', unit: 'ns', merge: 'sum', hidden: false, profiles: 3 },
      { id: 'cpu-samples', name: 'CPU Samples', unit: 'count', merge: 'sum', hidden: true, profiles: 12 },
    ],
  },
  labels: {
    labels: [
      { name: 'service', values: 2 },
      { name: 'env', values: 1 },
    ],
  },
  'labels/service/values': {
    values: [
      { value: 'shop', profiles: 8 },
      { value: 'cart', profiles: 4 },
    ],
    truncated: false,
  },
  suggest: {
    suggestions: [
      { value: 'json.Unmarshal', total: 10 },
      { value: 'json.Marshal', total: 5 },
    ],
  },
};

// Real parts of Grafana are slow in jsdom.
jest.setTimeout(60_000);

let asked: BackendSrvRequest[] = [];

beforeAll(() => {
  // The option lists draw only rows that have a size, which jsdom gives to nothing.
  const box = { width: 300, height: 300, top: 0, left: 0, bottom: 300, right: 300, x: 0, y: 0, toJSON: () => ({}) };
  jest.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(box);
  const canvas = { measureText: (text: string) => ({ width: text.length * 8 }) };
  HTMLCanvasElement.prototype.getContext = (() => canvas) as never;
  for (const size of ['clientHeight', 'clientWidth', 'offsetHeight', 'offsetWidth']) {
    Object.defineProperty(HTMLElement.prototype, size, { configurable: true, value: 300 });
  }
});

beforeEach(() => {
  asked = answerBackend((path) => answers[path]);
});

const datasource = new HotspanDatasource(instanceSettings(), { replace: (text = '') => text });
const range = { from: dateTime(1000), to: dateTime(61_000), raw: { from: 'now-1m', to: 'now' } };

/** The editor as Grafana holds it: what it changes comes back in. */
function show(query: Partial<HotspanQuery>, app = CoreApp.Dashboard, data?: PanelData) {
  const seen: HotspanQuery[] = [];
  const onRunQuery = jest.fn();
  const Holder = () => {
    const [value, setValue] = useState<HotspanQuery>({ refId: 'A', ...query });
    const onChange = (next: HotspanQuery) => {
      seen.push(next);
      setValue(next);
    };
    return (
      <QueryEditor
        datasource={datasource}
        query={value}
        range={range}
        app={app}
        data={data}
        onChange={onChange}
        onRunQuery={onRunQuery}
      />
    );
  };
  render(<Holder />);
  return { last: () => seen.at(-1), onRunQuery, user: userEvent.setup({ delay: null }) };
}

const box = (placeholder: string) => screen.getByPlaceholderText(placeholder);

it('changes the query type and shows only what the new type knows', async () => {
  const { last, onRunQuery, user } = show({ queryType: 'profile', profileType: 'cpu-time' });
  expect(screen.getByText('Max frames')).toBeInTheDocument();
  expect(screen.queryByText('Dimension')).not.toBeInTheDocument();
  await user.click(box('Query type'));
  await user.click(await screen.findByText('Self and total by method, library, thread and more'));
  expect(last()).toMatchObject({ queryType: 'dimension', profileType: 'cpu-time' });
  expect(onRunQuery).toHaveBeenCalled();
  expect(screen.getByText('Dimension')).toBeInTheDocument();
  expect(screen.queryByText('Max frames')).not.toBeInTheDocument();
});

it('offers profile types with their number of uploads, hidden ones left out', async () => {
  const { last, user } = show({ queryType: 'profile', profileTypeId: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds' });
  await user.click(box('cpu-time'));
  expect(await screen.findByText('12 uploads')).toBeInTheDocument();
  expect(screen.queryByText('CPU Samples')).not.toBeInTheDocument();
  await user.click(screen.getByText('Wall Time'));
  expect(last()).toMatchObject({ profileType: 'wall-time' });
  expect(last()?.profileTypeId).toBeUndefined();
});

it('builds a label selector, and shows the same as text', async () => {
  const { last, user } = show({ queryType: 'profile', selector: '{env!="dev"}' });
  await user.click(screen.getByText('Add label'));
  const names = screen.getAllByPlaceholderText('Label');
  await user.click(names[1]);
  await user.click(await screen.findByText('2 values'));
  await user.click(screen.getAllByPlaceholderText('Value')[1]);
  await user.click(await screen.findByText('8 uploads'));
  expect(last()?.selector).toBe('{env!="dev", service="shop"}');
  // Values are asked for under the other rows only.
  expect(asked.find(({ url }) => url.includes('values'))?.params).toMatchObject({
    selector: '{env!="dev"}',
    from: 1000,
  });

  await user.click(screen.getByLabelText('Text'));
  const text = screen.getByLabelText('Label selector');
  expect(text).toHaveValue('{env!="dev", service="shop"}');
  await user.clear(text);
  await user.type(text, '{{service=~"$service"}{Enter}');
  expect(last()).toMatchObject({ selector: '{service=~"$service"}', editorMode: 'code' });
  await user.click(screen.getByLabelText('Builder'));
  expect(screen.getByPlaceholderText('Value')).toHaveValue('$service');
});

it('keeps a text that is no list of labels as text', () => {
  show({ queryType: 'profile', selector: '{service=' });
  expect(screen.getByLabelText('Label selector')).toHaveValue('{service=');
  expect(screen.getByLabelText('Builder')).toBeDisabled();
});

it('removes a label', async () => {
  const { last, user } = show({ queryType: 'profile', labelSelector: '{service="shop", env="dev"}' });
  await user.click(screen.getByLabelText('Remove label service'));
  expect(last()).toMatchObject({ selector: '{env="dev"}' });
  expect(last()?.labelSelector).toBeUndefined();
});

it('filters by methods that are searched in the store', async () => {
  const { last, user } = show({ queryType: 'profile', profileType: 'cpu-time', selector: '{service="shop"}' });
  await user.click(screen.getByText('Add stack filter'));
  expect(last()?.stackFilter).toEqual([{ dimension: 'method', match: 'any', values: [] }]);
  await user.type(box('Type to search'), 'unmarsh');
  await user.click(await screen.findByText('json.Unmarshal'));
  await waitFor(() => expect(last()?.stackFilter?.[0].values).toEqual(['json.Unmarshal']));
  const search = asked.filter(({ url }) => url.endsWith('suggest')).at(-1);
  expect(search?.params).toMatchObject({
    text: 'unmarsh',
    dimension: 'method',
    profileType: 'cpu-time',
    selector: '{service="shop"}',
  });
  await user.click(screen.getByLabelText('Exclude'));
  expect(last()?.stackFilter?.[0].exclude).toBe(true);
  await user.click(screen.getByLabelText('Remove stack filter'));
  expect(last()?.stackFilter).toBeUndefined();
});

it('has a switch of its own for each stack filter', async () => {
  const stackFilter = ['a', 'b'].map((name) => ({
    dimension: 'method' as const,
    match: 'any' as const,
    values: [name],
  }));
  const { last, user } = show({ queryType: 'profile', stackFilter });
  await user.click(screen.getAllByText('Exclude')[1]);
  expect(last()?.stackFilter?.map(({ exclude }) => exclude)).toEqual([undefined, true]);
});

it.each([
  ['Max frames', '16384', '2000', { maxNodes: 2000 }],
  ['Max frames', '16384', 'many', { maxNodes: undefined }],
  ['Search', 'service:shop AND -env:dev', 'env:prod', { filter: 'env:prod' }],
  ['Profile id', 'All profiles', 'abc', { profileId: 'abc' }],
])('takes %s over on Enter', async (label, placeholder, text, change) => {
  const { last, user } = show({ queryType: 'profile', maxNodes: label === 'Max frames' ? 7 : undefined });
  const input = box(placeholder);
  await user.clear(input);
  await user.type(input, `${text}{Enter}`);
  expect(last()).toMatchObject(change);
});

it('offers to alert rules only what they can use', async () => {
  const { user } = show({ queryType: 'dimension', dimension: 'method', measure: 'selfShare' }, CoreApp.UnifiedAlerting);
  await user.click(box('Query type'));
  const options = await screen.findAllByRole('option');
  expect(options.map((option) => option.textContent)).toEqual([
    expect.stringContaining('Table'),
    expect.stringContaining('Time series'),
  ]);
});

it('completes labels, operators and values while one writes', async () => {
  const { last, user } = show({ queryType: 'profile', selector: '', editorMode: 'code' });
  const text = screen.getByLabelText('Label selector');
  await user.type(text, '{{ser');
  await user.click(await screen.findByRole('option', { name: /service/ }));
  expect(text).toHaveValue('{service');
  await user.type(text, '=');
  await user.type(text, '"');
  expect(await screen.findByRole('option', { name: /shop/ })).toHaveTextContent('8 uploads');
  await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
  expect(text).toHaveValue('{service="cart"');
  await user.type(text, '}{Enter}');
  expect(last()?.selector).toBe('{service="cart"}');
});

describe('hints', () => {
  const answered = (notices: string[], rows: number): PanelData => ({
    state: LoadingState.Done,
    timeRange: range,
    series: [
      createDataFrame({
        refId: 'A',
        fields: [{ name: 'value', values: Array.from({ length: rows }, () => 1) }],
        meta: { notices: notices.map((text) => ({ severity: 'info', text })) },
      }),
    ],
  });

  it('say what the store remarked', () => {
    show({ queryType: 'metrics' }, CoreApp.Explore, answered(['Steps are 60 s, as single uploads are that long.'], 3));
    expect(screen.getByText('Steps are 60 s, as single uploads are that long.')).toBeInTheDocument();
    expect(screen.queryByText('These uploads carry')).toBeNull();
  });

  it('offer the types that there are where the asked one is not collected', async () => {
    const data = answered(['None of the 12 uploads carries Allocated Memory.'], 0);
    const { last, user } = show({ queryType: 'profile', profileType: 'allocated-memory' }, CoreApp.Explore, data);
    expect(screen.getByText('None of the 12 uploads carries Allocated Memory.')).toBeInTheDocument();
    await user.click(await screen.findByRole('button', { name: 'Wall Time' }));
    expect(last()).toMatchObject({ profileType: 'wall-time' });
  });

  it('are about this query alone', () => {
    show({ refId: 'B', queryType: 'metrics' }, CoreApp.Explore, answered(['Another query’s notice'], 1));
    expect(screen.queryByText('Another query’s notice')).toBeNull();
  });
});

it('keeps an empty value that was written as text', async () => {
  const { last, user } = show({ queryType: 'profile', selector: '{env="", service="shop"}' });
  await user.click(screen.getByLabelText('Remove label service'));
  expect(last()?.selector).toBe('{env=""}');
});

import { AbstractLabelOperator, CoreApp, type DataQueryRequest, type DataSourceApi, dateTime } from '@grafana/data';
import { type BackendSrvRequest } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { HotspanDatasource } from './datasource';
import { importQueries } from './import-queries';
import { type HotspanQuery, type HotspanVariableQuery } from './query';
import { answerBackend, instanceSettings } from './test-grafana';
import { VariableSupport } from './variables';

/** What went to Grafana's backend, and what it answers by the end of the path. */
let sent: BackendSrvRequest[] = [];
let answers: Record<string, unknown> = {};

beforeEach(() => {
  answers = {};
  sent = answerBackend((path) => answers[path] ?? { results: {} });
});

const values: Record<string, string> = { service: 'shop' };
const templates = {
  replace: (text = '') => text.replace(/\$\{?(\w+)(:\w+)?\}?/g, (all, name: string) => values[name] ?? all),
};
const datasource = new HotspanDatasource(instanceSettings({ defaultProfileType: 'wall-time' }), templates);

const range = { from: dateTime(1000), to: dateTime(61_000), raw: { from: 'now-1m', to: 'now' } };
const request = <T extends { refId: string }>(...targets: T[]): DataQueryRequest<T> => ({
  app: CoreApp.Unknown,
  requestId: 'r',
  interval: '1s',
  intervalMs: 1000,
  range,
  scopedVars: {},
  targets,
  timezone: 'utc',
  startTime: 0,
});

async function sentQueries(...targets: HotspanQuery[]) {
  await lastValueFrom(datasource.query(request(...targets)));
  return sent.flatMap(({ data }) => data.queries);
}

describe('queries as they reach the backend', () => {
  it('sends the query of Grafana’s trace view as it is', async () => {
    const inline = {
      refId: 'span-flamegraph-refId',
      queryType: 'profile' as const,
      labelSelector: '{service_name="shop"}',
      profileTypeId: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      groupBy: [],
      spanSelector: ['b7ad6b7169203331'],
      includeExemplars: false,
    };
    const [query] = await sentQueries(inline);
    expect(query).toMatchObject({
      refId: 'span-flamegraph-refId',
      queryType: 'profile',
      labelSelector: '{service_name="shop"}',
      profileTypeId: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      spanSelector: ['b7ad6b7169203331'],
      datasource: { uid: 'hotspan', type: 'hotspan-profiling-datasource' },
    });
    expect(query.profileType).toBeUndefined();
    expect(sent[0]).toMatchObject({ method: 'POST', data: { from: '1000', to: '61000' } });
    expect(sent[0].url).toMatch(/^\/api\/ds\/query/);
  });

  it('fills the default profile type and variables', async () => {
    const [query] = await sentQueries({ refId: 'A', queryType: 'metrics', selector: '{service="$service"}' });
    expect(query).toMatchObject({ profileType: 'wall-time', selector: '{service="shop"}' });
  });

  it.each<[Partial<HotspanQuery>, boolean]>([
    [{ queryType: 'profile' }, true],
    [{ queryType: 'profile', hide: true }, false],
    [{ queryType: 'runtime' }, false],
    [{ queryType: 'runtime', profileId: 'x' }, true],
  ])('asks %j: %s', (query, asked) => {
    expect(datasource.filterQuery({ refId: 'A', ...query })).toBe(asked);
  });

  it('merges complete ad hoc filters with an operator that the store knows', () => {
    const applied = datasource.applyTemplateVariables(
      { refId: 'A', adhocFilters: [{ key: 'a', operator: '=', value: '1' }] },
      {},
      [
        { key: 'env', operator: '=|', value: 'prod', values: ['prod', 'stage'] },
        { key: 'host', operator: '>', value: '1' },
        { key: '', operator: '=', value: 'x' },
        { key: 'zone', operator: '!=', value: '' },
      ]
    );
    expect(applied.adhocFilters).toEqual([
      { key: 'a', operator: '=', value: '1' },
      { key: 'env', operator: '=|', value: 'prod', values: ['prod', 'stage'] },
    ]);
  });

  it.each([
    [CoreApp.Explore, 'both', undefined],
    [CoreApp.Dashboard, 'profile', undefined],
    [CoreApp.UnifiedAlerting, 'dimension', 'alert'],
  ])('starts in %s with %s', (app, queryType, format) => {
    expect(datasource.getDefaultQuery(app)).toMatchObject({ queryType, profileType: 'wall-time' });
    expect(datasource.getDefaultQuery(app).format).toBe(format);
  });

  it('describes a query in one line', () => {
    const text = datasource.getQueryDisplayText({
      refId: 'A',
      queryType: 'dimension',
      profileType: 'CPU Time',
      selector: '{a="b"}',
      dimension: 'thread',
    });
    expect(text).toBe('Table · CPU Time · {a="b"} · by thread');
  });
});

describe('labels of other datasources', () => {
  it('come in and go out', async () => {
    const abstract = [
      { name: 'service', operator: AbstractLabelOperator.Equal, value: 'a"b' },
      { name: 'env', operator: AbstractLabelOperator.NotEqualRegEx, value: 'x|y' },
    ];
    const prometheus = {
      type: 'prometheus',
      exportToAbstractQueries: () => Promise.resolve([{ refId: 'A', labelMatchers: abstract }]),
    } as unknown as DataSourceApi;
    const [query] = await importQueries([{ refId: 'A' }], prometheus, 'wall-time');
    expect(query).toMatchObject({
      queryType: 'both',
      profileType: 'wall-time',
      selector: '{service="a\\"b", env!~"x|y"}',
    });
    expect(await datasource.exportToAbstractQueries([query])).toEqual([{ refId: 'A', labelMatchers: abstract }]);
  });

  it('come over from Pyroscope and Parca with profile type, labels and grouping', async () => {
    const from = (type: string, query: object) =>
      importQueries([{ refId: 'A', ...query }], { type } as DataSourceApi, 'wall-time');
    const pyroscope = {
      queryType: 'metrics',
      labelSelector: '{service_name="shop"}',
      profileTypeId: 'memory:alloc_space:bytes:space:bytes',
      groupBy: ['env'],
      spanSelector: [],
      maxNodes: 1000,
    };
    expect(await from('grafana-pyroscope-datasource', pyroscope)).toEqual([
      {
        refId: 'A',
        queryType: 'metrics',
        profileType: 'memory:alloc_space:bytes:space:bytes',
        selector: '{service_name="shop"}',
        groupBy: ['env'],
      },
    ]);
    const parca = { labelSelector: '{}', profileTypeId: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds:delta' };
    expect(await from('parca', parca)).toEqual([
      { refId: 'A', queryType: 'both', profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds', selector: '{}' },
    ]);
    expect(await from('mysql', { rawSql: 'select 1' })).toEqual([]);
  });
});

describe('ad hoc keys and values', () => {
  it('ask under the other filters', async () => {
    answers['labels'] = { labels: [{ name: 'env', values: 2 }] };
    answers['labels/git.sha%2Fx/values'] = { values: [{ value: 'prod', profiles: 3 }], truncated: false };
    const filters = [
      { key: 'service', operator: '=|', value: 'a', values: ['a', 'b.c'] },
      { key: 'git.sha/x', operator: '=', value: 'q' },
    ];
    expect(await datasource.getTagKeys({ filters, timeRange: range, queries: [] })).toEqual([
      { text: 'env', value: 'env' },
    ]);
    expect(await datasource.getTagValues({ key: 'git.sha/x', filters, timeRange: range, queries: [] })).toEqual([
      { text: 'prod', value: 'prod' },
    ]);
    expect(sent[1].params).toEqual({ from: 1000, to: 61_000, selector: '{service=~"a|b\\\\.c"}' });
  });
});

describe('variables', () => {
  const list = async (query: Omit<HotspanVariableQuery, 'refId'>) => {
    const answer = await lastValueFrom(new VariableSupport(datasource).query(request({ refId: 'V', ...query })));
    return answer.data;
  };

  it('cascade through the selector', async () => {
    answers['labels/env/values'] = { values: [{ value: 'prod', profiles: 3 }], truncated: false };
    expect(await list({ kind: 'labelValues', label: 'env', selector: '{service="$service"}' })).toEqual([
      { text: 'prod', value: 'prod' },
    ]);
    expect(sent[0].params).toMatchObject({ from: 1000, to: 61_000, selector: '{service="shop"}' });
  });

  it('list services, labels, profile types, methods, dimensions', async () => {
    answers['labels/service/values'] = { values: [{ value: 'shop', profiles: 3 }], truncated: false };
    answers['labels'] = { labels: [{ name: 'env', values: 1 }] };
    answers['profile-types'] = {
      profileTypes: [
        { id: 'cpu-time', name: 'CPU Time', unit: 'ns', merge: 'sum', hidden: false, profiles: 1 },
        { id: 'cpu-samples', name: 'CPU Samples', unit: 'count', merge: 'sum', hidden: true, profiles: 1 },
      ],
    };
    answers['suggest'] = { suggestions: [{ value: 'Foo$Bar.run', total: 1 }] };
    answers['dimensions'] = { dimensions: [{ id: 'thread', name: 'Thread', values: 4 }] };
    expect(await list({ kind: 'services' })).toEqual([{ text: 'shop', value: 'shop' }]);
    expect(await list({ kind: 'labels' })).toEqual([{ text: 'env', value: 'env' }]);
    expect(await list({ kind: 'profileTypes' })).toEqual([{ text: 'CPU Time', value: 'cpu-time' }]);
    expect(await list({ kind: 'methods', profileType: 'cpu-time' })).toEqual([
      { text: 'Foo$Bar.run', value: 'Foo$Bar.run' },
    ]);
    expect(sent.at(-1)?.params).toMatchObject({ dimension: 'method', profileType: 'cpu-time', limit: 1000 });
    await list({ kind: 'dimensionValues', dimension: 'thread', limit: 5 });
    expect(sent.at(-1)?.params).toMatchObject({ dimension: 'thread', limit: 5 });
    expect(await list({ kind: 'dimensions' })).toEqual([{ text: 'Thread', value: 'thread' }]);
  });

  it('list profiles with time and service', async () => {
    const field = (name: string, type: string, frame: string) => ({ name, type, typeInfo: { frame } });
    const fields = [
      field('time', 'time', 'time.Time'),
      field('id', 'string', 'string'),
      field('service', 'string', 'string'),
    ];
    const frames = [{ schema: { refId: 'V', fields }, data: { values: [[0], ['id-1'], ['shop']] } }];
    answers['query'] = { results: { V: { status: 200, frames } } };
    expect(await list({ kind: 'profiles', selector: '{service="$service"}', limit: 7 })).toEqual([
      { text: '1970-01-01 00:00:00 shop', value: 'id-1' },
    ]);
    expect(sent[0].data.queries[0]).toMatchObject({ queryType: 'profiles', selector: '{service="shop"}', limit: 7 });
  });
});

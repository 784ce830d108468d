import type { QueryResponse, StoreQuery } from '../../src/api/query';
import { column, openQueryStore, rowsOf, type QueryStore } from './query-store';
import { removeDataDirs } from './start-store';

const minute = 60_000;
const noon = Date.UTC(2026, 10, 24, 12);
const hour = { from: noon, to: noon + 60 * minute };
const firstId = '00000000-0000-4000-8000-000000000001';
const secondId = '00000000-0000-4000-8000-000000000002';

let store: QueryStore;
beforeAll(async () => {
  const raw = new Map([
    ['one', [{ name: '../a b".pprof', bytes: Uint8Array.of(1, 2, 3) }]],
    [
      'two',
      [
        { name: 'cpu.pprof', bytes: Uint8Array.of(4) },
        { name: 'cpu.pprof', bytes: Uint8Array.of(5) },
      ],
    ],
  ]);
  store = await openQueryStore({ read: async ({ segment }) => ({ attachments: async () => raw.get(segment) ?? [] }) });
  await store.put({
    id: firstId,
    startMs: noon,
    endMs: noon + minute,
    labels: { service: 'shop', env: 'prod', version: '1.10', size: 'big', port: '8080' },
    instance: 'p1',
    raw: { segment: 'one', offset: 0, length: 3 },
    profile: `
      types: cpu-time/nanoseconds, wall-time/nanoseconds
      1 1   | main [class=Main lib=app file=app/main.py:1]; load [class=Json lib=json file=json/load.py:7] | thread=web-0 endpoint=/cart span=a1 root=a0 labels="customer=c1\\nplan=pro"
      2 2   | main [class=Main lib=app file=app/main.py:1]; save [class=Db lib=db file=db/save.py:9] | thread=web-1 endpoint=/pay span=b1 root=b1 labels="customer=c2\\nplan=pro"
      4 4   | boot [class=Main lib=app file=app/main.py:5]; load [class=Json lib=json file=json/load.py:7] | thread=init labels="plan=free"
      8 8   | main [class=Main lib=app file=app/main.py:1]; load [class=Json lib=json file=json/load.py:7]; "E1" [kind=detail:exception] | span=a2 root=a0
      16 16 | (no stack)`,
  });
  await store.put({
    id: secondId,
    startMs: noon + minute,
    endMs: noon + 3 * minute,
    labels: { service: 'shop', env: 'dev', version: '1.9', port: '90' },
    instance: 'p1',
    raw: { segment: 'two', offset: 0, length: 3 },
    profile: 'types: cpu-time/nanoseconds\n100 | main [class=Main lib=app]; wait | thread=web-0 span=c1',
  });
}, 60_000);
afterAll(async () => {
  await store.close();
  removeDataDirs();
});

const total = async (query: Partial<StoreQuery>, time = hour) => {
  const { frames, error } = await store.query(time, { queryType: 'profile', profileType: 'cpu-time', ...query });
  return error?.code ?? column<number>(frames[0], 'value')[0];
};
const notices = async (query: Partial<StoreQuery>) => {
  const { frames, error } = await store.query(hour, { queryType: 'profile', profileType: 'cpu-time', ...query });
  expect(error).toBeUndefined();
  return frames[0].schema.meta?.notices?.map(({ text }) => text) ?? [];
};
const versions = async (query: Partial<StoreQuery>) => {
  const { frames, error } = await store.query(hour, { queryType: 'profiles', sort: 'time', ...query });
  return error?.code ?? column<string>(frames[0], 'version');
};

describe('stack filters', () => {
  type Filter = NonNullable<StoreQuery['stackFilter']>[number];
  const cases: ReadonlyArray<readonly [Filter, number]> = [
    [{ dimension: 'method', match: 'any', values: ['load'] }, 13],
    [{ dimension: 'method', match: 'any', values: ['load', 'save'] }, 15],
    [{ dimension: 'method', match: 'any', values: ['load'], exclude: true }, 118],
    [{ dimension: 'method', match: 'leaf', values: ['load'] }, 13],
    [{ dimension: 'method', match: 'leaf', values: ['main'] }, 0],
    [{ dimension: 'method', match: 'regex', values: ['^l.a', 'wait'] }, 113],
    [{ dimension: 'method', match: 'regex', values: ['oa'], exclude: true }, 118],
    [{ dimension: 'method', match: 'prefix', values: ['main', 'load'] }, 9],
    [{ dimension: 'method', match: 'any', values: ['(no stack)'] }, 16],
    [{ dimension: 'methodLine', match: 'any', values: ['main:5', 'boot:5'] }, 4],
    [{ dimension: 'methodLine', match: 'regex', values: ['load:7$'] }, 13],
    [{ dimension: 'class', match: 'any', values: ['Db'] }, 2],
    [{ dimension: 'class', match: 'regex', values: ['^(Db|Json)$'] }, 15],
    [{ dimension: 'library', match: 'leaf', values: ['json'] }, 13],
    [{ dimension: 'file', match: 'any', values: ['db/save.py'] }, 2],
    [{ dimension: 'directory', match: 'any', values: ['db'] }, 2],
    [{ dimension: 'directory', match: 'regex', values: ['^(db|json)$'] }, 15],
    [{ dimension: 'exception', match: 'any', values: ['E1'] }, 8],
    [{ dimension: 'thread', match: 'any', values: ['web-0'] }, 101],
    [{ dimension: 'thread', match: 'regex', values: ['^web-'] }, 103],
    [{ dimension: 'thread', match: 'any', values: ['(no thread)'] }, 24],
    [{ dimension: 'thread', match: 'any', values: ['web-0'], exclude: true }, 30],
    [{ dimension: 'endpoint', match: 'any', values: ['/cart'] }, 1],
    [{ dimension: 'endpoint', match: 'regex', values: ['a'] }, 3],
    [{ dimension: 'endpoint', match: 'any', values: ['/cart'], exclude: true }, 130],
    [{ dimension: 'endpoint', match: 'any', values: ['(no endpoint)'] }, 128],
    [{ dimension: 'span', match: 'any', values: ['00000000000000a1', 'b1'] }, 3],
    [{ dimension: 'span', match: 'any', values: ['(no span)'] }, 20],
    [{ dimension: 'sampleLabel', match: 'any', values: ['customer=c1'] }, 1],
    [{ dimension: 'sampleLabel', match: 'any', values: ['customer=c1', 'plan=pro'] }, 3],
    [{ dimension: 'sampleLabel', match: 'any', values: ['plan=pro'], exclude: true }, 128],
    [{ dimension: 'sampleLabel', match: 'any', values: ['customer=c'] }, 0],
    [{ dimension: 'sampleLabel', match: 'any', values: ['(no sample label)', 'plan=free'] }, 128],
    [{ dimension: 'sampleLabel', match: 'any', values: ['(no sample label)'], exclude: true }, 7],
    [{ dimension: 'sampleLabel', match: 'regex', values: ['^customer='] }, 3],
    [{ dimension: 'sampleLabel', match: 'regex', values: ['^plan=free$', 'c1'] }, 5],
    [{ dimension: 'sampleLabel', match: 'regex', values: ['1.plan'] }, 0],
    [{ dimension: 'method', match: 'any', values: [] }, 131],
    [{ dimension: 'method', match: 'any', values: ['$__all'] }, 131],
    [{ dimension: 'method', match: 'any', values: ['${methods}'] }, 131],
  ];

  it.each(cases)('%j keeps %d', async (filter, kept) => {
    expect(await total({ stackFilter: [filter] })).toBe(kept);
    const table = await store.query(hour, { queryType: 'dimension', profileType: 'cpu-time', stackFilter: [filter] });
    expect(table.frames[0].schema.meta?.custom?.total).toBe(kept);
    const threads = await store.query(hour, {
      queryType: 'dimension',
      dimension: 'thread',
      profileType: 'cpu-time',
      stackFilter: [filter],
    });
    expect(column<number>(threads.frames[0], 'self').reduce((sum, self) => sum + self, 0)).toBe(kept);
    const series = await store.query(
      { ...hour, intervalMs: 60 * minute },
      { queryType: 'metrics', profileType: 'cpu-time', stackFilter: [filter] }
    );
    // One step under half covered: the only one, so it is there. Σ ÷ 3 covered minutes, in cores.
    expect(series.error).toBeUndefined();
    expect(column<number>(series.frames[0], 'value')[0] * 180e9).toBeCloseTo(kept, 6);
    const alert = await store.query(hour, {
      queryType: 'dimension',
      dimension: 'thread',
      format: 'alert',
      profileType: 'cpu-time',
      stackFilter: [filter],
    });
    expect(column<number>(alert.frames[0], 'value').reduce((sum, value) => sum + value, 0)).toBe(kept);
  });

  it('joins several with and', async () => {
    const first: Filter = { dimension: 'method', match: 'any', values: ['load'] };
    expect(await total({ stackFilter: [first, { dimension: 'thread', match: 'any', values: ['web-0'] }] })).toBe(1);
  });

  it('says so when a variable has no value', async () => {
    const stackFilter: Filter[] = [{ dimension: 'method', match: 'any', values: ['$method'] }];
    expect(await notices({ stackFilter })).toEqual([
      'The variable $method has no value here, so Method is not filtered.',
    ]);
  });
});

describe('spans', () => {
  it.each([
    [{ spanId: ['a1'] }, 1],
    [{ spanId: ['a1', 'b1'], spanScope: 'children' }, 3],
    [{ spanId: 'a1' as unknown as string[], spanScope: 'root' }, 9],
    [{ rootSpanId: ['a0'] }, 9],
    [{ spanId: ['c1'], spanScope: 'root' }, 100],
    [{ spanId: ['a1'], spanScope: 'time' }, 31],
    [{ selector: 'root_span_id="00000000000000a0",service="shop"' }, 9],
    [{ selector: '{span_id=~"(a1|b1)"}' }, 3],
    [{ spanId: ['ffff'] }, 0],
    [{ spanId: ['undefined'] }, 131],
    [{ spanId: ['zzz'] }, 'bad_query'],
    [{ selector: '{span_id!="a1"}' }, 'bad_selector'],
  ] as const)('%j → %s', async (query, value) => {
    expect(await total(query as Partial<StoreQuery>)).toBe(value);
  });

  it('says so when a link had no id, not when a variable is empty', async () => {
    const said = `The link carried no span id ("undefined"): this is the service's whole profile.`;
    expect(await notices({ spanId: ['undefined'] })).toEqual([said]);
    expect(await notices({ spanId: ['undefined', 'a1'] })).toEqual([
      'The link carried no span id ("undefined"): these are the other ids.',
    ]);
    expect(await notices({ spanId: [''], spanSelector: ['$__all'] })).toEqual([]);
  });

  it('says when a comparison has nothing on its other side', async () => {
    expect(await notices({ compare: { selector: '{service="nobody"}' } })).toEqual([
      'The other side has no samples of CPU Time, so nothing is compared.',
    ]);
  });

  it('says how densely sampling was where a span has no sample', async () => {
    expect(await notices({ spanId: ['ffff'], selector: '{env="prod"}' })).toEqual([
      'No sample was taken in this span; the 1 uploads around it hold 5 samples of CPU Time, one every 12000 ms over all threads. Short spans are often missed.',
    ]);
  });
});

describe('labels', () => {
  it.each([
    [{ selector: '{env="prod"}' }, ['1.10']],
    [{ selector: '{env=~"prod|dev"}' }, ['1.10', '1.9']],
    [{ selector: '{env!~"p.*"}' }, ['1.9']],
    [{ selector: '{env="$env"}' }, ['1.10', '1.9']],
    [{ selector: '{env="a' }, 'bad_selector'],
    [{ filter: 'env:(prod OR dev) -version:1.9' }, ['1.10']],
    [{ filter: 'port:>100' }, ['1.10']],
    [{ filter: 'port:[80 - 100]' }, ['1.9']],
    [{ filter: '-port:>100' }, ['1.9']],
    [{ filter: 'duration:>60' }, ['1.9']],
    [{ filter: 'duration:<=1min' }, ['1.10']],
    [{ filter: 'SHOP' }, ['1.10', '1.9']],
    [{ filter: firstId }, ['1.10']],
    [{ filter: '-size:big' }, ['1.9']],
    [{ filter: 'samples:[5 - 5]' }, ['1.10']],
    [{ filter: 'env:*od' }, 'bad_filter'],
    [{ adhocFilters: [{ key: 'env', operator: '=', value: 'dev' }] }, ['1.9']],
    [{ adhocFilters: [{ key: 'env', operator: '!=|', value: '', values: ['dev'] }] }, ['1.10']],
    [{ adhocFilters: [{ key: 'service_name', operator: '=~', value: 'sh.*' }] }, ['1.10', '1.9']],
    [{ sort: '-version' }, ['1.9', '1.10']],
    [{ sort: 'duration desc' }, ['1.9', '1.10']],
    [{ sort: '-total cpu-time', limit: 1 }, ['1.9']],
    [{ profileId: firstId }, ['1.10']],
    [{ profileId: 'no-uuid' }, 'bad_query'],
  ] as const)('%j → %j', async (query, found) => {
    expect(await versions(query as unknown as Partial<StoreQuery>)).toEqual(found);
  });

  it('takes an ad hoc filter on a method as a stack filter', async () => {
    expect(await total({ adhocFilters: [{ key: 'method', operator: '=', value: 'load' }] })).toBe(13);
    expect(await total({ adhocFilters: [{ key: 'thread', operator: '!=', value: 'web-0' }] })).toBe(30);
    expect(
      await total({ adhocFilters: [{ key: 'method', operator: '=|', value: '', values: ['load', 'save'] }] })
    ).toBe(15);
  });

  it.each(['time', '-time', 'version', '-duration', 'total cpu-time', 'port'])(
    'gives the list by %s in pages',
    async (sort) => {
      const whole = await versions({ sort });
      const first = await store.query(hour, { queryType: 'profiles', sort, limit: 1 });
      const cursor = String(first.frames[0].schema.meta?.custom?.cursor);
      const second = await store.query(hour, { queryType: 'profiles', sort, limit: 1, cursor });
      expect([...column(first.frames[0], 'version'), ...column(second.frames[0], 'version')]).toEqual(whole);
      expect(await versions({ sort, cursor: 'nonsense' })).toBe('bad_query');
    }
  );
});

describe('rows asked for by name', () => {
  it('are there as 0 for a type that no upload carries', async () => {
    const asked = { profileType: 'thrown-exceptions', rows: ['main'], groupBy: ['service'] } as const;
    const query: Partial<StoreQuery> = { ...asked, rows: [...asked.rows], groupBy: [...asked.groupBy] };
    const series = await store.query(
      { ...hour, to: noon + 2 * minute, intervalMs: minute },
      { ...query, queryType: 'metrics' }
    );
    expect(column(series.frames[0], 'value')).toEqual([0]);
    expect(series.frames[0].schema.fields[1].labels).toEqual({ method: 'main', service: 'shop' });
    const alert = await store.query(hour, { ...query, queryType: 'dimension', format: 'alert' });
    expect(rowsOf(alert.frames[0])).toEqual([{ method: 'main', service: 'shop', value: 0 }]);
  });

  it('are the largest where a variable means all or has no value', async () => {
    for (const rows of [[], [''], ['$__all'], ['$method']]) {
      const { frames } = await store.query(hour, { queryType: 'dimension', profileType: 'cpu-time', rows });
      expect([rows, column<string>(frames[0], 'name')[0]]).toEqual([rows, 'wait']);
    }
  });
});

describe('a profile that is named and not found', () => {
  const other = '00000000-0000-4000-8000-00000000dead';
  const late = { from: noon + 600 * minute, to: noon + 601 * minute };
  it.each([
    ['exists nowhere', hour, { profileId: other }, `There is no profile ${other}.`],
    ['is of another time', late, { profileId: firstId }, `The profile ${firstId} is not in this range: it is of 2`],
    ['is another one', hour, { profileId: firstId, selector: '{env="none"}' }, 'does not fit the filter.'],
  ])('%s: graph, table and requests say so', async (_what, time, query, text) => {
    for (const queryType of ['profile', 'dimension', 'requests'] as const) {
      const { frames } = await store.query(time, { queryType, profileType: 'cpu-time', ...query });
      const said = (frames[0].schema.meta?.notices ?? []).map((notice) => notice.text);
      expect([queryType, said.filter((one) => one.includes(text))]).toEqual([queryType, [expect.anything()]]);
    }
  });
});

describe('comparisons', () => {
  it.each([
    [{ selector: '{env="prod"}', compare: { selector: '{env="dev"}' } }, 31, 100],
    [{ profileId: firstId, compare: { profileId: secondId } }, 31, 100],
    [{ profileId: firstId, compare: {} }, 31, 131],
    [{ compare: { from: noon + minute, to: noon + 2 * minute } }, 131, 100],
  ])('%j', async (query, left, right) => {
    const { frames } = await store.query(hour, { queryType: 'profile', profileType: 'cpu-time', ...query });
    expect(column<number>(frames[0], 'value')[0]).toBe(left);
    expect(column<number>(frames[0], 'valueRight')[0]).toBe(right);
    expect(frames[0].schema.meta?.custom).toMatchObject({ total: left, totalRight: right });
  });
});

describe('requests that are wrong', () => {
  it.each([
    [null, /body/],
    [{}, /from.*to.*queries/],
    [{ from: 1, to: 1, queries: [{ refId: 'A' }] }, /later than from/],
    [{ from: 0, to: 8.6e15, queries: [{ refId: 'A' }] }, /800 days/],
    [{ from: 0, to: 1, queries: [] }, /queries/],
    [{ from: 0, to: 1, queries: Array.from({ length: 51 }, (_, at) => ({ refId: String(at) })) }, /queries/],
    [{ from: 0, to: 1, queries: [{ refId: 'A' }, { refId: 'A' }] }, /twice/],
  ])('%#: are refused with a reason', async (body, reason) => {
    const answer = await store.ask(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      error: { code: 'bad_request', message: expect.stringMatching(reason), hint: expect.any(String) },
    });
  });

  it('fail query by query', async () => {
    const queries = [
      { refId: 'good', profileType: 'cpu-time' },
      { refId: 'type', profileType: 'nonsense' },
      { refId: 'nodes', maxNodes: 50_001 },
      { refId: 'field', dimension: 'colour', queryType: 'dimension' },
      { refId: 'order', queryType: 'hotspots', order: 'sideways', profileType: 'cpu-time' },
      { refId: '__proto__', profileType: 'cpu-time' },
    ];
    const { body } = await store.ask({ ...hour, queries });
    const { results } = body as QueryResponse;
    expect(Object.keys(results).sort()).toEqual(queries.map(({ refId }) => refId).sort());
    expect(results.good.error).toBeUndefined();
    expect(results.type).toMatchObject({ status: 400, error: { code: 'unknown_profile_type' } });
    expect(results.nodes.error?.message).toMatch(/^maxNodes: /);
    expect(results.field.error?.message).toMatch(/^dimension: /);
    expect(results.order.error?.message).toMatch(/^order: /);
  });

  it('never alert on a flame graph; a rule from Grafana gets numbers', async () => {
    const queries = [
      { refId: 'F', queryType: 'profile' },
      { refId: 'D', queryType: 'dimension', profileType: 'cpu-time', rows: ['load'] },
    ];
    const { body } = await store.ask({ ...hour, queries }, { FromAlert: 'true' });
    const { results } = body as QueryResponse;
    expect(results.F.error?.code).toBe('bad_query');
    expect(rowsOf(results.D.frames[0])).toEqual([{ method: 'load', value: 13 }]);
  });
});

describe('other routes', () => {
  const range = `from=${hour.from}&to=${hour.to}`;

  it('name the dimensions that have values', async () => {
    const { dimensions } = await store.get<{ dimensions: Array<{ id: string; values: number }> }>(
      `/api/v1/dimensions?${range}&profileType=cpu-time`
    );
    expect(Object.fromEntries(dimensions.map(({ id, values }) => [id, values]))).toEqual({
      method: 5,
      methodLine: 6,
      class: 3,
      library: 3,
      file: 3,
      directory: 3,
      thread: 3,
      endpoint: 2,
      span: 4,
      sampleLabel: 4,
      exception: 1,
    });
  });

  it('suggest names', async () => {
    const suggest = async (text: string, more = '') =>
      (
        await store.get<{ suggestions: Array<{ value: string }> }>(
          `/api/v1/suggest?${range}&profileType=cpu-time&text=${text}${more}`
        )
      ).suggestions.map(({ value }) => value);
    expect(await suggest('')).toEqual(['main', 'wait', '(no stack)', 'load', 'boot', 'save']);
    expect(await suggest('LOA')).toEqual(['load']);
    expect(await suggest('lad')).toEqual(['load']);
    expect(await suggest('web', '&dimension=thread')).toEqual(['web-0', 'web-1']);
    expect(await store.get(`/api/v1/suggest?${range}&dimension=colour`)).toMatchObject({
      error: { code: 'bad_request' },
    });
  });

  it('tell everything about a profile and its neighbours', async () => {
    expect(await store.get(`/api/v1/profiles/${firstId}`)).toMatchObject({
      id: firstId,
      service: 'shop',
      start: noon,
      end: noon + minute,
      labels: { service: 'shop', env: 'prod', port: '8080' },
      profileTypes: [{ id: 'cpu-time', total: 31, samples: 5 }, { id: 'wall-time' }],
      previousId: null,
      nextId: secondId,
    });
    expect(await store.get(`/api/v1/profiles/${secondId}`)).toMatchObject({ previousId: firstId, nextId: null });
    expect(await store.get(`/api/v1/profiles/..%2f..%2fetc`)).toMatchObject({ error: { code: 'not_found' } });
  });

  it('give files under harmless names', async () => {
    const one = await fetch(`${store.url}/api/v1/profiles/${firstId}/raw`);
    expect(one.headers.get('content-disposition')).toBe('attachment; filename="a_b_.pprof"');
    expect(new Uint8Array(await one.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3));
    const two = await fetch(`${store.url}/api/v1/profiles/${secondId}/raw`);
    expect(two.headers.get('content-type')).toBe('application/zip');
  });

  it('delete profiles for admins only, never for want of a parameter or a variable', async () => {
    const remove = async (query: string, role = 'admin') => {
      const answer = await fetch(`${store.url}/api/v1/profiles?${query}`, {
        method: 'DELETE',
        headers: { 'x-role': role },
      });
      return { status: answer.status, body: (await answer.json()) as unknown };
    };
    const selector = encodeURIComponent('{service="shop", env="dev"}');
    expect((await remove(`${range}&selector=${selector}`, 'query')).status).toBe(403);
    expect((await remove(range)).status).toBe(400);
    expect((await remove(`${range}&selector=`)).status).toBe(400);
    expect((await remove(`selector=${selector}`)).status).toBe(400);
    expect((await remove(`${range}&selector=${encodeURIComponent('{env="$env"}')}`)).status).toBe(400);
    expect((await remove(`from=0&to=1&selector=${selector}`)).body).toEqual({ deleted: 0 });
    expect(await total({})).toBe(131);
    expect((await remove(`${range}&selector=${selector}`)).body).toEqual({ deleted: 1 });
    expect(await total({})).toBe(31);
    expect(await versions({})).toEqual(['1.10']);
    expect(await store.get(`/api/v1/profiles/${secondId}`)).toMatchObject({ error: { code: 'not_found' } });
    const left = await store.engine.select({ sql: 'SELECT uniqExact(profile) AS n FROM samples' });
    expect(Number(left.bigints('n')[0])).toBe(1);
  });
});

import type { StoreQuery } from '../../src/api/query';
import { printFilter } from '../../src/model/filter-grammar';
import { printSelector } from '../../src/model/selector';
import { ProfileBuilder } from '../../src/model/profile-builder';
import { column, openQueryStore, rowsOf, type QueryStore } from './query-store';
import { removeDataDirs } from './start-store';

const minute = 60_000;
const noon = Date.UTC(2026, 10, 24, 12);
const hour = { from: noon, to: noon + 60 * minute };

const hostile = [
  `' OR 1=1 --`,
  `\\'`,
  '`',
  '{p:Identifier}',
  '{p0:String}',
  'a\0b',
  '%_',
  '%',
  '_',
  '\\',
  '\u{1f600}',
  '"; DROP TABLE profiles; --',
  ')',
  '1; DROP TABLE',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'tab\tline\nend\r',
  '\u202e',
  'git.commit.sha',
  "labels['x']",
  'plain',
];

describe('hostile texts', () => {
  let store: QueryStore;
  beforeAll(async () => {
    store = await openQueryStore();
    for (const [at, text] of hostile.entries()) {
      const builder = new ProfileBuilder([{ type: 'cpu-time', unit: 'nanoseconds' }]);
      const name = builder.string(text);
      const names = { method: name, className: name, packageName: name, library: name, file: name };
      const frame = builder.frame({ ...names, line: 1, kind: 'method' });
      const stack = builder.stack(Uint32Array.of(frame), 1);
      const row = builder.sample(stack, builder.context({ thread: text, endpoint: text, spanId: 1n }));
      builder.values[row] = at + 1;
      await store.put({
        startMs: noon + at,
        endMs: noon + minute,
        labels: new Map([
          ['service', text],
          ['key', text],
          [text, 'there'],
        ]),
        profile: builder.finish(),
      });
    }
  }, 60_000);
  afterAll(async () => {
    await store.close();
    removeDataDirs();
  });

  const listed = async (query: Partial<StoreQuery>) => {
    const { frames, error } = await store.query(hour, {
      queryType: 'profiles',
      columns: ['key'],
      sort: 'time',
      ...query,
    });
    expect(error).toBeUndefined();
    return column<string>(frames[0], 'key');
  };
  const total = async (query: Partial<StoreQuery>) => {
    const { frames, error } = await store.query(hour, { queryType: 'profile', profileType: 'cpu-time', ...query });
    expect(error).toBeUndefined();
    return column<number>(frames[0], 'value')[0];
  };
  const valueOf = (text: string) => hostile.indexOf(text) + 1;

  it.each(hostile)('selects exactly %j as a label value', async (text) => {
    const equal = printSelector([{ label: 'key', operator: '=', value: text }]);
    const unequal = printSelector([{ label: 'key', operator: '!=', value: text }]);
    expect(await listed({ selector: equal })).toEqual([text]);
    expect(await listed({ selector: unequal })).toEqual(hostile.filter((other) => other !== text));
    expect(await listed({ filter: printFilter({ kind: 'equals', key: 'key', value: text }) })).toEqual([text]);
    expect(await total({ selector: printSelector([{ label: 'service', operator: '=', value: text }]) })).toBe(
      valueOf(text)
    );
  });

  it.each(hostile)('selects exactly %j as a label key', async (text) => {
    const there = hostile.filter((other) => other === text);
    const selector = printSelector([{ label: text, operator: '=', value: 'there' }]);
    expect(await listed({ selector })).toEqual(there);
    expect(await listed({ filter: printFilter({ kind: 'exists', key: text }) })).toEqual(there);
    expect(await listed({ adhocFilters: [{ key: text, operator: '=', value: 'there' }] })).toEqual(there);
    const { frames, error } = await store.query(hour, {
      queryType: 'metrics',
      profileType: 'cpu-time',
      groupBy: [text],
    });
    expect(error).toBeUndefined();
    expect(frames.map((frame) => frame.schema.fields[1].labels)).toContainEqual(Object.fromEntries([[text, 'there']]));
    expect((await store.query(hour, { queryType: 'facets', names: [text] })).error).toBeUndefined();
    expect((await store.query(hour, { queryType: 'histogram', by: text })).error).toBeUndefined();
    expect((await store.query(hour, { queryType: 'profiles', sort: text, columns: [text] })).error).toBeUndefined();
  });

  it.each(hostile)('finds %j in a full-text search, in any case, wildcards being literal in quotes', async (text) => {
    const search = printFilter({ kind: 'text', text: [{ text }] });
    const holds = hostile.filter((other) => other.toLowerCase().includes(text.toLowerCase()));
    const found = await listed({ filter: search });
    expect(found).toEqual(expect.arrayContaining(holds));
    expect(found.filter((other) => !holds.includes(other))).toEqual([]);
  });

  it.each(hostile)('filters stacks and contexts by %j', async (text) => {
    for (const dimension of ['method', 'class', 'package', 'library', 'file', 'thread', 'endpoint'] as const) {
      expect([dimension, await total({ stackFilter: [{ dimension, match: 'any', values: [text] }] })]).toEqual([
        dimension,
        valueOf(text),
      ]);
    }
    const alert = await store.query(hour, {
      queryType: 'dimension',
      profileType: 'cpu-time',
      format: 'alert',
      rows: [text],
    });
    expect(rowsOf(alert.frames[0])).toEqual([{ method: text, value: valueOf(text) }]);
  });

  it('counts names that objects have by nature', async () => {
    const { frames } = await store.query(hour, { queryType: 'dimension', profileType: 'cpu-time' });
    const rows = new Map(rowsOf(frames[0]).map(({ name, self }) => [name, self]));
    expect(rows).toEqual(new Map(hostile.map((text) => [text, valueOf(text)])));
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it.each(['(a+)+$', '^(([a-z])+.)+[A-Z]([a-z])+$', '(.*)*x'])('runs %s in RE2 without harm', async (pattern) => {
    const fits = hostile.filter((text) => new RegExp(`^(?:${pattern})$`).test(text));
    expect(await listed({ selector: printSelector([{ label: 'key', operator: '=~', value: pattern }]) })).toEqual(fits);
    expect(
      await total({ stackFilter: [{ dimension: 'method', match: 'regex', values: [pattern] }] })
    ).toBeGreaterThanOrEqual(0);
  });

  it.each(['(', 'a(?=b)', '(a)\\1', 'x'.repeat(5000)])('refuses the regular expression %s', async (pattern) => {
    const selector = printSelector([{ label: 'key', operator: '=~', value: pattern }]);
    expect((await store.query(hour, { queryType: 'profiles', selector })).error?.code).toBe('bad_regex');
    const stackFilter: StoreQuery['stackFilter'] = [{ dimension: 'method', match: 'regex', values: [pattern] }];
    expect((await store.query(hour, { queryType: 'profile', profileType: 'cpu-time', stackFilter })).error?.code).toBe(
      'bad_regex'
    );
  });

  it('anchors regular expressions of selectors', async () => {
    expect(await listed({ selector: '{key=~"pl.*"}' })).toEqual(['plain']);
    expect(await listed({ selector: '{key=~"lai"}' })).toEqual([]);
    expect(await listed({ filter: 'key:pl?in' })).toEqual(['plain']);
    expect(await listed({ filter: 'key:pl*' })).toEqual(['plain']);
  });

  it('answers the longest searches and selectors, and refuses longer ones', async () => {
    const words = (count: number) => ({ queryType: 'profiles', filter: 'e '.repeat(count) }) as const;
    const matchers = (count: number) => ({ queryType: 'profiles', selector: `"a b"!="x",`.repeat(count) }) as const;
    for (const query of [words(200), matchers(200), { ...words(200), sort: '-duration' }]) {
      expect((await store.query(hour, query)).error).toBeUndefined();
    }
    expect((await store.query(hour, words(201))).error?.code).toBe('bad_filter');
    expect((await store.query(hour, matchers(201))).error?.code).toBe('bad_selector');
  });

  it('writes nothing: all profiles are still there', async () => {
    expect((await listed({})).length).toBe(hostile.length);
    expect(await total({})).toBe((hostile.length * (hostile.length + 1)) / 2);
  });
});

describe('tenants', () => {
  let store: QueryStore;
  const id = '00000000-0000-4000-8000-0000000000aa';
  beforeAll(async () => {
    store = await openQueryStore();
    for (const [tenant, value] of [
      ['a', 1],
      ['b', 100],
    ] as const) {
      const profile = `types: cpu-time/nanoseconds\n${value} | main; only_${tenant} | thread=t_${tenant} endpoint=/${tenant} span=1`;
      await store.put({
        tenant,
        id: tenant === 'a' ? id : undefined,
        startMs: noon,
        endMs: noon + minute,
        labels: { service: 's', owner: tenant },
        profile,
      });
    }
  }, 60_000);
  afterAll(async () => {
    await store.close();
    removeDataDirs();
  });

  it.each([
    'profile',
    'dimension',
    'metrics',
    'profiles',
    'histogram',
    'facets',
    'requests',
    'annotations',
    'both',
    'runtime',
  ] as const)('never see each other in %s', async (queryType) => {
    const answer = async (tenant: string) =>
      JSON.stringify(
        await store.query(
          hour,
          { queryType, profileType: 'cpu-time', names: ['owner'], columns: ['owner'], dimension: 'thread' },
          tenant
        )
      );
    await answer('b');
    expect(await answer('a')).not.toMatch(/only_b|t_b|"b"|\b100\b/);
    expect(await answer('c')).not.toMatch(/only_|t_[ab]/);
  });

  it('never see each other in labels, suggestions, details and deletes', async () => {
    const range = `from=${hour.from}&to=${hour.to}`;
    expect(await store.get(`/api/v1/labels/owner/values?${range}`, 'b')).toEqual({
      values: [{ value: 'b', profiles: 1 }],
      truncated: false,
    });
    expect(await store.get(`/api/v1/suggest?${range}&profileType=cpu-time&text=only`, 'a')).toEqual({
      suggestions: [{ value: 'only_a', total: 1 }],
    });
    expect(await store.get(`/api/v1/profiles/${id}`, 'a')).toMatchObject({ id, labels: { owner: 'a' } });
    expect(await store.get(`/api/v1/profiles/${id}`, 'b')).toMatchObject({ error: { code: 'not_found' } });
    const all = await store.query(hour, { queryType: 'profile', profileType: 'cpu-time', profileId: id }, 'b');
    expect(column<number>(all.frames[0], 'value')).toEqual([0]);
  });
});

import { column, openQueryStore, rowsOf, type QueryStore } from './query-store';
import { removeDataDirs } from './start-store';

const minute = 60_000;
const noon = Date.UTC(2026, 10, 24, 12);
const hour = { from: noon, to: noon + 60 * minute };

describe('queries over one engine', () => {
  let store: QueryStore;
  beforeAll(async () => {
    store = await openQueryStore();
    await store.put({
      startMs: noon,
      endMs: noon + minute,
      labels: { service: 'shop', env: 'prod', version: '1', team: 'a' },
      profile: `
        types: cpu-time/nanoseconds
        10 | main; checkout; decode | thread=web-0 endpoint=/cart span=a1 root=a0
        5  | main; checkout; checkout; decode | thread=web-1 endpoint=/cart span=a2 root=a0
        20 | main; idle | thread=web-0
        3  | (no stack)`,
    });
  }, 60_000);
  afterAll(async () => {
    await store.close();
    removeDataDirs();
  });

  it('answers a flame graph with exact values', async () => {
    const { frames, error } = await store.query(hour, {
      queryType: 'profile',
      profileType: 'cpu-time',
      selector: '{service="shop"}',
    });
    expect(error).toBeUndefined();
    expect(frames[0].schema.name).toBe('response');
    expect(rowsOf(frames[0]).map(({ level, label, value, self }) => [level, label, value, self])).toEqual([
      [0, 'total', 38, 0],
      [1, 'main', 35, 0],
      [2, 'idle', 20, 20],
      [2, 'checkout', 15, 0],
      [3, 'decode', 10, 10],
      [3, 'checkout', 5, 0],
      [4, 'decode', 5, 5],
      [1, '(no stack)', 3, 3],
    ]);
  });

  it('counts recursion once in totals of a table', async () => {
    const { frames, error } = await store.query(hour, {
      queryType: 'dimension',
      profileType: 'CPU Time',
      dimension: 'method',
    });
    expect(error).toBeUndefined();
    expect(rowsOf(frames[0]).map(({ name, self, total }) => [name, self, total])).toEqual([
      ['idle', 20, 20],
      ['decode', 15, 15],
      ['(no stack)', 3, 3],
      ['main', 0, 35],
      ['checkout', 0, 15],
    ]);
  });

  it.each([
    [
      'thread',
      [
        ['web-0', 30],
        ['web-1', 5],
        ['(no thread)', 3],
      ],
    ],
    [
      'endpoint',
      [
        ['(no endpoint)', 23],
        ['/cart', 15],
      ],
    ],
    [
      'span',
      [
        ['(no span)', 23],
        ['00000000000000a1', 10],
        ['00000000000000a2', 5],
      ],
    ],
  ] as const)('groups by %s', async (dimension, expected) => {
    const { frames, error } = await store.query(hour, { queryType: 'dimension', profileType: 'cpu', dimension });
    expect(error).toBeUndefined();
    expect(rowsOf(frames[0]).map(({ name, self }) => [name, self])).toEqual(expected);
  });

  it('narrows to a span from a bare range inside the upload', async () => {
    const bare = { from: noon + 30_000, to: noon + 30_001 };
    const { frames, error } = await store.query(bare, {
      queryType: 'profile',
      profileType: 'cpu-time',
      spanId: ['a1'.padStart(16, '0')],
    });
    expect(error).toBeUndefined();
    expect(column<number>(frames[0], 'value')[0]).toBe(10);
  });

  it('lists profiles, types and labels', async () => {
    const { frames, error } = await store.query(hour, { queryType: 'profiles', columns: ['team', 'total cpu-time'] });
    expect(error).toBeUndefined();
    expect(rowsOf(frames[0])).toMatchObject([
      { service: 'shop', env: 'prod', team: 'a', duration: 60e9, 'total cpu-time': 38, status: 'ok' },
    ]);
    const range = `from=${hour.from}&to=${hour.to}`;
    expect(await store.get(`/api/v1/profile-types?${range}`)).toEqual({
      profileTypes: [{ id: 'cpu-time', name: 'CPU Time', unit: 'ns', merge: 'sum', hidden: false, profiles: 1 }],
    });
    expect(await store.get(`/api/v1/labels?${range}`)).toEqual({
      labels: ['env', 'service', 'team', 'version'].map((name) => ({ name, values: 1 })),
    });
    expect(await store.get(`/api/v1/labels/service_name/values?${range}`)).toEqual({
      values: [{ value: 'shop', profiles: 1 }],
      truncated: false,
    });
  });

  it('reads a rate over time', async () => {
    const { frames, error } = await store.query(
      { ...hour, intervalMs: minute },
      { queryType: 'metrics', profileType: 'cpu-time', groupBy: ['service_name'] }
    );
    expect(error).toBeUndefined();
    expect(frames).toHaveLength(1);
    expect(frames[0].schema.fields[1].labels).toEqual({ service: 'shop' });
    expect(column(frames[0], 'time')).toEqual([noon]);
    expect(column<number>(frames[0], 'value')[0]).toBeCloseTo(38e-9 / 60, 18);
  });

  it('gives numbers to alert on, 0 for a row without samples', async () => {
    const { frames, error } = await store.query(hour, {
      queryType: 'dimension',
      profileType: 'cpu-time',
      format: 'alert',
      measure: 'selfShare',
      rows: ['idle', 'nowhere'],
      groupBy: ['service'],
    });
    expect(error).toBeUndefined();
    expect(rowsOf(frames[0])).toEqual([
      { method: 'idle', service: 'shop', value: 20 / 38 },
      { method: 'nowhere', service: 'shop', value: 0 },
    ]);
  });

  it('stops the queries of clients that go away, and answers others', async () => {
    const impatient = Array.from({ length: 20 }, async () => {
      const client = new AbortController();
      const body = JSON.stringify({ ...hour, queries: [{ refId: 'A', profileType: 'cpu-time' }] });
      const answer = fetch(`${store.url}/api/v1/query`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
        signal: client.signal,
      });
      setImmediate(() => client.abort());
      return answer.then(
        () => 'answered',
        () => 'gone'
      );
    });
    expect(await Promise.all(impatient)).toContain('gone');
    const { frames } = await store.query(hour, { queryType: 'profile', profileType: 'cpu-time' });
    expect(column<number>(frames[0], 'value')[0]).toBe(38);
  });
});

import fs from 'node:fs';
import path from 'node:path';
import type { QueryResult, StoreQuery } from '../../src/api/query';
import { openStandInEngine } from './cluster/start-stand-in';
import { openQueryStore, type QueryStore } from './query-store';
import { removeDataDirs } from './start-store';

/**
 * Golden answers of every query type, which the Go tests decode with Grafana's SDK too. Written anew with UPDATE_FRAMES=1; the
 * change must then be looked at.
 */
const folder = path.resolve(__dirname, '../fixtures/frames');
const update = process.env.UPDATE_FRAMES === '1';

const minute = 60_000;
const noon = Date.UTC(2026, 10, 24, 12);
const hour = { from: noon, to: noon + 60 * minute, intervalMs: minute };

const goldens: ReadonlyArray<readonly [name: string, query: Partial<StoreQuery>]> = [
  ['profile', { queryType: 'profile', profileType: 'cpu-time', selector: '{service="shop"}' }],
  ['profile-cut', { queryType: 'profile', profileType: 'cpu-time', maxNodes: 4 }],
  ['profile-focus', { queryType: 'profile', profileType: 'cpu-time', focus: ['main', 'checkout'] }],
  ['profile-details', { queryType: 'profile', profileType: 'thrown-exceptions' }],
  ['profile-empty', { queryType: 'profile', profileType: 'cpu-time', selector: '{service="nobody"}' }],
  ['profile-span', { queryType: 'profile', profileType: 'cpu-time', spanId: ['f0000000000000a1'] }],
  ['profile-span-unsampled', { queryType: 'profile', profileType: 'cpu-time', spanSelector: ['00000000000000ff'] }],
  [
    'profile-compare',
    {
      queryType: 'profile',
      profileType: 'cpu-time',
      selector: '{version="1"}',
      compare: { selector: '{version="2"}' },
    },
  ],
  [
    'profile-pyroscope',
    {
      queryType: 'profile',
      labelSelector: '{service_name="shop", env="$env"}',
      profileTypeId: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      groupBy: [],
      spanSelector: ['undefined'],
    },
  ],
  ['dimension-method', { queryType: 'dimension', profileType: 'cpu-time', dimension: 'method' }],
  ['dimension-thread', { queryType: 'dimension', profileType: 'cpu-time', dimension: 'thread' }],
  ['dimension-heap', { queryType: 'dimension', profileType: 'heap-live-size', dimension: 'library' }],
  [
    'alert-dimension',
    {
      queryType: 'dimension',
      profileType: 'cpu-time',
      format: 'alert',
      measure: 'selfShare',
      rows: ['decode', 'never'],
      groupBy: ['service', 'env'],
    },
  ],
  [
    'alert-dimension-empty',
    {
      queryType: 'dimension',
      profileType: 'cpu-time',
      format: 'alert',
      selector: '{service="gone"}',
      rows: ['decode'],
      groupBy: ['service'],
    },
  ],
  [
    'alert-metrics',
    { queryType: 'metrics', profileType: 'cpu-time', dimension: 'method', rows: ['decode'], groupBy: ['service'] },
  ],
  [
    'alert-change',
    {
      queryType: 'dimension',
      profileType: 'cpu-time',
      format: 'alert',
      measure: 'totalShare',
      rows: ['decode', 'main'],
      compare: { version: 'previous' },
      minSamples: 1,
    },
  ],
  [
    'metrics-slope-few',
    { queryType: 'metrics', profileType: 'heap-live-size', measure: 'slope', groupBy: ['service'] },
  ],
  ['alert-age', { queryType: 'metrics', measure: 'age', groupBy: ['service', 'env'] }],
  ['alert-range', { queryType: 'metrics', measure: 'to' }],
  ['metrics', { queryType: 'metrics', profileType: 'cpu-time', groupBy: ['service', 'version'] }],
  [
    'metrics-top',
    { queryType: 'metrics', profileType: 'cpu-time', dimension: 'method', topN: 2, measure: 'totalShare' },
  ],
  ['metrics-heap', { queryType: 'metrics', profileType: 'heap-live-size' }],
  ['metrics-empty', { queryType: 'metrics', profileType: 'cpu-time', selector: '{service="nobody"}' }],
  ['both', { queryType: 'both', profileType: 'cpu-time' }],
  ['profiles', { queryType: 'profiles', columns: ['team', '__proto__', 'total cpu-time'], sort: 'service', limit: 2 }],
  ['profiles-empty', { queryType: 'profiles', filter: 'no-such-text' }],
  ['histogram', { queryType: 'histogram', by: 'version' }],
  ['facets', { queryType: 'facets', names: ['service', 'version', 'team'] }],
  ['runtime', { queryType: 'runtime', profileId: '00000000-0000-4000-8000-000000000001' }],
  [
    'runtime-compare',
    {
      queryType: 'runtime',
      profileId: '00000000-0000-4000-8000-000000000001',
      compareId: '00000000-0000-4000-8000-000000000002',
    },
  ],
  ['requests-span', { queryType: 'requests', profileType: 'cpu-time' }],
  ['requests-endpoint', { queryType: 'requests', profileType: 'cpu-time', requestsBy: 'endpoint' }],
  [
    'hotspots-span',
    {
      queryType: 'hotspots',
      profileType: 'cpu-time',
      spanId: ['f0000000000000a1'],
      order: 'value',
      spanDurationNs: 4e9,
    },
  ],
  [
    'hotspots-filtered',
    {
      queryType: 'hotspots',
      profileType: 'cpu-time',
      spanId: ['f0000000000000a1'],
      stackFilter: [{ dimension: 'endpoint', match: 'any', values: ['/other'] }],
    },
  ],
  ['annotations', { queryType: 'annotations' }],
  ['error', { queryType: 'profile', profileType: 'no such type' }],
];

const shop = { service: 'shop', env: 'prod', host: 'a-1', language: 'python', runtime: 'CPython' };

async function fill(store: QueryStore): Promise<void> {
  await store.put({
    id: '00000000-0000-4000-8000-000000000001',
    startMs: noon,
    endMs: noon + minute,
    labels: { ...shop, version: '1', team: '<img src=x onerror=alert(1)>' },
    instance: 'process-1',
    runtimeInfo: [
      ['JVM', 'flags', '-Xmx1g'],
      ['OS', 'name', 'Linux'],
    ],
    profile: `
      types: cpu-time/nanoseconds, heap-space/bytes, exception-samples/count
      2000000000 0 0 | main [file=shop/main.py:3 lib=shop]; checkout [file=shop/cart.py:12 lib=shop]; decode [file=json/decoder.py:7 lib=json] | thread=web-0 endpoint=/cart span=f0000000000000a1 root=f0000000000000a0 trace=1
      500000000 1024 0 | main [file=shop/main.py:3 lib=shop]; checkout [file=shop/cart.py:12 lib=shop]; checkout [file=shop/cart.py:12 lib=shop] | thread=web-1 endpoint=/cart span=a2 root=f0000000000000a0
      300000000 0 0 | main [file=shop/main.py:4 lib=shop]; idle [kind=native lib=libc.so.6] | thread=web-0
      0 0 2 | main [file=shop/main.py:3 lib=shop]; "ValueError" [kind=detail:exception]
      70 0 0 | (no stack)`,
  });
  await store.put({
    id: '00000000-0000-4000-8000-000000000002',
    startMs: noon + minute,
    endMs: noon + 2 * minute,
    labels: { ...shop, version: '2', team: '\u202e' },
    instance: 'process-2',
    runtimeInfo: [['JVM', 'flags', '-Xmx2g']],
    profile: `
      types: cpu-time/nanoseconds, heap-space/bytes
      3000000000 4096 | main [file=shop/main.py:3 lib=shop]; __proto__ [file=shop/cart.py:1 lib=shop] | thread=web-0
      1 1 | main [file=shop/main.py:3 lib=shop]; idle [kind=native lib=libc.so.6]`,
  });
  await store.put({
    id: '00000000-0000-4000-8000-000000000003',
    startMs: noon + minute,
    endMs: noon + minute,
    labels: { service: 'billing', env: 'dev', language: 'go' },
    status: 'unreadable',
    profile: 'types: cpu-time/nanoseconds\n1 | main',
  });
}

describe.each([
  ['the embedded engine', undefined],
  ['a cluster of two shards', openStandInEngine],
] as const)('golden answers of %s', (_, start) => {
  let store: QueryStore;
  beforeAll(async () => {
    store = await openQueryStore(undefined, start);
    await fill(store);
    if (update) {
      fs.rmSync(folder, { recursive: true, force: true });
      fs.mkdirSync(folder, { recursive: true });
    }
  }, 60_000);
  afterAll(async () => {
    await store.close();
    removeDataDirs();
  });

  it.each(goldens)('%s', async (name, query) => {
    const result = await store.query(hour, query);
    checkFrames(result);
    const file = path.join(folder, `${name}.json`);
    if (update) {
      fs.writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    }
    expect(result).toEqual(JSON.parse(fs.readFileSync(file, 'utf8')));
  });

  it('holds no file that no query gives', () => {
    const names = goldens.map(([name]) => `${name}.json`);
    expect(fs.readdirSync(folder).filter((file) => !names.includes(file))).toEqual([]);
  });
});

/** What Grafana's SDK needs to decode a frame, and what JSON can carry. */
function checkFrames({ frames, error }: QueryResult): void {
  expect(frames.length > 0).toBe(error === undefined);
  for (const { schema, data } of frames) {
    expect(schema.refId).toBe('A');
    expect(data.values).toHaveLength(schema.fields.length);
    expect(new Set(data.values.map((values) => values.length)).size).toBeLessThanOrEqual(1);
    schema.fields.forEach((field, at) => {
      expect(field.typeInfo.frame).not.toBe('');
      const said = data.values[at].filter((value) => value !== null || field.typeInfo.nullable !== true);
      for (const value of said) {
        expect(typeof value).toBe(field.type === 'string' ? 'string' : 'number');
        expect(field.typeInfo.frame !== 'int64' || Number.isSafeInteger(value)).toBe(true);
      }
    });
  }
}

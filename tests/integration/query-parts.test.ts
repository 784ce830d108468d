import type { StoreQuery } from '../../src/api/query';
import type { ProfileDetail } from '../../src/api/resources';
import { column, openQueryStore, rowsOf, type QueryStore, type TestUpload } from './query-store';
import { removeDataDirs } from './start-store';

const minute = 60_000;
const second = 1000;
const noon = Date.UTC(2026, 10, 24, 12);
const range = { from: noon, to: noon + 60 * minute };
const idOf = (k: number) => `00000000-0000-4000-8000-00000000000${k}`;

/** Profile k of one process: CPU, then the heap that the client sends apart, one second later and one second longer. */
function parts(k: number): [TestUpload, TestUpload] {
  const labels = { service: 'shop', version: `v${k}`, host: 'h1' };
  const startMs = noon + k * minute;
  const cpu: TestUpload = {
    id: idOf(k),
    startMs,
    endMs: startMs + minute,
    labels,
    instance: 'p1',
    intake: 'push',
    attachment: 'cpu.pprof',
    attachments: [{ name: 'cpu.pprof', format: 'pprof', sizeBytes: 10 }],
    raw: { segment: 'cpu', offset: k, length: 1 },
    runtimeInfo: [
      ['Process', 'pid', '7'],
      ['Profile', 'period', '10 ms'],
    ],
    profile: `types: cpu-time/nanoseconds\n${k} | main; work | span=a${k}\n1 | main`,
  };
  const heap: TestUpload = {
    ...cpu,
    part: 1,
    startMs: startMs + second,
    endMs: startMs + minute + second,
    attachment: 'heap.pprof',
    attachments: [{ name: 'heap.pprof', format: 'pprof', sizeBytes: 20 }],
    raw: { segment: 'heap', offset: k, length: 1 },
    runtimeInfo: [
      ['Process', 'pid', '7'],
      ['Profile', 'period', '512 KiB'],
      ['Heap', 'limit', '1 GiB'],
    ],
    profile: `types: alloc-space/bytes, alloc-samples/count\n${100 - k} 2 | main; fill`,
  };
  return [cpu, heap];
}

let store: QueryStore;
beforeAll(async () => {
  store = await openQueryStore({
    read: async ({ segment, offset }) => ({
      attachments: async () => [
        { name: `${segment}.pprof`, bytes: Uint8Array.of(offset) },
        { name: 'of another profile.pprof', bytes: Uint8Array.of(99) },
      ],
    }),
  });
  for (const k of [1, 2, 3, 4]) {
    for (const part of parts(k)) {
      await store.put(part);
    }
  }
  // A profile of one part between them.
  await store.put({ ...parts(5)[0], startMs: noon + 2 * minute + 30 * second, endMs: noon + 3 * minute });
}, 60_000);
afterAll(async () => {
  await store.close();
  removeDataDirs();
});

async function frames(query: Partial<StoreQuery>, time: { from: number; to: number; intervalMs?: number } = range) {
  const result = await store.query(time, query);
  expect(result.error).toBeUndefined();
  return result.frames;
}
const list = async (query: Partial<StoreQuery> = {}, time = range) =>
  (await frames({ queryType: 'profiles', sort: 'time', ...query }, time))[0];
const ids = async (query: Partial<StoreQuery> = {}, time = range) => column<string>(await list(query, time), 'id');

describe('a profile of several parts', () => {
  it('is one row of the list, made of all parts', async () => {
    const frame = await list({ columns: ['total cpu-time', 'total allocated-memory'] });
    expect(frame.schema.meta?.custom?.total).toBe(5);
    expect(rowsOf(frame)[0]).toMatchObject({
      id: idOf(1),
      time: noon + minute,
      duration: 61e9,
      size: 2000,
      samples: 3,
      status: 'ok',
      'total cpu-time': 2,
      'total allocated-memory': 99,
    });
    expect(column<string>(frame, 'id')).toEqual([1, 2, 5, 3, 4].map(idOf));
    expect(column<number>(frame, 'size')).toEqual([2000, 2000, 1000, 2000, 2000]);
  });

  it.each([
    'time',
    '-time',
    'version',
    '-duration',
    'size',
    'samples',
    'total allocated-memory',
    '-total cpu-time',
    'id',
  ])(
    'is on one page of the list sorted by %s, whatever the page',
    async (sort) => {
      const whole = await ids({ sort });
      expect([...whole].sort()).toEqual([1, 2, 3, 4, 5].map(idOf));
      for (const limit of [1, 2, 3]) {
        const paged: string[] = [];
        let cursor: string | undefined;
        do {
          const frame = await list({ sort, limit, cursor });
          paged.push(...column<string>(frame, 'id'));
          cursor = (frame.schema.meta?.custom?.cursor as string | null) ?? undefined;
        } while (cursor !== undefined);
        expect(paged).toEqual(whole);
      }
    },
    30_000
  );

  it('is sorted and filtered by what its parts have together', async () => {
    expect(await ids({ sort: '-total allocated-memory' })).toEqual([1, 2, 3, 4, 5].map(idOf));
    expect(await ids({ filter: 'size:>1500' })).toEqual([1, 2, 3, 4].map(idOf));
    expect(await ids({ filter: '-size:>1500' })).toEqual([idOf(5)]);
    expect(await ids({ filter: 'duration:>60.5 version:v2' })).toEqual([idOf(2)]);
    const flame = await frames({ queryType: 'profile', profileType: 'cpu-time', filter: 'size:>1500' });
    expect(column<number>(flame[0], 'value')[0]).toBe(14);
    expect(flame[0].schema.meta?.custom).toMatchObject({ profileCount: 4 });
  });

  it('is counted once in histograms, facets, labels, suggestions of types', async () => {
    const [histogram] = await frames({ queryType: 'histogram' }, { ...range, intervalMs: 60 * minute });
    expect(column<number>(histogram, 'value')).toEqual([5]);
    const filtered = await frames(
      { queryType: 'histogram', by: 'version', filter: 'samples:>2' },
      { ...range, intervalMs: 60 * minute }
    );
    expect(filtered.map((frame) => column<number>(frame, 'value'))).toEqual([[1], [1], [1], [1]]);
    const facets = await frames({ queryType: 'facets', names: ['host', 'version'] });
    expect(column<number>(facets[0], 'count')).toEqual([5, 1, 1, 1, 1, 1]);
    const query = `from=${range.from}&to=${range.to}`;
    expect(await store.get(`/api/v1/labels/host/values?${query}`)).toMatchObject({
      values: [{ value: 'h1', profiles: 5 }],
    });
    expect(await store.get(`/api/v1/profile-types?${query}`)).toMatchObject({
      profileTypes: expect.arrayContaining([
        expect.objectContaining({ id: 'cpu-time', profiles: 5 }),
        expect.objectContaining({ id: 'allocated-memory', profiles: 4 }),
      ]) as unknown,
    });
  });

  it('counts once in graphs and tables, with exact samples', async () => {
    for (const [profileType, value] of [
      ['cpu-time', 1 + 2 + 3 + 4 + 5 + 5],
      ['allocated-memory', 400 - 10],
    ] as const) {
      const [flame] = await frames({ queryType: 'profile', profileType });
      expect(column<number>(flame, 'value')[0]).toBe(value);
      expect(flame.schema.meta?.custom).toMatchObject({ profileCount: 5 });
      const [table] = await frames({ queryType: 'dimension', profileType });
      expect(table.schema.meta?.custom).toMatchObject({ total: value, profileCount: 5 });
    }
    const [alert] = await frames({
      queryType: 'dimension',
      profileType: 'cpu-time',
      format: 'alert',
      measure: 'profiles',
      rows: ['main'],
    });
    expect(column<number>(alert, 'value')).toEqual([5]);
  });

  it('is chosen whole by its id, also where only one part overlaps the range', async () => {
    const bare = { from: noon + 2 * minute + 500, to: noon + 2 * minute + 501 };
    // Ten minutes before it, only the second part of the third has not ended.
    const last = { from: noon + 14 * minute + 500, to: noon + 14 * minute + 501 };
    for (const [time, k, sum] of [
      [bare, 2, 98],
      [range, 3, 97],
      [last, 3, 97],
    ] as const) {
      const [flame] = await frames({ queryType: 'profile', profileType: 'allocated-memory', profileId: idOf(k) }, time);
      expect(column<number>(flame, 'value')[0]).toBe(sum);
      expect(flame.schema.meta?.custom).toMatchObject({ profileCount: 1 });
      const [cpu] = await frames({ queryType: 'profile', profileType: 'cpu-time', profileId: idOf(k) }, time);
      expect(column<number>(cpu, 'value')[0]).toBe(k + 1);
    }
    const ended = { from: noon + 20 * minute, to: noon + 21 * minute };
    const [gone] = await frames({ queryType: 'profile', profileType: 'cpu-time', profileId: idOf(1) }, ended);
    expect(column<number>(gone, 'value')).toEqual([0]);
    expect(await ids({ profileId: idOf(2) })).toEqual([idOf(2)]);
  });

  it('is found whole by a span of one part', async () => {
    const span = { spanId: ['a3'] };
    const frame = await list(span);
    expect(rowsOf(frame)).toMatchObject([{ id: idOf(3), size: 2000, duration: 61e9 }]);
    const [narrow] = await frames({ queryType: 'profile', profileType: 'cpu-time', ...span });
    expect(column<number>(narrow, 'value')[0]).toBe(3);
    const [whole] = await frames({ queryType: 'profile', profileType: 'allocated-memory', spanScope: 'time', ...span });
    expect(column<number>(whole, 'value')[0]).toBe(97);
    const [requests] = await frames({ queryType: 'requests', profileType: 'cpu-time', ...span });
    expect(rowsOf(requests)).toMatchObject([{ value: 3, profileId: idOf(3) }]);
  });

  it('has one page with everything, between its neighbours', async () => {
    const detail = await store.get<ProfileDetail>(`/api/v1/profiles/${idOf(3)}`);
    expect(detail).toMatchObject({
      id: idOf(3),
      start: noon + 3 * minute,
      end: noon + 4 * minute + second,
      sizeBytes: 2000,
      sampleCount: 3,
      status: 'ok',
      reason: '',
      format: 'pprof',
      previousId: idOf(5),
      nextId: idOf(4),
      attachments: [
        { name: 'cpu.pprof', sizeBytes: 10 },
        { name: 'heap.pprof', sizeBytes: 20 },
      ],
    });
    expect(detail.profileTypes.map(({ id, total }) => [id, total])).toEqual([
      ['cpu-time', 4],
      ['allocated-memory', 97],
      ['allocations', 2],
    ]);
  });

  it('tells the runtime of all parts', async () => {
    for (const query of [{ profileId: idOf(4) }, { selector: '{version="v4"}' }, { spanId: ['a4'] }]) {
      const [frame] = await frames({ queryType: 'runtime', ...query });
      const rows = rowsOf(frame).map(({ group, key, value }) => `${String(group)}/${String(key)}=${String(value)}`);
      expect(rows).toEqual(
        expect.arrayContaining([
          'Process/pid=7',
          'Profile/period=10 ms, 512 KiB',
          'Heap/limit=1 GiB',
          'Upload/files=cpu.pprof, heap.pprof',
        ])
      );
      expect(new Set(rows).size).toBe(rows.length);
    }
  });

  it('downloads the files of all parts, and none of other profiles', async () => {
    const all = await fetch(`${store.url}/api/v1/profiles/${idOf(2)}/raw`);
    const zip = Buffer.from(await all.arrayBuffer()).toString('latin1');
    expect(zip).toContain('cpu.pprof');
    expect(zip).toContain('heap.pprof');
    expect(zip).not.toContain('another');
    const one = await fetch(`${store.url}/api/v1/profiles/${idOf(2)}/raw?attachment=heap.pprof`);
    expect([...new Uint8Array(await one.arrayBuffer())]).toEqual([2]);
  });

  it('is one life of its process', async () => {
    const [events] = await frames({ queryType: 'annotations' });
    expect(column<string>(events, 'tags').filter((tags) => tags === 'version')).toHaveLength(4);
    expect(column<string>(events, 'tags')).not.toContain('restart');
  });

  it('is deleted whole, where its first part starts', async () => {
    const remove = async (from: number, to: number) => {
      const answer = await fetch(`${store.url}/api/v1/profiles?from=${from}&to=${to}&selector={service="shop"}`, {
        method: 'DELETE',
        headers: { 'x-role': 'admin' },
      });
      return answer.json();
    };
    // Only the second part of the fourth starts here.
    expect(await remove(noon + 4 * minute + 500, noon + 4 * minute + 5000)).toEqual({ deleted: 0 });
    expect(await remove(noon + 4 * minute, noon + 4 * minute + 1)).toEqual({ deleted: 1 });
    expect(await ids()).toEqual([1, 2, 5, 3].map(idOf));
    const rows = await store.engine.select({ sql: 'SELECT toUInt32(count()) AS n FROM profiles' });
    expect(rows.numbers('n')[0]).toBe(7);
    const [flame] = await frames({ queryType: 'profile', profileType: 'allocated-memory' });
    expect(column<number>(flame, 'value')[0]).toBe(294);
  });
});

import type { StoreQuery } from '../../src/api/query';
import { column, openQueryStore, rowsOf, type QueryStore } from './query-store';
import { removeDataDirs } from './start-store';

const second = 1000;
const minute = 60 * second;
const noon = Date.UTC(2026, 10, 24, 12);
const megabyte = 1_000_000;

describe('time', () => {
  let store: QueryStore;
  beforeAll(async () => {
    store = await openQueryStore();
  }, 60_000);
  afterAll(async () => {
    await store.close();
    removeDataDirs();
  });

  const values = async (
    tenant: string,
    time: { from: number; to: number; intervalMs?: number },
    query: Partial<StoreQuery>
  ) => {
    const { frames, error } = await store.query(time, { queryType: 'metrics', ...query }, tenant);
    expect(error).toBeUndefined();
    return frames.map((frame) => ({
      labels: frame.schema.fields[1].labels,
      times: column<number>(frame, 'time').map((ms) => (ms - noon) / second),
      values: column<number>(frame, 'value'),
      notices: frame.schema.meta?.notices?.map(({ text }) => text) ?? [],
    }));
  };

  describe('two processes of one core, uploads offset by 30 s', () => {
    const range = { from: noon + 5 * minute, to: noon + 15 * minute };
    beforeAll(async () => {
      for (let k = 0; k < 20; k++) {
        for (const [host, offset] of [
          ['a', 0],
          ['b', 30 * second],
        ] as const) {
          const startMs = noon + k * minute + offset;
          const profile = 'types: cpu-time/nanoseconds\n40000000000 | main; f\n20000000000 | main';
          await store.put({
            tenant: 'cores',
            startMs,
            endMs: startMs + minute,
            labels: { service: 's', host },
            profile,
          });
        }
      }
    }, 60_000);

    it.each([15 * second, minute, 5 * minute])('read 2.00 cores at steps of %d ms', async (intervalMs) => {
      const [series] = await values('cores', { ...range, intervalMs }, { profileType: 'cpu-time' });
      expect(series.values.length).toBeGreaterThanOrEqual(2);
      series.values.forEach((value) => expect(value).toBeCloseTo(2, 10));
      expect(series.notices.some((text) => text.startsWith('Steps are 60 s'))).toBe(intervalMs < minute);
    });

    it('read one core each by host, and a share that uses one type above and below', async () => {
      const byHost = await values(
        'cores',
        { ...range, intervalMs: minute },
        { profileType: 'cpu-time', groupBy: ['host'] }
      );
      expect(byHost.map(({ labels }) => labels)).toEqual(expect.arrayContaining([{ host: 'a' }, { host: 'b' }]));
      byHost.forEach((series) => series.values.forEach((value) => expect(value).toBeCloseTo(1, 10)));
      const rows: Partial<StoreQuery> = { profileType: 'cpu-time', dimension: 'method', rows: ['f', 'nobody'] };
      const shares = await values('cores', { ...range, intervalMs: minute }, { ...rows, measure: 'selfShare' });
      const of = (method: string) => shares.find(({ labels }) => labels?.method === method)?.values ?? [];
      of('f').forEach((value) => expect(value).toBeCloseTo(2 / 3, 10));
      expect(of('nobody')).toEqual(of('f').map(() => 0));
      const uploads = await values(
        'cores',
        { ...range, intervalMs: minute },
        { ...rows, rows: ['f'], measure: 'profiles' }
      );
      expect(uploads[0].values).toEqual(Array(10).fill(2));
    });

    it('leaves the newest step out while under half covered, and has no point where no upload is', async () => {
      const end = { from: noon + 18 * minute, to: noon + 30 * minute, intervalMs: 4 * minute };
      const [series] = await values('cores', end, { profileType: 'cpu-time' });
      // Steps begin at 16 and 20 min; uploads end at 20.5 min.
      expect(series.times).toEqual([16 * 60]);
    });
  });

  it('reads 100 MB of a heap of a process that was restarted ten times', async () => {
    for (let k = 0; k < 10; k++) {
      const startMs = noon + k * minute;
      await store.put({
        tenant: 'restarts',
        startMs,
        endMs: startMs + minute - (k % 2) * 7 * second,
        labels: { service: 's', 'runtime-id': `r${k}` },
        profile: `types: heap-space/bytes\n${90 * megabyte} | main; load\n${10 * megabyte} | main; keep`,
      });
    }
    const range = { from: noon, to: noon + 10 * minute };
    for (const intervalMs of [15 * second, minute, 5 * minute]) {
      const [series] = await values('restarts', { ...range, intervalMs }, { profileType: 'heap-live-size' });
      series.values.forEach((value) => expect(value).toBeCloseTo(100 * megabyte, 3));
    }
    const flame = await store.query(range, { queryType: 'profile', profileType: 'heap-live-size' }, 'restarts');
    expect(column<number>(flame.frames[0], 'value')[0]).toBe(100 * megabyte);
    const table = await store.query(range, { queryType: 'dimension', profileType: 'heap-live-size' }, 'restarts');
    expect(rowsOf(table.frames[0]).map(({ name, self, total }) => [name, self, total])).toEqual([
      ['load', 90 * megabyte, 90 * megabyte],
      ['keep', 10 * megabyte, 10 * megabyte],
      ['main', 0, 100 * megabyte],
    ]);
    const alert = await store.query(
      range,
      { queryType: 'dimension', profileType: 'heap-live-size', format: 'alert', rows: ['load'] },
      'restarts'
    );
    expect(column<number>(alert.frames[0], 'value')[0]).toBeCloseTo(90 * megabyte, 3);
  });

  it('adds two processes of 100 MB at the same time to 200 MB', async () => {
    for (const host of ['a', 'b']) {
      const profile = `types: heap-space/bytes\n${100 * megabyte} | main`;
      await store.put({ tenant: 'two', startMs: noon, endMs: noon + minute, labels: { service: 's', host }, profile });
    }
    const range = { from: noon, to: noon + minute };
    const flame = await store.query(range, { queryType: 'profile', profileType: 'heap-live-size' }, 'two');
    expect(column<number>(flame.frames[0], 'value')).toEqual([200 * megabyte, 200 * megabyte]);
    const [series] = await values('two', { ...range, intervalMs: minute }, { profileType: 'heap-live-size' });
    expect(series.values).toEqual([200 * megabyte]);
  });

  it('keeps a single upload of an average type exact, of no length too', async () => {
    const huge = 9_007_199_254_740_991;
    const profile = `types: goroutine/count\n${huge} | main`;
    await store.put({ tenant: 'instant', startMs: noon, endMs: noon, labels: { service: 's' }, profile });
    const range = { from: noon, to: noon + minute };
    const flame = await store.query(range, { queryType: 'profile', profileType: 'goroutines' }, 'instant');
    expect(column<number>(flame.frames[0], 'value')).toEqual([huge, huge]);
    const cpu = await values('instant', { ...range, intervalMs: minute }, { profileType: 'goroutines' });
    expect(cpu[0].values.length).toBeLessThanOrEqual(1);
  });

  it('takes whole uploads that start in the range, else those that overlap, and says so', async () => {
    const profile = 'types: cpu-time/nanoseconds\n7 | main';
    for (const at of [0, 1]) {
      await store.put({
        tenant: 'whole',
        startMs: noon + at * minute,
        endMs: noon + (at + 1) * minute,
        labels: { service: 's' },
        profile,
      });
    }
    const total = async (from: number, to: number) => {
      const { frames } = await store.query({ from, to }, { queryType: 'profile', profileType: 'cpu-time' }, 'whole');
      return [column<number>(frames[0], 'value')[0], frames[0].schema.meta?.notices?.length ?? 0];
    };
    expect(await total(noon, noon + minute)).toEqual([7, 0]);
    expect(await total(noon, noon + minute + 1)).toEqual([14, 0]);
    expect(await total(noon + 1, noon + minute)).toEqual([7, 1]);
    expect(await total(noon + 2 * minute, noon + 3 * minute)).toEqual([0, 1]);
    expect(await total(0, 1)).toEqual([0, 1]);
    expect(await total(8.64e15 - 1, 8.64e15)).toEqual([0, 1]);
  });
});

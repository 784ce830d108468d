import type { StoreQuery } from '../../src/api/query';
import { fewUploads } from '../../store/query/plan';
import { buildDueCells } from '../../store/rollup';
import { column, openQueryStore, startWatched, type QueryStore, type TestUpload } from './query-store';
import { newDataDir, removeDataDirs } from './start-store';

/** Sums of many uploads that are kept in memory: read once, never another set's. Right answers in general: query-random.test.ts. */
const minute = 60_000;
const hour = 60 * minute;
const firstMs = Date.UTC(2026, 10, 24, 9);

let store: QueryStore;
/** Statements that read samples. */
let reads = 0;
/** Runs before the next ones that do, all of which wait for it. */
let beforeRead: (() => Promise<unknown>) | undefined;
let held: Promise<unknown> | undefined;
const keptInMemory = fewUploads.uploads;

beforeAll(async () => {
  fewUploads.uploads = 0;
  store = await openQueryStore(undefined, () =>
    startWatched(newDataDir(), async (sql) => {
      if (sql.includes('FROM samples')) {
        reads++;
        held ??= beforeRead?.();
        await held;
      }
    })
  );
  await store.putAll(Array.from({ length: 20 }, (_, at) => upload(firstMs + at * 15 * minute)));
}, 60_000);
afterAll(async () => {
  fewUploads.uploads = keptInMemory;
  await store.close();
  removeDataDirs();
});

function upload(startMs: number, self = 10): TestUpload {
  const profile = `types: cpu-time/nanoseconds\n${self} | main; f\n5 | main; g\n1 | main`;
  return { startMs, endMs: startMs + minute, labels: { service: 'web', env: 'prod' }, profile };
}

/** What an answer is worth, and how often samples were read for it. */
async function ask(query: Partial<StoreQuery>, minutes: number, fromMs = firstMs) {
  reads = 0;
  const time = { from: fromMs, to: fromMs + minutes * minute, intervalMs: 15 * minute };
  const asked = { selector: '{service="web"}', profileType: 'cpu-time', ...query };
  const { frames, error } = await store.query(time, asked);
  expect(error).toBeUndefined();
  const value =
    query.queryType === 'metrics' ? column<number>(frames[0], 'value') : frames[0].schema.meta?.custom?.total;
  return { value, reads };
}

const graph = { queryType: 'profile' } as const;
const table = { queryType: 'dimension', dimension: 'method' } as const;
const series: Partial<StoreQuery> = { queryType: 'metrics', dimension: 'method', rows: ['f'] };

it('reads the same uploads once, for all who ask at once or later', async () => {
  const [one, other] = await Promise.all([ask(graph, 280), ask(table, 280)]);
  expect([one.value, other.value]).toEqual([19 * 16, 19 * 16]);
  // Whole hours and the one that is cut.
  expect(reads).toBe(2);
  expect(await ask(graph, 280)).toEqual({ value: 19 * 16, reads: 0 });
  expect(await ask({ ...graph, selector: '{service="web", env="prod"}' }, 280)).toEqual({ value: 19 * 16, reads: 2 });
  expect(await ask({ ...graph, stackFilter: [{ dimension: 'method', match: 'any', values: ['g'] }] }, 280)).toEqual({
    value: 19 * 5,
    reads: 0,
  });
  expect(await ask({ ...graph, stackFilter: [{ dimension: 'thread', match: 'any', values: ['none'] }] }, 280)).toEqual({
    value: 0,
    reads: 2,
  });
});

it('reads only the hour that is cut where the range moves on, and hours that the rollup holds', async () => {
  expect(await ask(graph, 290)).toEqual({ value: 20 * 16, reads: 1 });
  expect(await buildDueCells(store.engine, firstMs + 10 * hour, { graceMs: 0, rebuildMs: 0 })).toBe(5);
  expect(await ask(graph, 300)).toEqual({ value: 20 * 16, reads: 1 });
});

it('keeps nothing of a set that changed while it was read', async () => {
  const question = { ...graph, selector: '{service="web", env=~"prod"}' };
  beforeRead = () => store.put(upload(firstMs + 4 * hour + 50 * minute));
  expect((await ask(question, 295)).reads).toBe(2);
  expect((await ask(question, 288)).value).toBe(20 * 16);
  expect((await ask(question, 295)).value).toBe(21 * 16);
});

it('keeps sums of a short range too, whose uploads are named', async () => {
  const from = firstMs + 2 * hour;
  expect(await ask(graph, 60, from)).toEqual({ value: 4 * 16, reads: 1 });
  expect(await ask(table, 60, from)).toEqual({ value: 4 * 16, reads: 0 });
  await store.put(upload(from + 5 * minute, 20));
  expect(await ask(graph, 60, from)).toEqual({ value: 4 * 16 + 26, reads: 1 });
  expect(await ask(graph, 4, from)).toEqual({ value: 16, reads: 1 });
});

it('reads for a series only uploads that it does not know', async () => {
  const first = await ask(series, 300);
  expect(first.reads).toBeGreaterThan(0);
  expect(await ask(series, 300)).toEqual({ value: first.value, reads: 0 });
  await store.put(upload(firstMs + 5 * minute, 50));
  const later = await ask(series, 300);
  expect(later.reads).toBeGreaterThan(0);
  expect(later.value).not.toEqual(first.value);
  expect(await ask({ ...series, rows: ['f', 'g'] }, 300)).not.toMatchObject({ reads: 0 });
  const total = await ask({ ...series, measure: 'total', rows: ['main'] }, 300);
  expect(total.reads).toBeGreaterThan(0);
  expect(await ask({ ...series, measure: 'total', rows: ['main'] }, 300)).toEqual({ ...total, reads: 0 });
});

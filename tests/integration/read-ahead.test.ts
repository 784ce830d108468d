import type { StoreQuery } from '../../src/api/query';
import { randomFractions } from '../random';
import { openQueryStore, rowsOf, startWatched, type QueryStore } from './query-store';
import { randomUpload, storable } from './random-uploads';
import { newDataDir, removeDataDirs } from './start-store';

/** Rules find the sums of new uploads in memory, and the numbers that the engine gives. */
const minute = 60_000;
const noon = Date.UTC(2026, 10, 24, 12);
const dataDir = newDataDir();
/** Statements over single samples. */
let sampleReads = 0;

const start = () =>
  startWatched(dataDir, (sql) => {
    sampleReads += /FROM samples\b/.test(sql) ? 1 : 0;
  });

const random = randomFractions(4711);
/** Ten uploads of one service that start in a minute. */
const uploadsOf = (fromMs: number) =>
  Array.from({ length: 10 }, (_, host) => {
    const upload = storable(randomUpload(random, fromMs, fromMs + 30_000));
    return { ...upload, labels: { ...upload.labels, service: 'shop', host: `web-${host}` } };
  });

const share = {
  queryType: 'dimension',
  format: 'alert',
  profileType: 'cpu-time',
  selector: '{service="shop"}',
  measure: 'selfShare',
  topN: 20,
} as const;
const rules: ReadonlyArray<Partial<StoreQuery>> = [
  { ...share, dimension: 'method' },
  { ...share, dimension: 'library', measure: 'totalShare' },
  { ...share, dimension: 'thread' },
  { ...share, dimension: 'method', profileType: 'allocations' },
  { ...share, queryType: 'metrics', format: undefined, dimension: 'method', rows: ['load', 'save'] },
];

let store: QueryStore;
beforeAll(async () => {
  store = await openQueryStore(undefined, start);
  await store.putAll(uploadsOf(noon));
  await store.keepUploads();
}, 60_000);
afterAll(async () => {
  await store.close();
  removeDataDirs();
});

async function evaluate(toMs: number): Promise<unknown[]> {
  const answers = await Promise.all(
    rules.map((rule) => store.query({ from: toMs - 5 * minute, to: toMs, intervalMs: minute }, rule))
  );
  return answers.map(({ frames, error }) => {
    expect(error).toBeUndefined();
    return frames.map((frame) => rowsOf(frame));
  });
}

it('reads no samples for a minute of uploads that came after a rule was asked', async () => {
  await evaluate(noon + minute);
  expect(sampleReads).toBeGreaterThan(0);
  let ahead: unknown;
  sampleReads = 0;
  for (let at = 1; at <= 3; at++) {
    await store.putAll(uploadsOf(noon + at * minute));
    ahead = await evaluate(noon + (at + 1) * minute);
  }
  expect(sampleReads).toBe(0);

  await store.close();
  store = await openQueryStore(undefined, start);
  await store.keepUploads();
  expect(await evaluate(noon + 4 * minute)).toEqual(ahead);
  expect(sampleReads).toBeGreaterThan(0);
});

it('keeps nothing of services that nobody asked about', async () => {
  sampleReads = 0;
  const others = uploadsOf(noon + 10 * minute).map((upload) => ({
    ...upload,
    labels: { ...upload.labels, service: 'mail' },
  }));
  await store.putAll(others);
  const time = { from: noon + 10 * minute, to: noon + 11 * minute };
  await store.query(time, { ...share, dimension: 'method', selector: '{service="mail"}' });
  expect(sampleReads).toBe(1);
});

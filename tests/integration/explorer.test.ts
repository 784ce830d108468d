import type { StoreQuery } from '../../src/api/query';
import { randomFractions } from '../random';
import { newDataDir, removeDataDirs } from './start-store';
import { column, openQueryStore, startWatched, type QueryStore } from './query-store';
import { intBelow, randomUpload, storable } from './random-uploads';

jest.setTimeout(60_000);

const random = randomFractions(23);
const fromMs = Date.UTC(2026, 10, 24, 9, 30);
const toMs = fromMs + 6 * 3600_000;
const uploads = Array.from({ length: 300 }, () => storable(randomUpload(random, fromMs, toMs)));
const asked: string[] = [];

let store: QueryStore;
beforeAll(async () => {
  store = await openQueryStore(undefined, () => startWatched(newDataDir(), (sql) => asked.push(sql)));
  await store.putAll(uploads);
  // Several that start in the same millisecond: a page may end between them.
  await store.putAll(Array.from({ length: 12 }, () => ({ ...uploads[0], id: undefined })));
  await store.putAll([{ ...uploads[1], id: undefined, tenant: 'other' }]);
});
afterAll(async () => {
  await store.close();
  removeDataDirs();
});

const selectors = [
  '',
  '{service="shop"}',
  '{service=~"shop|pay", env!="dev"}',
  '{service=~"sh.*"}',
  '{team!~"red|green"}',
  '{host=""}',
  '{service="nobody"}',
];
const searches = ['', 'env:dev', '-team:red', 'status:ok', 'shop', 'duration:>1s'];

function randomQuestion() {
  const from = fromMs - 600_000 + intBelow(random, toMs - fromMs);
  const time = { from, to: from + 1 + intBelow(random, 4 * 3600_000), intervalMs: 60_000 + intBelow(random, 900_000) };
  const filters = {
    selector: selectors[intBelow(random, selectors.length)],
    filter: searches[random() < 0.5 ? 0 : intBelow(random, searches.length)],
  };
  const queries: Array<Partial<StoreQuery>> = [
    {
      queryType: 'facets',
      names: ['service', 'team', 'none', 'status'].slice(intBelow(random, 2), 3 + intBelow(random, 2)),
      limit: 1 + intBelow(random, 4),
    },
    { queryType: 'histogram', by: [undefined, 'service', 'team', 'status'][intBelow(random, 4)] },
    {
      queryType: 'profiles',
      limit: 1 + intBelow(random, 40),
      sort: [undefined, '-time', 'time', 'service'][intBelow(random, 4)],
    },
  ];
  return queries.map((query) => ({ time, query: { ...query, ...filters } }));
}

it('counts and lists from labels in memory what the engine does', async () => {
  const questions = Array.from({ length: 40 }, randomQuestion).flat();
  const expected = [];
  for (const { time, query } of questions) {
    expected.push(await store.query(time, query));
  }
  await store.keepLabels();
  for (const [at, { time, query }] of questions.entries()) {
    expect({ query, result: await store.query(time, query) }).toEqual({ query, result: expected[at] });
  }
});

it('asks the engine for no counts that labels tell', async () => {
  await store.keepLabels();
  asked.length = 0;
  const { frames } = await store.query({ from: fromMs, to: toMs }, { queryType: 'facets', names: ['service', 'team'] });
  await store.query({ from: fromMs, to: toMs }, { queryType: 'histogram', by: 'service' });
  expect(column<number>(frames[0], 'count').length).toBeGreaterThan(4);
  expect(asked).toEqual([]);
});

it.each([true, false])(
  'gives every profile once, newest first, page after page (labels in memory: %s)',
  async (kept) => {
    // What is no label is not known in memory.
    const filter = kept ? '' : '-status:none';
    await store.keepLabels();
    const listed: string[] = [];
    const times: number[] = [];
    let cursor: string | undefined;
    do {
      const { frames } = await store.query(
        { from: fromMs, to: toMs },
        { queryType: 'profiles', limit: 7, cursor, filter }
      );
      listed.push(...column<string>(frames[0], 'id'));
      times.push(...column<number>(frames[0], 'time'));
      cursor = (frames[0].schema.meta?.custom as { cursor?: string } | undefined)?.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(listed).toHaveLength(uploads.length + 12);
    expect(new Set(listed).size).toBe(listed.length);
    expect(times).toEqual([...times].sort((a, b) => b - a));
  }
);

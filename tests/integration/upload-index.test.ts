import { selectorFilter } from '../../src/model/selector';
import { matchersOf } from '../../store/query/prepare';
import type { UploadScope } from '../../store/query/sql/upload-scope';
import { uploadsStatement } from '../../store/query/sql/uploads';
import { UploadIndex } from '../../store/query/upload-index';
import { randomFractions } from '../random';
import { makeEncoder, openQueryStore, type QueryStore } from './query-store';
import { intBelow, randomUpload, storable } from './random-uploads';
import { removeDataDirs } from './start-store';

jest.setTimeout(60_000);

const random = randomFractions(17);
const fromMs = Date.UTC(2026, 10, 24, 9, 30);
const toMs = fromMs + 3 * 3600_000;
const uploads = Array.from({ length: 120 }, () => storable(randomUpload(random, fromMs, toMs)));
const settings = { keptMs: 24 * 3600_000, maxUploads: 1000, pieceRows: 20 };

let store: QueryStore;
let index: UploadIndex;
beforeAll(async () => {
  store = await openQueryStore();
  index = new UploadIndex(store.engine, settings);
  await store.putAll(uploads);
  await store.putAll([
    { ...uploads[0], id: undefined, tenant: 'other' },
    { ...uploads[1], status: 'unreadable' },
  ]);
});
afterAll(async () => {
  await store.close();
  removeDataDirs();
});

const selectors = ['', '{service="shop"}', '{service=~"shop|pay", env!="dev"}', '{team!~"red|green"}', '{host=""}'];

function scopeOf(kind: 'starts' | 'overlaps', selector: string, from: number, to: number): UploadScope {
  const filter = selectorFilter(matchersOf(selector));
  return { tenant: 'default', filter, window: { kind, fromMs: from, toMs: to }, readableOnly: true };
}

function randomScope(): UploadScope {
  const from = fromMs + intBelow(random, toMs - fromMs);
  const to = from + 1 + intBelow(random, 3600_000);
  return scopeOf(random() < 0.5 ? 'starts' : 'overlaps', selectors[intBelow(random, selectors.length)], from, to);
}

async function fromEngine(scope: UploadScope) {
  const columns = await store.engine.select(uploadsStatement(scope, 'cpu-time', ['team']));
  const [total, count] = [columns.numbers('type_total'), columns.numbers('type_count')];
  return Array.from(columns.bigints('profile'), (profile, at) => ({
    profile,
    team: columns.strings('label0')[at],
    total: total[at],
    count: count[at],
  }));
}

function fromIndex(one: UploadIndex, scope: UploadScope) {
  return one.find(scope)?.map(({ profile, labels, types, totals, counts }) => {
    const type = types.indexOf('cpu-time');
    return { profile, team: labels.get('team') ?? '', total: totals[type] ?? 0, count: counts[type] ?? 0 };
  });
}

it('finds what the engine finds, in its order', async () => {
  expect(index.find(scopeOf('starts', '', fromMs, toMs))).toBeUndefined();
  await index.read();
  let found = 0;
  for (let round = 0; round < 60; round++) {
    const scope = randomScope();
    const expected = await fromEngine(scope);
    expect(fromIndex(index, scope)).toEqual(expected);
    found += expected.length;
  }
  expect(found).toBeGreaterThan(300);
});

it('takes uploads that come before, while and after it reads, once each', async () => {
  const encode = await makeEncoder();
  const late = Array.from({ length: 3 }, () => storable(randomUpload(random, fromMs, toMs)));
  const other = new UploadIndex(store.engine, settings);
  const rows = late.map((upload) => encode({ ...upload, status: 'ok', labels: { service: 'late' } }).row);
  other.add([rows[0]]);
  const reading = other.read();
  other.add([rows[1], rows[1]]);
  await reading;
  other.add([rows[2], rows[1]]);
  const scope = scopeOf('starts', '{service="late"}', fromMs, toMs);
  const numbers = (other.find(scope) ?? []).map(({ profile }) => profile);
  expect(numbers.sort()).toEqual([rows[1].profile, rows[2].profile].sort());
});

it('leaves to the engine what it may not know', async () => {
  await index.read();
  const all = scopeOf('starts', '', fromMs, toMs);
  expect(index.find({ ...all, window: { ...all.window, fromMs: fromMs - 48 * 3600_000 } })).toBeUndefined();
  expect(index.find({ ...all, profileIds: ['x'] })).toBeUndefined();
  expect(index.find({ ...all, spans: { kind: 'span', ids: [1n] } })).toBeUndefined();
  expect(index.find({ ...all, filter: { kind: 'text', text: [{ text: 'x' }] } })).toBeUndefined();
});

it('keeps the newest where there are too many', async () => {
  const small = new UploadIndex(store.engine, { ...settings, maxUploads: 40 });
  await small.read();
  const starts = uploads.map(({ startMs }) => startMs).sort((a, b) => a - b);
  const last = scopeOf('starts', '', starts[starts.length - 8], toMs);
  const expected = await fromEngine(last);
  expect(expected.length).toBeGreaterThan(2);
  expect(fromIndex(small, last)).toEqual(expected);
  expect(small.find(scopeOf('starts', '', fromMs, toMs))).toBeUndefined();
});

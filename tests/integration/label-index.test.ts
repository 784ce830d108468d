import { LabelIndex } from '../../store/query/label-index';
import { labelNamesStatement, labelValuesStatement } from '../../store/query/sql/labels';
import type { UploadScope } from '../../store/query/sql/upload-scope';
import { matchersOf } from '../../store/query/prepare';
import { selectorFilter } from '../../src/model/selector';
import { openQueryStore, type QueryStore } from './query-store';
import { randomFractions } from '../random';
import { intBelow, randomUpload, storable } from './random-uploads';
import { removeDataDirs } from './start-store';

jest.setTimeout(60_000);

const random = randomFractions(11);
const fromMs = Date.UTC(2026, 10, 24, 9, 30);
const toMs = fromMs + 3 * 3600_000;
const uploads = Array.from({ length: 150 }, () => randomUpload(random, fromMs, toMs));

let store: QueryStore;
let index: LabelIndex;
beforeAll(async () => {
  store = await openQueryStore();
  index = new LabelIndex(store.engine, { maxSets: 1000, pieceRows: 20 });
  await store.putAll(uploads.map(storable));
  await store.putAll([{ ...storable(uploads[0]), id: undefined, tenant: 'other', labels: { service: 'theirs' } }]);
});
afterAll(async () => {
  await store.close();
  removeDataDirs();
});

function scopeOf(selector: string, from: number, to: number): UploadScope {
  const window = { kind: 'overlaps', fromMs: from, toMs: to } as const;
  return { tenant: 'default', filter: selectorFilter(matchersOf(selector)), window, readableOnly: false };
}

async function namesFromEngine(scope: UploadScope) {
  const columns = await store.engine.select(labelNamesStatement(scope));
  const values = columns.numbers('value_count');
  return columns.strings('name').map((name, at) => ({ name, values: values[at] }));
}

async function valuesFromEngine(scope: UploadScope, label: string, match: string) {
  const columns = await store.engine.select(labelValuesStatement(scope, label, match, 100));
  const uploadCounts = columns.numbers('uploads');
  return columns.strings('value').map((value, at) => ({ value, profiles: uploadCounts[at] }));
}

const selectors = [
  '',
  '{service="shop"}',
  '{service=~"shop|pay", env!="dev"}',
  '{version=~"1\\.0"}',
  '{team!~"red|green"}',
  '{host=""}',
];

it('answers as the engine does, for any range and selector', async () => {
  expect(index.names(scopeOf('', fromMs, toMs))).toBeUndefined();
  await index.read();
  for (let at = 0; at < 60; at++) {
    const from = fromMs - 600_000 + intBelow(random, toMs - fromMs);
    const scope = scopeOf(selectors[at % selectors.length], from, from + 1 + intBelow(random, 4_000_000));
    expect(index.names(scope)?.labels).toEqual(await namesFromEngine(scope));
    const label = ['service', 'version', 'team', 'none'][at % 4];
    const match = ['', 'A', '.'][at % 3];
    expect(index.values(scope, label, match, 100)?.values).toEqual(await valuesFromEngine(scope, label, match));
  }
});

it('leaves to the engine what it does not understand', () => {
  for (const selector of ['{service=~"sh.*"}', '{status="ok"}', '{service=~"(?i)SHOP"}', '{service=~"a{2}"}']) {
    expect(index.names(scopeOf(selector, fromMs, toMs))).toBeUndefined();
  }
});

it('knows what is inserted later, once, and forgets what was deleted', async () => {
  const late = { ...storable(randomUpload(random, fromMs, toMs)), labels: { service: 'late', host: 'x' } };
  const scope = scopeOf('{service="late"}', fromMs, toMs);
  const row = {
    tenant: 'default',
    service: 'late',
    ...{ env: '', version: '', host: 'x', runtime: '', language: '', labels: new Map<string, string>() },
    startNs: BigInt(late.startMs) * 1_000_000n,
    endNs: BigInt(late.endMs) * 1_000_000n,
    profile: 1n,
  };
  index.add([row, { ...row, part: 1 }]);
  expect(index.values(scope, 'host', '', 10)).toEqual({ values: [{ value: 'x', profiles: 1 }], truncated: false });
  // The same profile is found when everything is read and told of at the same time.
  await store.putAll([late]);
  const number = (await store.engine.select({ sql: `SELECT profile FROM profiles WHERE service = 'late'` })).bigints(
    'profile'
  )[0];
  const reading = index.read();
  index.add([{ ...row, profile: number }]);
  await reading;
  index.add([{ ...row, profile: number }]);
  expect(index.values(scope, 'host', '', 10)?.values).toEqual([{ value: 'x', profiles: 1 }]);
  await store.engine.command({ sql: `DELETE FROM profiles WHERE service = 'late'` });
  await index.read();
  expect(index.values(scope, 'host', '', 10)?.values).toEqual([]);
});

it('gives up on too many sets of labels instead of growing', async () => {
  const small = new LabelIndex(store.engine, { maxSets: 5, pieceRows: 20 });
  await small.read();
  expect(small.names(scopeOf('', fromMs, toMs))).toBeUndefined();
});

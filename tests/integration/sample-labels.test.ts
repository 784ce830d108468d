import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Profile } from 'pprof-format';
import type { DimensionsAnswer, SuggestAnswer } from '../../src/api/resources';
import { fixtures, plain, pprofUploads } from '../oracle/uploads';
import { loadRecording, replay } from './replay';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';
import { askQuery, listProfiles, rowsOf } from './store-client';

/** Labels that programs attached to single samples, from real uploads, against what other readers of these files count. */
jest.setTimeout(120_000);

const time = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };
const none = '(no sample label)';

let store: RunningStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(async () => {
  await store.stop();
  removeDataDirs();
});

async function sent(send: () => Promise<{ readonly status: number }>): Promise<string> {
  const before = new Set((await listProfiles(store.url)).map(({ id }) => id));
  expect((await send()).status).toBe(200);
  await untilInserted(store);
  return (await listProfiles(store.url)).find(({ id }) => !before.has(id))?.id ?? '';
}

const sendRecording = (name: string) => sent(() => replay(store.url, loadRecording(name)));

async function ask(profileId: string, profileType: string, more: object = {}) {
  const asked = { queryType: 'dimension', dimension: 'sampleLabel', profileType, profileId, limit: 1000, ...more };
  const [frame] = await askQuery(store.url, asked, time);
  return frame;
}

async function byLabel(profileId: string, profileType: string): Promise<Record<string, number>> {
  const rows = rowsOf(await ask(profileId, profileType));
  expect(rows.map(({ total }) => total)).toEqual(rows.map(({ self }) => self));
  return Object.fromEntries(rows.map(({ name, self }) => [String(name), Number(self)]));
}

/** What profilers say for themselves. */
const ofProfiler = /^(?:thread|span|trace|local root|os thread|end_timestamp|exception|lock|task id|class name)/;

/** Sums by `key=value` as pprof-format reads them. */
function oracle(bytes: Uint8Array, column: number): Record<string, number> {
  const { sample, stringTable } = Profile.decode(bytes);
  const sums: Record<string, number> = {};
  for (const { value, label } of sample) {
    const texts = label
      .map(({ key, str }) => [stringTable.strings[Number(key)], stringTable.strings[Number(str)]])
      .filter(([key, text]) => text !== '' && !ofProfiler.test(key) && !/^Task-\d+$/.test(text))
      .map((pair) => pair.join('='));
    for (const name of texts.length === 0 ? [none] : new Set(texts)) {
      sums[name] = (sums[name] ?? 0) + Number(value[column]);
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
}

async function oracleOf(recording: string, type: string): Promise<Record<string, number>> {
  const found = (await pprofUploads()).filter(({ name }) => name.startsWith(`recordings/${recording}`));
  for (const { bytes, facts } of found) {
    const column = facts.sample_types.findIndex((one) => one.type === type);
    if (column >= 0) {
      return oracle(bytes, column);
    }
  }
  throw new Error(`${recording} has no ${type}`);
}

it.each([
  ['pyroscope-go-cpu-1', 'cpu', 'cpu-time', /^customer=c[012]$/, 3],
  ['pyroscope-python-push-1', 'cpu', 'cpu-time', /^route=/, 1],
  ['pyroscope-node-wall-1', 'wall', 'wall-time', /^route=/, 1],
  ['dd-python-2', 'alloc-space', 'allocated-memory', /^allocator domain=/, 1],
] as const)('%s', async (recording, type, profileType, some, atLeast) => {
  const id = await sendRecording(recording);
  const expected = await oracleOf(recording, type);
  expect(Object.keys(expected).filter((name) => some.test(name)).length).toBeGreaterThanOrEqual(atLeast);
  expect(await byLabel(id, profileType)).toEqual(expected);
});

it('LabelsWrapper of Pyroscope for Java', async () => {
  const id = await sendRecording('pyroscope-java-jfr');
  // `jfr print` of the recording, each `contextId` looked up in the part `labels`: 37 of 101 samples and 32 of 45 locks have labels.
  const counts = { 'customer=c0': 4, 'customer=c1': 17, 'customer=c2': 16, [none]: 64 };
  const routes = { 'route=GET /orders': 4, 'route=GET /report/{id}': 16, 'route=POST /login': 17 };
  const sampleNs = 10_000_000;
  const expected = Object.entries({ ...counts, ...routes }).map(([name, count]) => [name, count * sampleNs]);
  expect(await byLabel(id, 'cpu-time')).toEqual(Object.fromEntries(expected));
  const locks = { 'customer=c0': 32, 'route=GET /orders': 32, [none]: 13 };
  expect(await byLabel(id, 'lock-acquires')).toEqual(locks);
});

describe('pprof.Labels of a plain Go file', () => {
  const file = path.join(fixtures, 'uploads/files/go-runtime-cpu.pprof');
  const expected = oracle(plain(readFileSync(file)), 1);
  let id: string;
  beforeAll(async () => {
    const request = { method: 'POST', body: readFileSync(file) };
    id = await sent(() => fetch(`${store.url}/api/v1/upload?service=files`, request));
  });

  it('are rows', async () => {
    expect(Object.keys(expected).filter((name) => /^(?:route|worker)=/.test(name))).toHaveLength(6);
    expect(await byLabel(id, 'cpu-time')).toEqual(expected);
  });

  it('filter samples', async () => {
    const kept = async (match: string, values: string[], exclude = false) => {
      const stackFilter = [{ dimension: 'sampleLabel', match, values, exclude }];
      return (await ask(id, 'cpu-time', { stackFilter })).schema.meta?.custom?.total;
    };
    const whole = (await ask(id, 'cpu-time')).schema.meta?.custom?.total;
    const workers = ['a', 'b', 'c'].reduce((sum, worker) => sum + expected[`worker=${worker}`], 0);
    expect(await kept('any', ['worker=a'])).toBe(expected['worker=a']);
    expect(await kept('regex', ['^worker='])).toBe(workers);
    expect(await kept('any', ['worker=b'], true)).toBe(Number(whole) - expected['worker=b']);
    expect(await kept('any', [none])).toBe(expected[none]);
  });

  it('are series', async () => {
    const asked = { queryType: 'metrics', rows: ['worker=a', 'worker=b'], measure: 'total' };
    const frames = await askQuery(
      store.url,
      { ...asked, dimension: 'sampleLabel', profileType: 'cpu-time', selector: '{service="files"}' },
      time
    );
    const peaks = frames.map(({ schema, data }) => {
      const [name] = Object.values(schema.fields[1].labels ?? {}).filter((value) => value.startsWith('worker='));
      return [name, Math.max(...(data.values[1] as number[]))] as const;
    });
    const peakOf = new Map(peaks);
    expect([...peakOf.keys()].sort()).toEqual(['worker=a', 'worker=b']);
    const ratio = Number(peakOf.get('worker=a')) / Number(peakOf.get('worker=b'));
    expect(ratio).toBeCloseTo(expected['worker=a'] / expected['worker=b'], 6);
  });

  it('are a dimension with data, and suggested', async () => {
    const range = `from=${time.from}&to=${time.to}&profileType=cpu-time&selector=${encodeURIComponent('{service="files"}')}`;
    const get = async (route: string) => (await fetch(`${store.url}/api/v1/${route}&${range}`)).text();
    const { dimensions }: DimensionsAnswer = JSON.parse(await get('dimensions?'));
    expect(dimensions).toContainEqual({ id: 'sampleLabel', name: 'Sample label', values: 6 });
    const { suggestions }: SuggestAnswer = JSON.parse(await get('suggest?dimension=sampleLabel&text=worker'));
    const names = suggestions.map(({ value }) => value);
    expect(names.sort()).toEqual(['worker=a', 'worker=b', 'worker=c']);
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { resolveProfileTypes } from '../../src/model/profile-types';
import { fixtures, type NamedValue, type PprofFacts } from '../oracle/uploads';
import { loadRecording, recordingNames, replay } from './replay';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';
import { askQuery, listProfiles, rowsOf } from './store-client';

/** Every recorded upload with pprof files, sent as its client did, against what `go tool pprof` and the oracles say of its files. */
jest.setTimeout(120_000);

const time = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };

interface Part {
  readonly name: string;
  readonly pprof?: PprofFacts;
}
interface Expected {
  readonly parts?: readonly Part[];
  readonly pprof?: PprofFacts;
  readonly push_series?: ReadonlyArray<{ readonly samples: ReadonlyArray<{ readonly pprof: PprofFacts }> }>;
}
const all: Record<string, Expected> = JSON.parse(readFileSync(path.join(fixtures, 'uploads/EXPECTED.json'), 'utf8'));

/** Files of uploads without delta are compared in cumulative.test.ts; a retry is the profile of the first. */
const names = [...recordingNames('dd-'), ...recordingNames('pyroscope-')].filter(
  (name) => !/nodelta|retry-second/.test(name) && partsOf(name).length > 0
);

function partsOf(name: string): Array<{ readonly name: string; readonly facts: PprofFacts }> {
  const { parts, pprof, push_series: series } = all[`recordings/${name}`];
  return [
    ...(parts ?? []).map((part) => ({ name: part.name, facts: part.pprof })),
    { name: '', facts: pprof ?? series?.[0].samples[0].pprof },
  ].flatMap(({ name: part, facts }) => (facts === undefined ? [] : [{ name: part, facts }]));
}

let store: RunningStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(async () => {
  await store.stop();
  removeDataDirs();
});

async function send(name: string): Promise<string> {
  const before = new Set((await listProfiles(store.url)).map(({ id }) => id));
  const { status, body } = await replay(store.url, loadRecording(name));
  expect([status, status === 200 ? '' : body]).toEqual([200, '']);
  await untilInserted(store);
  const told = /"ProfileID":"([^"]+)"/.exec(body)?.[1];
  return told ?? (await listProfiles(store.url)).find(({ id }) => !before.has(id))?.id ?? '';
}

async function rows(profileId: string, profileType: string, dimension: string) {
  const [frame] = await askQuery(
    store.url,
    { queryType: 'dimension', dimension, profileType, profileId, limit: 100_000 },
    time
  );
  const self = new Map(rowsOf(frame).map((row) => [String(row.name), Number(row.self)]));
  const total = new Map(rowsOf(frame).map((row) => [String(row.name), Number(row.total)]));
  return { whole: frame.schema.meta?.custom?.total, self, total };
}

/** The oracle's rows, but for those that are named otherwise here. */
function expectRows(found: ReadonlyMap<string, number>, expected: readonly NamedValue[] | undefined): void {
  for (const { name, value } of expected ?? []) {
    if (value !== 0 && name !== '' && !/^<|^0x/.test(name) && found.has(name)) {
      expect([name, found.get(name)]).toEqual([name, value]);
    }
  }
}

/** What pyroscope-go sends apart is joined: pyroscope.test.ts. */
const single = names.filter((name) => name.startsWith('dd-') || /wall-1|push-1/.test(name));

it.each(single)('%s', async (name) => {
  const id = await send(name);
  const parts = partsOf(name);
  const language = /python/.test(name) ? 'python' : /node/.test(name) ? 'node' : 'go';
  let compared = 0;
  for (const { name: part, facts } of parts) {
    const period = {
      type: facts.period_type?.split('/')[0] ?? '',
      unit: facts.period_type?.split('/')[1] ?? '',
      value: facts.period,
    };
    const resolved = resolveProfileTypes(facts.sample_types, { attachment: part, language, period });
    for (const [at, sampleType] of facts.sample_types.entries()) {
      const { id: type, scale } = resolved[at];
      const isAlone = resolved.filter((other) => other.id === type).length === 1;
      if (scale === 1 && isAlone && sampleType.total !== 0) {
        const methods = await rows(id, type, 'method');
        expect([type, methods.whole]).toEqual([type, sampleType.total]);
        if (!/pyroscope-node/.test(name)) {
          expectRows(methods.self, sampleType.top5_flat);
          expectRows(methods.total, sampleType.top5_cum);
        }
        expectRows((await rows(id, type, 'thread')).self, sampleType.by_thread_name);
        expectRows((await rows(id, type, 'endpoint')).self, sampleType.by_trace_endpoint);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(0);
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { resolveProfileTypes } from '../../src/model/profile-types';
import type { JfrEventFacts } from '../oracle/jfr';
import { fixtures, type NamedValue, type PprofFacts } from '../oracle/uploads';
import { loadRecording, recordingNames, replay } from './replay';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';
import { askQuery, listProfiles, rowsOf } from './store-client';

/** Every recorded upload, sent as its client did, against what `go tool pprof`, `jfr print` and the oracles say of its files. */
jest.setTimeout(120_000);

const time = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };

interface Part {
  readonly name: string;
  readonly pprof?: PprofFacts;
  readonly jfr?: { readonly events: Readonly<Record<string, JfrEventFacts | undefined>> };
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

/** Events that alone fill a type; those of one line measure the same, the first one goes. */
const soleEvents: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['cpu-time', ['datadog.ExecutionSample', 'jdk.CPUTimeSample', 'jdk.ExecutionSample']],
  ['lock-wait-time', ['jdk.JavaMonitorEnter']],
  ['socket-io-read-time', ['jdk.SocketRead']],
  ['socket-io-write-time', ['jdk.SocketWrite']],
];

const ofJava = Object.keys(all).flatMap((name) => /^recordings\/((?:dd|pyroscope)-java.*)$/.exec(name)?.[1] ?? []);

it.each(ofJava.filter((name) => (all[`recordings/${name}`].parts ?? []).some(({ jfr }) => jfr)))('%s', async (name) => {
  const id = await send(name);
  const events = all[`recordings/${name}`].parts?.find(({ jfr }) => jfr)?.jfr?.events ?? {};
  for (const [type, alternatives] of soleEvents) {
    const event = alternatives.find((one) => events[one] !== undefined);
    const facts = events[event ?? ''];
    if (facts !== undefined) {
      const methods = await rows(id, type, 'method');
      const threads = [...(await rows(id, type, 'thread')).self.keys()].filter((thread) => thread !== '(no thread)');
      expect([type, threads.sort()]).toEqual([type, [...(facts.threads ?? [])].sort()]);
      if (event === 'jdk.CPUTimeSample') {
        // Each sample says its own period, so that counts don't tell the values of methods.
        expect([type, methods.whole]).toEqual([type, facts.sums?.samplingPeriod]);
      } else {
        // Other samples are all worth the same: what the recording's settings say.
        const isSampled = type === 'cpu-time';
        const worth = isSampled ? Number(methods.whole) / facts.count : 1;
        const top = (isSampled ? facts.top5_flat_by_count : facts.top5_flat_by_weight) ?? [];
        const found = top.map((row) => ({ name: row.name, value: methods.self.get(row.name) }));
        expect([type, found]).toEqual([type, top.map((row) => ({ name: row.name, value: row.value * worth }))]);
      }
    }
  }
});

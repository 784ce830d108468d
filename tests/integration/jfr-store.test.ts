import { readFixture } from '../oracle/readers';
import { type Answer, loadRecording, replay } from './replay';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';
import { askQuery, type ListedProfile, listProfiles, rowsOf, totalsOf } from './store-client';

/** Recordings as users see them: sent to a running store, then asked for. */
let store: RunningStore;
beforeAll(async () => {
  store = await startStore();
}, 120_000);
afterAll(async () => {
  await store.stop();
  removeDataDirs();
});

const startMs = Date.UTC(2026, 10, 22, 12);

/** The profile that the answer names. */
function idOf({ status, body }: Answer): string {
  expect([status, body]).toEqual([200, expect.stringContaining('ProfileID')]);
  return /"ProfileID":"([^"]+)"/.exec(body)?.[1] ?? '';
}

async function upload(file: string, service: string): Promise<string> {
  const query = new URLSearchParams({ service, name: file, start: String(startMs), end: String(startMs + 60_000) });
  const response = await fetch(`${store.url}/api/v1/upload?${query}`, { method: 'POST', body: readFixture(file) });
  const text = await response.text();
  expect([response.status, response.status === 200 ? '' : text]).toEqual([200, '']);
  await untilInserted(store);
  return (await find(service)).id;
}

async function find(service: string): Promise<ListedProfile> {
  const found = (await listProfiles(store.url)).find((profile) => profile.service === service);
  expect(found).toBeDefined();
  return found!;
}

it('lists an upload of dd-java-agent with the totals of its types', async () => {
  const id = idOf(await replay(store.url, loadRecording('dd-java-ddprof-2')));
  await untilInserted(store);
  const listed = { id, status: 'ok', language: 'java', runtime: 'OpenJDK 64-Bit Server VM', samples: 1566 };
  expect(await find('demo-java')).toMatchObject(listed);
  const totals = {
    'cpu-time': 194 * 10e6,
    'wall-time': 157 * 50e6,
    'heap-live-size': 89_623_340,
    'thrown-exceptions': 87,
    'lock-acquires': 45,
    'socket-io-read': 10_733,
  };
  expect(await totalsOf(store.url, id, Object.keys(totals))).toEqual(totals);
});

it('answers for one span, one thread and the methods of a recording', async () => {
  const id = idOf(await replay(store.url, loadRecording('dd-java-ddprof-2')));
  await untilInserted(store);
  const time = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };
  const base = { profileId: id, profileType: 'cpu-time' };
  const methods = rowsOf(
    (await askQuery(store.url, { ...base, queryType: 'dimension', dimension: 'method' }, time))[0]
  );
  expect(methods.find(({ name }) => name === '.sha256_implCompress')).toMatchObject({ self: 17 * 10e6 });
  const threads = rowsOf(
    (await askQuery(store.url, { ...base, queryType: 'dimension', dimension: 'thread' }, time))[0]
  );
  expect(threads.map(({ name }) => name)).toEqual(expect.arrayContaining(['fib-cruncher', 'web-0', 'GC Thread#0']));
  const spans = rowsOf((await askQuery(store.url, { ...base, queryType: 'requests', by: 'span' }, time))[0]);
  expect(spans.length).toBe(40);
});

it('says which share of a span was given it by thread and time, and what the span does', async () => {
  const time = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };
  const shareOf = async (recording: string, profileType: string) => {
    const profileId = idOf(await replay(store.url, loadRecording(recording)));
    await untilInserted(store);
    const base = { profileId, profileType };
    const [requests] = await askQuery(store.url, { ...base, queryType: 'requests' }, time);
    const [{ spanId, inferredShare, operation }] = rowsOf(requests);
    const [flame] = await askQuery(store.url, { ...base, queryType: 'profile', spanId: [spanId] }, time);
    return { inferredShare, operation, notices: flame.schema.meta?.notices?.map(({ text }) => text) };
  };
  // The JDK's own events say no span: it is found by the tracer's timeline. The tracer's events say theirs.
  expect(await shareOf('dd-java-plain-jfr', 'cpu-time')).toEqual({
    inferredShare: 1,
    operation: 'web.request',
    notices: [expect.stringMatching(/^All of this was given its span by thread and time/)],
  });
  expect(await shareOf('dd-java-plain-jfr', 'thrown-exceptions')).toEqual({
    inferredShare: 0,
    operation: 'web.request',
    notices: undefined,
  });
});

it('lists recordings of async-profiler', async () => {
  const id = await upload('corpus/java-async-profiler.jfr.gz', 'async');
  expect(await find('async')).toMatchObject({ status: 'ok', samples: 199_678 });
  const totals = { 'cpu-time': 1.1e9, 'wall-time': 199_551 * 200e6, allocations: 17, 'allocated-memory': 21_388_112 };
  expect(await totalsOf(store.url, id, Object.keys(totals))).toEqual(totals);
});

it('lists JFR 0.9 as unreadable and says why', async () => {
  const id = await upload('corpus/java-ddtrace-guance-prof.jfr', 'old-jfr');
  expect(await find('old-jfr')).toMatchObject({ status: 'unreadable' });
  const detail: { reason: string } = JSON.parse(await (await fetch(`${store.url}/api/v1/profiles/${id}`)).text());
  expect(detail.reason).toContain('JFR version 0.9');
});

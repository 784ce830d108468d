import fs from 'node:fs';
import path from 'node:path';
import type { ProfileDetail } from '../../src/api/resources';
import { fixtures, pprofUploads } from '../oracle/uploads';
import { acceptedId, makeForm, sendForm } from './form';
import { loadRecording, recordedParts, replay } from './replay';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';
import { listProfiles, totalsOf } from './store-client';

/** Go profiles without delta: each holds everything since the start of its process; stored is what is new in it. */
jest.setTimeout(240_000);

const types = ['allocations', 'allocated-memory', 'mutex', 'mutex-contentions', 'block', 'block-contentions'];

let store: RunningStore;
afterEach(async () => {
  await store.stop();
});
afterAll(removeDataDirs);

async function send(name: string): Promise<string> {
  const { status, body } = await replay(store.url, loadRecording(name));
  expect([name, status]).toEqual([name, 200]);
  return /"ProfileID":"([^"]+)"/.exec(body)?.[1] ?? '';
}

async function totals(id: string): Promise<Record<string, unknown>> {
  await untilInserted(store);
  return totalsOf(store.url, id, types);
}

/** Of `types`, those that the profile has. */
async function typesOf(id: string): Promise<string[]> {
  await untilInserted(store);
  const { profileTypes }: ProfileDetail = JSON.parse(await (await fetch(`${store.url}/api/v1/profiles/${id}`)).text());
  return types.filter((type) => profileTypes.some((one) => one.id === type));
}

/** What the oracle says that the second recording has more than the first. */
async function expectedDifference(): Promise<Record<string, number>> {
  const files = await pprofUploads();
  const total = (recording: string, file: string, type: string) =>
    files
      .find(({ name }) => name.includes(recording) && name.includes(file))!
      .facts.sample_types.find((one) => one.type === type)!.total;
  const more = (file: string, type: string) =>
    total('dd-go-nodelta-2', file, type) - total('dd-go-nodelta-1', file, type);
  return {
    allocations: more('heap.pprof', 'alloc_objects'),
    'allocated-memory': more('heap.pprof', 'alloc_space'),
    mutex: more('mutex.pprof', 'delay'),
    'mutex-contentions': more('mutex.pprof', 'contentions'),
    block: more('block.pprof', 'delay'),
    'block-contentions': more('block.pprof', 'contentions'),
  };
}

it('keeps of the uploads of dd-trace-go without delta what each adds', async () => {
  store = await startStore();
  const first = await send('dd-go-nodelta-1-exec-trace');
  const second = await send('dd-go-nodelta-2');
  // Not known is absent, not 0.
  expect(await typesOf(first)).toEqual([]);
  expect(await typesOf(second)).toEqual(types);
  expect(await totals(second)).toEqual(await expectedDifference());
  expect(await totalsOf(store.url, second, ['heap-live-size'])).toEqual({ 'heap-live-size': expect.any(Number) });
  expect(await send('dd-go-nodelta-2')).toBe(second);
});

it('goes on over a kill -9, and reads records again as they were first read', async () => {
  store = await startStore();
  await send('dd-go-nodelta-1-exec-trace');
  await untilInserted(store);
  const { dataDir } = store;
  await store.kill();
  store = await startStore({ dataDir });
  const second = await send('dd-go-nodelta-2');
  expect(await totals(second)).toEqual(await expectedDifference());
  await store.kill();
  fs.rmSync(path.join(dataDir, 'engine'), { recursive: true });
  fs.rmSync(path.join(dataDir, 'raw/checkpoint.json'), { force: true });
  store = await startStore({ dataDir });
  expect(await totals(second)).toEqual(await expectedDifference());
});

const heap = fs.readFileSync(path.join(fixtures, 'uploads/files/go-runtime-heap.pprof'));

async function push(service: string, labels: Record<string, string>, profile: Buffer): Promise<void> {
  const all = { __name__: 'memory', service_name: service, ...labels };
  const body = {
    series: [
      {
        labels: Object.entries(all).map(([name, value]) => ({ name, value })),
        samples: [{ ID: service, rawProfile: profile.toString('base64') }],
      },
    ],
  };
  const response = await fetch(`${store.url}/push.v1.PusherService/Push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([service, response.status]).toEqual([service, 200]);
}

it('takes a first file that has nothing but counts, and lists it without a type', async () => {
  store = await startStore();
  const locks = await recordedParts('dd-go-nodelta-1-exec-trace');
  const mutex = locks.filter(({ name }) => name === 'event' || name === 'mutex.pprof');
  const id = await acceptedId(await sendForm(store.url, makeForm(mutex)));
  await untilInserted(store);
  expect((await listProfiles(store.url)).map((row) => [row.id, row.status, row.samples])).toEqual([[id, 'ok', 0]]);
  expect(await typesOf(id)).toEqual([]);
});

it('tells by the form what is cumulative', async () => {
  store = await startStore();
  const bytes = new Uint8Array(heap);
  await push('pushed', {}, heap);
  await push('pushed-delta', { __delta__: 'false' }, heap);
  await fetch(`${store.url}/api/v1/upload?service=uploaded&name=heap.pprof`, { method: 'POST', body: bytes });
  await untilInserted(store);
  const listed = await listProfiles(store.url, ['total allocations']);
  const allocations = Object.fromEntries(listed.map((row) => [row.service, row['total allocations']]));
  const files = await pprofUploads();
  const whole = files
    .find(({ name }) => name.includes('go-runtime-heap.pprof'))!
    .facts.sample_types.find(({ type }) => type === 'alloc_objects')!.total;
  expect(allocations).toEqual({ pushed: 0, 'pushed-delta': whole, uploaded: whole });
});

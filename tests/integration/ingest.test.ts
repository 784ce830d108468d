import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { zipSync } from 'fflate';
import lz4 from 'lz4js';
import type { ProfileDetail } from '../../src/api/resources';
import { acceptedId, eventPart, makeForm, sendForm } from './form';
import { loadRecording, recordingNames, replay, type Answer } from './replay';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from './start-store';
import { listProfiles, totalsOf, type ListedProfile } from './store-client';
import { zstdOf } from './zstd-blocks';

jest.setTimeout(120_000);

const fixtures = path.resolve(__dirname, '../fixtures/uploads');
const expected: Record<string, { parts: ExpectedPart[] }> = JSON.parse(
  fs.readFileSync(path.join(fixtures, 'EXPECTED.json'), 'utf8')
);
interface ExpectedPart {
  readonly name: string;
  readonly tags?: Record<string, string>;
  readonly event?: { endpoint_counts?: Record<string, number> | null };
  readonly pprof?: { samples: number };
}

/** A series' first cumulative file can't know what its own time added: both types of block and mutex are absent. */
function knownParts(recording: string, parts: readonly ExpectedPart[]): readonly ExpectedPart[] {
  const first = recording.startsWith('dd-go-nodelta-1');
  return first ? parts.filter(({ name }) => !['block.pprof', 'mutex.pprof'].includes(name)) : parts;
}

function idOf({ status, body }: Answer): string {
  expect(status).toBe(200);
  const answer: { content: { ProfileID: string } } = JSON.parse(body);
  expect(answer.content.ProfileID).toMatch(/^[0-9a-f-]{36}$/);
  return answer.content.ProfileID;
}

describe('a running store', () => {
  let store: RunningStore;
  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(async () => {
    await store.stop();
    removeDataDirs();
  });

  async function listed(id: string): Promise<ListedProfile | undefined> {
    await untilInserted(store);
    return (await listProfiles(store.url, ['team', 'runtime-id'])).find((profile) => profile.id === id);
  }

  const singles = recordingNames('dd-').filter((name) => !name.includes('retry'));
  it.each(singles)('takes %s byte for byte and lists it with its labels and samples', async (name) => {
    const id = idOf(await replay(store.url, loadRecording(name)));
    const profile = await listed(id);
    const parts = expected[`recordings/${name}`].parts;
    const tags = parts.find((part) => part.tags)?.tags;
    const samples = knownParts(name, parts).reduce((sum, part) => sum + (part.pprof?.samples ?? 0), 0);
    expect(profile).toMatchObject({ env: 'demo', version: '1.2.3', team: 'shop', status: 'ok' });
    const detail: ProfileDetail = JSON.parse(await (await fetch(`${store.url}/api/v1/profiles/${id}`)).text());
    expect(detail.reason).toBe('');
    if (!name.startsWith('dd-java')) {
      // What is in a JFR recording is the matter of jfr-store.test.ts.
      expect(profile).toMatchObject({ samples });
      const counts = parts.find(({ event }) => event)?.event?.endpoint_counts ?? {};
      expect(detail.endpointCounts).toEqual(counts);
    }
    if (tags) {
      expect(profile).toMatchObject({ service: tags.service, 'runtime-id': tags['runtime-id'] });
    }
  });

  it.each(['dd-go-retry', 'dd-node-retry'])('knows %s again: one profile, the same id', async (name) => {
    const first = idOf(await replay(store.url, loadRecording(`${name}-first`)));
    const second = idOf(await replay(store.url, loadRecording(`${name}-second`)));
    expect(second).toBe(first);
    await untilInserted(store);
    expect((await listProfiles(store.url)).filter(({ id }) => id === first)).toHaveLength(1);
  });

  it('makes one profile of the same upload sent a hundred times at once', async () => {
    const cpu = fs.readFileSync(path.join(fixtures, 'files/go-runtime-cpu.pprof'));
    const form = makeForm([
      eventPart(Date.now(), 'service:hundred'),
      { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: cpu },
    ]);
    const ids = await Promise.all(Array.from({ length: 100 }, async () => acceptedId(await sendForm(store.url, form))));
    expect(new Set(ids).size).toBe(1);
    await untilInserted(store);
    expect((await listProfiles(store.url)).filter(({ service }) => service === 'hundred')).toHaveLength(1);
  });

  it('sees one upload in its parts, however they are compressed', async () => {
    const plain = zlib.gunzipSync(fs.readFileSync(path.join(fixtures, 'files/go-runtime-cpu.pprof')));
    const startMs = Date.now() - 60_000;
    const forms: Record<string, Uint8Array> = {
      plain,
      gzip: zlib.gzipSync(plain),
      lz4: lz4.compress(plain),
      zstd: zstdOf(plain),
      'zstd in gzip': zlib.gzipSync(zstdOf(plain)),
      zip: zipSync({ 'cpu.pprof': plain }),
      'gzip in gzip': zlib.gzipSync(zlib.gzipSync(plain)),
      'lz4 in zip': zipSync({ 'x.lz4': lz4.compress(plain) }),
    };
    const ids = new Map<string, string>();
    for (const [name, bytes] of Object.entries(forms)) {
      const form = makeForm([
        eventPart(startMs, 'service:packed'),
        { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes },
      ]);
      ids.set(name, await acceptedId(await sendForm(store.url, form)));
    }
    expect([...new Set(ids.values())]).toHaveLength(1);
    await untilInserted(store);
    const totals = await totalsOf(store.url, ids.get('plain') ?? '', ['cpu-time', 'cpu-samples']);
    const pprof: { sample_types: Array<{ total: number }> } = goCpuExpected();
    expect(Object.values(totals)).toEqual([pprof.sample_types[1].total, pprof.sample_types[0].total]);
  });

  it('takes a request that is compressed as a whole', async () => {
    const cpu = fs.readFileSync(path.join(fixtures, 'files/go-runtime-cpu.pprof'));
    const form = makeForm([
      eventPart(Date.now(), 'service:whole'),
      { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: cpu },
    ]);
    await acceptedId(
      await sendForm(store.url, { ...form, body: zlib.gzipSync(form.body) }, { 'content-encoding': 'gzip' })
    );
  });

  it('keeps an upload of which one file is damaged', async () => {
    const cpu = fs.readFileSync(path.join(fixtures, 'files/go-runtime-cpu.pprof'));
    const mutex = zlib.gunzipSync(fs.readFileSync(path.join(fixtures, 'files/go-runtime-mutex.pprof')));
    const form = makeForm([
      eventPart(Date.now(), 'service:half'),
      { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: cpu },
      { name: 'mutex.pprof', fileName: 'mutex.pprof', bytes: mutex.subarray(0, mutex.length - 40) },
    ]);
    const profile = await listed(await acceptedId(await sendForm(store.url, form)));
    expect(profile).toMatchObject({ status: 'ok', service: 'half' });
  });

  it('names a service that sends none, and takes the tags of an agent on the way', async () => {
    const cpu = fs.readFileSync(path.join(fixtures, 'files/go-runtime-cpu.pprof'));
    const form = makeForm([
      eventPart(Date.now(), 'empty:,url:http://a:1/b,team:shop'),
      { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: cpu },
    ]);
    const id = await acceptedId(
      await sendForm(store.url, form, {
        'x-datadog-additional-tags': 'host:node-7,default_env:prod,agent_version:7.60',
        'x-datadog-container-tags': 'kube_namespace:shop',
      })
    );
    await untilInserted(store);
    const columns = ['url', 'team', 'agent_version', 'kube_namespace'];
    const profile = (await listProfiles(store.url, columns)).find((one) => one.id === id);
    expect(profile).toMatchObject({
      service: 'unnamed-service',
      env: 'prod',
      host: 'node-7',
      url: 'http://a:1/b',
      team: 'shop',
      agent_version: '7.60',
      kube_namespace: 'shop',
    });
  });

  describe('POST /api/v1/upload', () => {
    const file = path.join(fixtures, 'files/go-runtime-heap.pprof');

    it('takes a file with labels in the query string', async () => {
      const query = 'service=cli-test&env=dev&team=shop&start=2026-11-20T10:00:00Z&end=1795168860&name=heap.pprof';
      const response = await fetch(`${store.url}/api/v1/upload?${query}`, {
        method: 'POST',
        body: new Uint8Array(fs.readFileSync(file)),
      });
      expect(response.status).toBe(200);
      const { id }: { id: string } = JSON.parse(await response.text());
      const profile = await listed(id);
      expect(profile).toMatchObject({
        service: 'cli-test',
        env: 'dev',
        team: 'shop',
        time: Date.UTC(2026, 10, 20, 10),
      });
      expect(profile?.duration).toBe(60_000_000_000);
    });

    it('takes several files as a form and tells a repeat', async () => {
      const form = makeForm([
        { name: 'heap.pprof', fileName: 'heap.pprof', bytes: fs.readFileSync(file) },
        {
          name: 'block.pprof',
          fileName: 'block.pprof',
          bytes: fs.readFileSync(path.join(fixtures, 'files/go-runtime-block.pprof')),
        },
      ]);
      const send = async (): Promise<{ id: string; repeated: boolean }> => {
        const response = await fetch(`${store.url}/api/v1/upload?service=two`, {
          method: 'POST',
          headers: { 'content-type': form.contentType },
          body: new Uint8Array(form.body),
        });
        return JSON.parse(await response.text());
      };
      const first = await send();
      expect(first.repeated).toBe(false);
      expect(await send()).toEqual({ id: first.id, repeated: true });
    });
  });

  describe('other requests of tracers', () => {
    it.each([...recordingNames('traces-'), ...recordingNames('dogstatsd-')])('answers %s quietly', async (name) => {
      const { status, body } = await replay(store.url, loadRecording(name));
      expect(status).toBe(200);
      expect(JSON.parse(body)).toEqual(name.startsWith('traces') ? { rate_by_service: { 'service:,env:': 1 } } : {});
    });

    it.each(recordingNames('info-'))('answers %s with 404, as agents without discovery do', async (name) => {
      expect((await replay(store.url, loadRecording(name))).status).toBe(404);
    });

    it('never allows other origins', async () => {
      const response = await fetch(`${store.url}/api/v1/status`, { headers: { origin: 'https://evil.example' } });
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    });
  });
});

function goCpuExpected(): { sample_types: Array<{ total: number }> } {
  const file: { pprof: { sample_types: Array<{ total: number }> } } = JSON.parse(
    JSON.stringify(Reflect.get(expected, 'files/go-runtime-cpu.pprof'))
  );
  return file.pprof;
}

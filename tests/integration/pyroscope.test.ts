import fs from 'node:fs';
import path from 'node:path';
import { loadRecording, recordingNames, replay } from './replay';
import { newDataDir, removeDataDirs, startStore, untilInserted, type RunningStore } from './start-store';
import { askQuery, listProfiles, rowsOf, type ListedProfile } from './store-client';

jest.setTimeout(240_000);

const fixtures = path.resolve(__dirname, '../fixtures/uploads');

interface ExpectedType {
  readonly type: string;
  readonly total: number;
  readonly top5_flat: ReadonlyArray<{ readonly name: string; readonly value: number }>;
  readonly top5_cum: ReadonlyArray<{ readonly name: string; readonly value: number }>;
}
interface ExpectedPprof {
  readonly samples: number;
  readonly sample_types: readonly ExpectedType[];
}
interface ExpectedRecording {
  readonly pprof?: ExpectedPprof;
  readonly parts?: ReadonlyArray<{ readonly pprof?: ExpectedPprof }>;
  readonly push_series?: ReadonlyArray<{ readonly samples: ReadonlyArray<{ readonly pprof: ExpectedPprof }> }>;
}
const expected: Record<string, ExpectedRecording> = JSON.parse(
  fs.readFileSync(path.join(fixtures, 'EXPECTED.json'), 'utf8')
);

function expectedOf(name: string): ExpectedPprof {
  const { pprof, parts = [], push_series: series = [] } = expected[`recordings/${name}`];
  const found = pprof ?? parts.find((part) => part.pprof)?.pprof ?? series[0]?.samples[0].pprof;
  if (found === undefined) {
    throw new Error(`nothing is known about ${name}`);
  }
  return found;
}

/** What the sample types of each kind of request become. */
const typesOf: Record<string, Record<string, string>> = {
  cpu: { samples: 'cpu-samples', cpu: 'cpu-time' },
  heap: {
    alloc_objects: 'allocations',
    alloc_space: 'allocated-memory',
    inuse_objects: 'heap-live-objects',
    inuse_space: 'heap-live-size',
  },
  mutex: { contentions: 'mutex-contentions', delay: 'mutex' },
  block: { contentions: 'block-contentions', delay: 'block' },
  goroutines: { goroutine: 'goroutines' },
  wall: { samples: 'wall-samples', wall: 'wall-time', cpu: 'cpu-time' },
  push: { cpu: 'cpu-time' },
};

const allTypes = [...new Set(Object.values(typesOf).flatMap((types) => Object.values(types)))];

async function listed(store: RunningStore, service: string): Promise<ListedProfile[]> {
  await untilInserted(store);
  const columns = ['region', ...[...allTypes, 'lock-acquires', 'lock-wait-time'].map((type) => `total ${type}`)];
  const found = (await listProfiles(store.url, columns)).filter((profile) => profile.service === service);
  return found.sort((a, b) => Number(a.time) - Number(b.time));
}

const goRequests = ['cpu-1', 'goroutines-1', 'heap-1', 'mutex-1', 'block-1', 'goroutines-2', 'block-2', 'mutex-2'];
const nodeRequests = ['wall-1', 'heap-1', 'heap-2'];

/** Recordings and which of the service's profiles, oldest first, they must be part of. */
const cases: ReadonlyArray<readonly [recording: string, service: string, profile: number, kind: string]> = [
  ...goRequests.map((name) => {
    const [kind, number] = name.split('-');
    return [`pyroscope-go-${name}`, 'demo-go-pyroscope', Number(number) - 1, kind] as const;
  }),
  ...nodeRequests.map((name) => {
    const [kind, number] = name.split('-');
    return [`pyroscope-node-${name}`, 'demo-node-pyroscope', Number(number) - 1, kind] as const;
  }),
  ['pyroscope-python-push-1', 'demo-python-pyroscope', 0, 'push'],
];

describe('recordings of Pyroscope clients', () => {
  let store: RunningStore;
  const lists = new Map<string, ListedProfile[]>();
  beforeAll(async () => {
    store = await startStore();
    const names = recordingNames('pyroscope-').filter((name) => name !== 'pyroscope-java-otlp');
    // All at once, as the clients do with what belongs together.
    const answers = await Promise.all(names.map((name) => replay(store.url, loadRecording(name))));
    expect(answers).toEqual(names.map(() => ({ status: 200, body: '' })));
    for (const [, service] of cases) {
      lists.set(service, await listed(store, service));
    }
  });
  afterAll(async () => {
    await store.stop();
    removeDataDirs();
  });

  it('are joined to one profile per window of a process', () => {
    expect(lists.get('demo-go-pyroscope')).toHaveLength(2);
    expect(lists.get('demo-node-pyroscope')).toHaveLength(2);
    expect(lists.get('demo-python-pyroscope')).toHaveLength(1);
    const names = goRequests.filter((name) => name.endsWith('-1'));
    const samples = names.reduce((sum, name) => sum + expectedOf(`pyroscope-go-${name}`).samples, 0);
    expect(lists.get('demo-go-pyroscope')?.[0]).toMatchObject({
      status: 'ok',
      samples,
      language: 'go',
      runtime: 'go',
      host: 'demo-host',
      env: 'demo',
      version: '1.2.3',
      region: 'eu-1',
    });
  });

  it.each(cases)('%s has the totals of its oracle', (recording, service, profile, kind) => {
    const totals = expectedOf(recording).sample_types.map(({ type, total }) => [`total ${typesOf[kind][type]}`, total]);
    expect(lists.get(service)?.[profile]).toMatchObject(Object.fromEntries(totals));
  });

  it.each(cases)('%s has the top functions of its oracle', async (recording, service, profile, kind) => {
    const found = lists.get(service)?.[profile];
    for (const expectedType of expectedOf(recording).sample_types) {
      const profileType = typesOf[kind][expectedType.type];
      const rows = await methodsOf(store, found, profileType);
      for (const [tops, measure] of [
        [expectedType.top5_flat, 'self'],
        [expectedType.top5_cum, 'total'],
      ] as const) {
        const values = new Map(rows.map((row) => [String(row.name), Number(row[measure])]));
        // A Go stack may have a function without a name: it is shown by its address.
        const pick = tops
          .filter(({ name }) => name !== '')
          .map(({ name, value }) => ({ name: shownName(name, service), packed: name, value }));
        // Functions of one name in several files of Node are one row here, and several there.
        const shared = pick.filter(({ packed, name }) => packed !== name && !/shop\.js:\w+:/.test(packed));
        const own = pick.filter((one) => !shared.includes(one));
        expect(own.map(({ name }) => [name, values.get(name)])).toEqual(own.map(({ name, value }) => [name, value]));
        shared.forEach(({ name, value }) => expect(values.get(name)).toBeGreaterThanOrEqual(value));
      }
    }
  });

  it('takes names, files and lines of @pyroscope/nodejs apart', async () => {
    const rows = await methodsOf(store, lists.get('demo-node-pyroscope')?.[0], 'heap-live-size', 'file');
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['/opt/demo/node/shop.js', 'node:crypto']));
  });

  it('reads the JFR recording of the Java agent', async () => {
    const [profile] = await listed(store, 'demo-java-pyroscope');
    expect(profile).toMatchObject({
      status: 'ok',
      language: 'java',
      'total cpu-time': 101 * 10_000_000,
      'total lock-acquires': 45,
      'total lock-wait-time': 541_625_100,
    });
  });

  it('has the spans that pyroscope-go labels samples with', async () => {
    const profile = lists.get('demo-go-pyroscope')?.[0];
    const frames = await askQuery(
      store.url,
      { queryType: 'requests', by: 'span', profileType: 'cpu-time', profileId: profile?.id, limit: 1000 },
      timesOf(profile)
    );
    const rows = rowsOf(frames[0]);
    expect(rows.length).toBeGreaterThan(10);
    expect(String(rows[0].spanId ?? rows[0].span)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('knows every request again', async () => {
    const before = (await listProfiles(store.url)).map(({ id }) => id).sort();
    for (const [recording] of cases) {
      expect((await replay(store.url, loadRecording(recording))).status).toBe(200);
    }
    await untilInserted(store);
    expect((await listProfiles(store.url)).map(({ id }) => id).sort()).toEqual(before);
  });

  it('takes text bodies: counts of a clock are time', async () => {
    const send = (query: string, body: string) =>
      fetch(`${store.url}/pyroscope/ingest?from=1795347290&until=1795347300&${query}`, { method: 'POST', body });
    expect((await send('name=folded.cpu%7Bregion%3Deu%7D&sampleRate=50', 'main;work 3\nmain;idle 2\n')).status).toBe(
      200
    );
    expect((await send('name=lines&format=lines', 'main;work\nmain;work\n')).status).toBe(200);
    expect(await listed(store, 'folded')).toMatchObject([{ 'total cpu-time': 100_000_000, region: 'eu' }]);
    expect(await listed(store, 'lines')).toMatchObject([{ 'total cpu-time': 20_000_000 }]);
  });

  it('takes Push as JSON, every series for itself', async () => {
    const series = (service: string, name: string, file: string) => ({
      labels: [
        { name: '__name__', value: name },
        { name: 'service_name', value: service },
        { name: '__delta__', value: 'false' },
      ],
      samples: [{ ID: 'x', rawProfile: fs.readFileSync(path.join(fixtures, 'files', file)).toString('base64') }],
    });
    const body = {
      series: [
        series('alloy-a', 'process_cpu', 'go-runtime-cpu.pprof'),
        series('alloy-b', 'mutex', 'go-runtime-mutex.pprof'),
        series('alloy-b', 'block', 'go-runtime-block.pprof'),
      ],
    };
    const response = await push(store, JSON.stringify(body));
    expect([response.status, await response.text()]).toEqual([200, '{}']);
    expect(await listed(store, 'alloy-a')).toHaveLength(1);
    // Windows of a second each that don't meet: two profiles, each with its own kind of contention.
    const types = ['mutex', 'block', 'mutex-contentions', 'block-contentions'];
    const profiles = await listed(store, 'alloy-b');
    const sums = types.map((type) => profiles.reduce((sum, profile) => sum + Number(profile[`total ${type}`]), 0));
    expect(sums.every((sum) => sum > 0)).toBe(true);
  });

  it('says why it refuses, in the words of the protocol', async () => {
    const ingest = await fetch(`${store.url}/ingest?name=a&format=pprof`, {
      method: 'POST',
      body: 'no profile at all',
    });
    expect([ingest.status, await ingest.json()]).toEqual([
      422,
      { error: { code: 'unsupported_format', message: expect.any(String), hint: expect.any(String) } },
    ]);
    const refused = await push(store, '{"series":[{"samples":[{"rawProfile":"AQID"}]}]}');
    expect([refused.status, await refused.json()]).toEqual([
      422,
      { code: 'invalid_argument', message: expect.any(String) },
    ]);
  });

  it('downloads the files of all requests of a profile', async () => {
    const response = await fetch(`${store.url}/api/v1/profiles/${lists.get('demo-go-pyroscope')?.[0].id}/raw`);
    expect(response.headers.get('content-type')).toBe('application/zip');
  });
});

it('keeps what was joined when the engine loses it and the segments are read again', async () => {
  const dataDir = newDataDir();
  const first = await startStore({ dataDir });
  for (const name of goRequests) {
    await replay(first.url, loadRecording(`pyroscope-go-${name}`));
  }
  const before = await listed(first, 'demo-go-pyroscope');
  await first.kill();
  fs.rmSync(path.join(dataDir, 'engine'), { recursive: true });
  fs.rmSync(path.join(dataDir, 'raw/checkpoint.json'), { force: true });
  const second = await startStore({ dataDir });
  expect(await listed(second, 'demo-go-pyroscope')).toEqual(before);
  await second.stop();
  removeDataDirs();
});

function push({ url }: RunningStore, body: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}/push.v1.PusherService/Push`, { method: 'POST', headers, body });
}

function timesOf(profile: ListedProfile | undefined): { from: number; to: number } {
  const start = Number(profile?.time);
  return { from: start - 60_000, to: start + 120_000 };
}

async function methodsOf(
  { url }: RunningStore,
  profile: ListedProfile | undefined,
  profileType: string,
  dimension = 'method'
): Promise<Array<Record<string, unknown>>> {
  const query = { queryType: 'dimension', dimension, profileType, profileId: profile?.id, limit: 10_000 };
  return rowsOf((await askQuery(url, query, timesOf(profile)))[0]);
}

/** Node's client packs file, name and line into one. */
function shownName(name: string, service: string): string {
  const unpacked = /^(?:\.\/[^:]*|node:[^:]*|):(.+):\d+$/.exec(name)?.[1];
  return service.includes('node') && unpacked !== undefined ? unpacked : name;
}

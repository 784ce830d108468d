import fs from 'node:fs';
import http from 'node:http';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import type { FrameJson, StoreQuery } from '../../src/api/query';
import { column } from './query-store';
import { startHost, type RunningHost } from './start-host';
import { newDataDir, removeDataDirs, startStore, type RunningStore } from './start-store';

/** The way of a query in production: Grafana's API → the real Go backend → the real store, and back. */
const recordings = path.resolve(__dirname, '../fixtures/uploads/recordings');
const token = 'query-token-of-this-test';
const minute = 60_000;

interface HostAnswer {
  status: number;
  message?: string;
  results: Record<string, { status: number; error?: string; errorSource?: string; frames?: FrameJson[] }>;
}

let store: RunningStore;
let mortal: RunningStore;
let web: http.Server;
let host: RunningHost;
let range: { from: number; to: number };

/** Sends a recorded upload as it came; returns the start of its window. */
async function replay(name: string): Promise<number> {
  const request = JSON.parse(fs.readFileSync(path.join(recordings, `${name}.http.json`), 'utf8')) as {
    path: string;
    headers: Array<[string, string]>;
  };
  const body = fs.readFileSync(path.join(recordings, `${name}.body`));
  const contentType = request.headers.find(([key]) => key.toLowerCase() === 'content-type')?.[1] ?? '';
  const answer = await fetch(store.url + request.path, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
  });
  expect(answer.status).toBe(200);
  return Date.parse(/"start":\s*"([^"]+)"/.exec(body.toString('latin1'))?.[1] ?? '');
}

function storeConfig(): string {
  const file = path.join(newDataDir(), 'hotspan.yaml');
  fs.writeFileSync(file, JSON.stringify({ auth: { tokens: [{ token, roles: ['query', 'admin'] }] } }));
  return file;
}

async function listen(server: http.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function askStore(queries: StoreQuery[]): Promise<Record<string, { frames: FrameJson[] }>> {
  const answer = await fetch(`${store.url}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ ...range, maxDataPoints: 100, intervalMs: 15_000, queries }),
  });
  return ((await answer.json()) as { results: Record<string, { frames: FrameJson[] }> }).results;
}

async function askHost(uid: string, queries: StoreQuery[], headers: Record<string, string> = {}): Promise<HostAnswer> {
  const answer = await fetch(`${host.url}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      from: String(range.from),
      to: String(range.to),
      queries: queries.map((query) => ({ ...query, datasource: { uid }, maxDataPoints: 100, intervalMs: 15_000 })),
    }),
  });
  return { ...((await answer.json()) as HostAnswer), status: answer.status };
}

beforeAll(async () => {
  [store, mortal] = await Promise.all([startStore({ flags: ['--config', storeConfig()] }), startStore()]);
  web = http.createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<html>a web page</html>'));
  const page = await listen(web);
  const secureJsonData = { token };
  host = await startHost([
    { uid: 'good', url: store.url, secureJsonData },
    { uid: 'small', url: store.url, secureJsonData, jsonData: { maxResponseBytes: 2000 } },
    { uid: 'no-token', url: store.url },
    { uid: 'wrong-token', url: store.url, secureJsonData: { token: 'some-other-token' } },
    { uid: 'page', url: page, secureJsonData },
    { uid: 'stopped', url: mortal.url, secureJsonData },
  ]);
  const starts = [await replay('dd-python-2'), await replay('dd-go-2')];
  range = { from: Math.min(...starts) - minute, to: Math.max(...starts) + 2 * minute };
  for (let stored = 0; stored < 2; ) {
    const { A } = await askStore([{ refId: 'A', queryType: 'profiles' }]);
    stored = column(A.frames[0], 'time').length;
  }
}, 600_000);

afterAll(async () => {
  await host?.stop();
  web?.close();
  await Promise.all([store?.stop(), mortal?.stop()]);
  removeDataDirs();
}, 60_000);

const queries: StoreQuery[] = [
  { refId: 'profile', queryType: 'profile', profileType: 'cpu-time', maxNodes: 500 },
  { refId: 'dimension', queryType: 'dimension', profileType: 'cpu-time', dimension: 'method' },
  { refId: 'metrics', queryType: 'metrics', profileType: 'cpu-time', groupBy: ['service'] },
  { refId: 'profiles', queryType: 'profiles' },
];

describe('through the backend', () => {
  it.each(queries)('$refId is what the store answered', async (query) => {
    const own = (await askStore([query]))[query.refId];
    const answer = await askHost('good', [query]);
    const through = answer.results[query.refId];
    expect(through.error).toBeUndefined();
    expect(answer.status).toBe(200);
    expect(own.frames.length).toBeGreaterThan(0);
    expect(through.frames).toHaveLength(own.frames.length);
    own.frames.forEach((frame, i) => {
      const other = through.frames?.[i];
      expect(frame.data.values[0].length).toBeGreaterThan(0);
      expect(other?.data.values).toEqual(frame.data.values);
      expect(other?.schema.name).toBe(frame.schema.name);
      expect(other?.schema.meta).toMatchObject(frame.schema.meta ?? {});
      expect(other?.schema.fields).toMatchObject(frame.schema.fields);
    });
  });

  it('answers several queries at once', async () => {
    const answer = await askHost('good', queries);
    expect(Object.keys(answer.results).sort()).toEqual(queries.map(({ refId }) => refId).sort());
  });

  it('keeps a failed query apart from the others', async () => {
    const answer = await askHost('good', [
      queries[0],
      { refId: 'bad', queryType: 'dimension', profileType: 'cpu-time', selector: '{service=' },
    ]);
    expect(answer.status).toBe(400);
    expect(answer.results.profile.frames).toHaveLength(1);
    expect(answer.results.bad).toMatchObject({ status: 400, errorSource: 'downstream' });
    expect(answer.results.bad.error).toMatch(/Write a selector like/);
  });

  it('answers alert requests with one number and labels', async () => {
    const query: StoreQuery = {
      refId: 'A',
      queryType: 'dimension',
      profileType: 'cpu-time',
      dimension: 'method',
      measure: 'self',
    };
    const { results } = await askHost('good', [query], { FromAlert: 'true' });
    expect(results.A.error).toBeUndefined();
    const [frame] = results.A.frames ?? [];
    expect(frame.schema.meta).toMatchObject({ type: 'numeric-long', typeVersion: [0, 1] });
    expect(frame.schema.fields.filter(({ type }) => type === 'number')).toHaveLength(1);
    const left = await askHost('good', [{ ...query, selector: '{service="$service"}' }], { FromAlert: 'true' });
    expect(left.results.A.error).toContain('still has the variable $service');
  });

  it('gives resources and health', async () => {
    const types = await fetch(
      `${host.url}/api/datasources/uid/good/resources/profile-types?from=${range.from}&to=${range.to}`
    );
    const own = await fetch(`${store.url}/api/v1/profile-types?from=${range.from}&to=${range.to}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(types.status).toBe(200);
    expect(await types.json()).toEqual(await own.json());
    const health = await fetch(`${host.url}/api/datasources/uid/good/health`);
    expect(health.status).toBe(200);
    expect(await health.text()).toContain('Connected to Hotspan store');
  });

  it('lets only admins delete, and nobody out of the allowed routes', async () => {
    const remove = (role: string) =>
      fetch(`${host.url}/api/datasources/uid/good/resources/profiles`, {
        method: 'DELETE',
        headers: { 'x-host-role': role },
      });
    expect((await remove('Viewer')).status).toBe(403);
    expect((await remove('Editor')).status).toBe(403);
    const other = await fetch(`${host.url}/api/datasources/uid/good/resources/labels%2f..%2f..%2f..%2fmetrics`);
    expect([400, 404]).toContain(other.status);
  });
});

describe('what is wrong is said', () => {
  const health = async (uid: string) => {
    const answer = await fetch(`${host.url}/api/datasources/uid/${uid}/health`);
    return { status: answer.status, text: await answer.text() };
  };
  const wrong: Array<[string, RegExp]> = [
    ['no-token', /refused the token \(status 401\)/],
    ['wrong-token', /refused the token \(status 401\)/],
    ['page', /is not a Hotspan store/],
  ];

  it.each(wrong)('%s', async (uid, says) => {
    const { results } = await askHost(uid, [queries[0]]);
    expect(results.profile.error).toMatch(says);
    expect(results.profile.errorSource).toBe('downstream');
    const checked = await health(uid);
    expect(checked.status).toBe(400);
    expect(checked.text).toMatch(says);
  });

  it('an answer over the limit', async () => {
    const { results } = await askHost('small', [queries[0]]);
    expect(results.profile).toMatchObject({ status: 422 });
    expect(results.profile.error).toMatch(/Narrow the time range/);
  });

  it('a stopped store', async () => {
    expect((await askHost('stopped', [queries[0]])).results.profile.error).toBeUndefined();
    await mortal.stop();
    const { results } = await askHost('stopped', [queries[0]]);
    expect(results.profile.error).toMatch(
      /Nothing answers at http:\/\/127\.0\.0\.1:\d+ \(connection refused\)\. Start the store/
    );
    expect((await health('stopped')).text).toMatch(/connection refused/);
  });

  it('and no token is told', () => {
    expect(host.log()).not.toContain(token);
  });
});

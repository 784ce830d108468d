import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';
import { z } from 'zod';
import { acceptedId, eventPart, makeForm, sendForm } from './form';
import { loadRecording, replay } from './replay';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from './start-store';
import { listProfiles } from './store-client';

jest.setTimeout(180_000);

const main = path.resolve(__dirname, '../../build/store/main.mjs');
const files = path.resolve(__dirname, '../fixtures/uploads/files');
const cpu = fs.readFileSync(path.join(files, 'go-runtime-cpu.pprof'));
const cpuPart = { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: cpu };

afterAll(removeDataDirs);

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function hotspan(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { timeout: 30_000 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });
}

describe('hotspan upload', () => {
  let store: RunningStore;
  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.stop());

  it('sends files with labels and prints an id for each', async () => {
    const heap = path.join(files, 'go-runtime-heap.pprof');
    const flags = [
      '--url',
      store.url,
      '--service',
      'cli',
      '--env',
      'dev',
      '--label',
      'team=shop',
      '--label',
      'url=a=b',
    ];
    const { code, out } = await hotspan('upload', path.join(files, 'go-runtime-cpu.pprof'), heap, ...flags);
    expect(code).toBe(0);
    const ids = out
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 36));
    await untilInserted(store);
    const listed = (await listProfiles(store.url, ['team', 'url'])).filter(({ service }) => service === 'cli');
    expect(listed.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(listed[0]).toMatchObject({ env: 'dev', team: 'shop', url: 'a=b' });
    expect((await hotspan('upload', heap, ...flags)).out).toContain('was uploaded before');
  });

  it.each([
    [
      'a file that is no profile',
      [path.join(files, 'otlp-grpc-gzip.client-bytes')],
      /no known profile format.*unsupported_format/s,
    ],
    ['a file that is not there', ['missing.pprof'], /missing\.pprof: no such file/],
    [
      'a label without a value',
      [path.join(files, 'go-runtime-cpu.pprof'), '--label', 'x'],
      /--label x is not KEY=VALUE/,
    ],
  ])('says what is wrong with %s', async (_what, args, message) => {
    const { code, err } = await hotspan('upload', ...args, '--url', store.url);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  it('says when nothing answers', async () => {
    const { code, err } = await hotspan(
      'upload',
      path.join(files, 'go-runtime-cpu.pprof'),
      '--url',
      'http://127.0.0.1:9'
    );
    expect(code).toBe(1);
    expect(err).toMatch(/nothing answers at http:\/\/127\.0\.0\.1:9/);
  });
});

it('hotspan store prints every wrong key and does not start', async () => {
  const { code, out, err } = await hotspan(
    'store',
    '--listen',
    'nowhere',
    '--retention',
    'long',
    '--log-level',
    'loud'
  );
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toMatch(/3 wrong keys/);
  expect(err).toMatch(/--listen.*\n.*--retention.*\n.*--log-level/s);
});

it('a second store on the same folder says so and leaves the segments of the first alone', async () => {
  const store = await startStore();
  await fetch(`${store.url}/api/v1/upload?service=first`, { method: 'POST', body: cpu });
  const raw = path.join(store.dataDir, 'raw');
  const segment = path.join(raw, fs.readdirSync(raw).filter((name) => name.endsWith('.seg'))[0]);
  // What a record looks like while the first store writes it: a second one would take it for torn and cut it off.
  fs.appendFileSync(segment, 'half a record');
  const { size } = fs.statSync(segment);
  const { code, err } = await hotspan('store', '--data-dir', store.dataDir, '--listen', '127.0.0.1:0');
  expect(code).toBe(1);
  expect(err).toMatch(/^The engine's folder .* can't be opened\. Is another store running on it\?/m);
  expect(err).not.toMatch(/\n {4}at /);
  expect(fs.statSync(segment).size).toBe(size);
  await store.stop();
});

describe('tokens and addresses', () => {
  let store: RunningStore;
  beforeAll(async () => {
    const tokens = [
      { token: 'reader-of-red', tenant: 'red', roles: ['query'] },
      { token: 'sender-of-red', tenant: 'red', roles: ['ingest'] },
      { token: 'master-of-blue', tenant: 'blue', roles: ['ingest', 'query', 'admin'] },
    ];
    store = await startStore({
      flags: ['--ingest-listen', '127.0.0.1:0'],
      env: { HOTSPAN_AUTH_INGEST: 'token', HOTSPAN_AUTH_TOKENS: JSON.stringify(tokens) },
    });
  });
  afterAll(() => store.stop());

  const form = makeForm([eventPart(Date.now() - 60_000, 'service:guarded'), cpuPart]);

  it.each([
    ['bearer', '', { authorization: 'Bearer sender-of-red' }],
    ['basic password', '', { authorization: `Basic ${Buffer.from('x:sender-of-red').toString('base64')}` }],
    ['api key', '', { 'dd-api-key': 'sender-of-red' }],
    ['path', '/token/sender-of-red', {}],
  ])('takes an upload with a token as %s', async (_how, prefix, headers) => {
    await acceptedId(await sendForm(store.url + prefix, form, { ...headers }));
  });

  it.each([
    ['no token', {}, 401, 'unauthorized'],
    ['a wrong token', { authorization: 'Bearer nobody-knows-it' }, 401, 'unauthorized'],
    ['a token for reading', { authorization: 'Bearer reader-of-red' }, 403, 'forbidden'],
    ['another tenant', { authorization: 'Bearer sender-of-red', 'x-scope-orgid': 'blue' }, 403, 'forbidden'],
  ])('refuses an upload with %s', async (_how, headers, status, code) => {
    const response = await sendForm(store.url, form, { ...headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it.each(['/api/v1/status', '/metrics', '/api/v1/labels?from=0&to=1'])(
    'keeps %s closed without a token',
    async (route) => {
      expect((await fetch(store.url + route)).status).toBe(401);
    }
  );

  it('has uploads and health alone on the second address', async () => {
    expect((await fetch(`${store.ingestUrl}/healthz`)).status).toBe(200);
    await acceptedId(await sendForm(store.ingestUrl ?? '', form, { authorization: 'Bearer sender-of-red' }));
    const status = await fetch(`${store.ingestUrl}/api/v1/status`, {
      headers: { authorization: 'Bearer master-of-blue' },
    });
    expect(await status.json()).toEqual({});
    expect(await (await fetch(`${store.ingestUrl}/metrics`)).json()).toEqual({});
  });

  it("counts the asking tenant's profiles alone", async () => {
    const profilesOf = async (token: string) => {
      const answer = await fetch(`${store.url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
      return z.object({ profiles: z.number() }).parse(await answer.json()).profiles;
    };
    while ((await profilesOf('reader-of-red')) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await profilesOf('master-of-blue')).toBe(0);
  });

  it('never writes credentials into its log', () => {
    expect(store.log()).not.toMatch(/sender-of-red|nobody-knows-it/);
  });
});

describe('an upstream agent', () => {
  it('gets traces and discovery as they came, and its answers go back', async () => {
    const seen: Array<{ method?: string; url?: string; type?: string; bytes: number }> = [];
    const agent = http.createServer((request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, type: request.headers['content-type'], bytes });
        response.writeHead(request.url === '/info' ? 200 : 202, { 'content-type': 'application/json' });
        response.end('{"from":"agent"}');
      });
    });
    await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
    const address = agent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const store = await startStore({ flags: ['--upstream-agent', `http://127.0.0.1:${port}`] });
    const traces = loadRecording('traces-dd-node');
    expect(await replay(store.url, traces)).toMatchObject({ status: 202 });
    expect((await fetch(`${store.url}/info`)).status).toBe(200);
    expect(seen).toEqual([
      { method: traces.method, url: traces.path, type: 'application/msgpack', bytes: traces.body.length },
      { method: 'GET', url: '/info', type: undefined, bytes: 0 },
    ]);
    await new Promise((resolve) => agent.close(resolve));
    agent.closeAllConnections();
    const gone = await fetch(`${store.url}/info`);
    expect(gone.status).toBe(502);
    expect(await gone.json()).toMatchObject({ error: { code: 'upstream_failed' } });
    await store.stop();
  });
});

it('acknowledges before reading when too much waits, and lists what can not be read', async () => {
  const store = await startStore({ flags: ['--parse-threads', '1'] });
  const python = loadRecording('dd-python-2');
  const contentType = python.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  const startsAt = python.body.indexOf('"start":"2026-11-22T11:26:55') + '"start":"2026-11-22T11:'.length;
  const variants = Array.from({ length: 250 }, (_, number) => {
    const body = Buffer.from(python.body);
    body.write(`${String(number % 26).padStart(2, '0')}:${String(Math.floor(number / 26)).padStart(2, '0')}`, startsAt);
    return { contentType, body };
  });
  const cut = zlib.gunzipSync(cpu).subarray(0, 5000);
  const answers = variants.map((form) => sendForm(store.url, form));
  await Promise.all(answers.slice(0, 5));
  const broken = await sendForm(
    store.url,
    makeForm([eventPart(Date.now(), 'service:broken'), { ...cpuPart, bytes: cut }])
  );
  await Promise.all(answers.map(async (answer) => acceptedId(await answer)));
  await untilInserted(store);
  const metrics = await (await fetch(`${store.url}/metrics`)).text();
  expect(Number(/outcome="deferred"} (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(0);
  const listed = await listProfiles(store.url);
  expect(listed.filter(({ service }) => service === 'demo-python')).toHaveLength(250);
  if (broken.status === 200) {
    expect(listed.find(({ service }) => service === 'broken')).toMatchObject({ status: 'unreadable' });
  } else {
    expect(broken.status).toBe(422);
  }
  await store.stop();
});

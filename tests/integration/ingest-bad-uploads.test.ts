import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';
import { zipSync } from 'fflate';
import lz4 from 'lz4js';
import { acceptedId, eventPart, makeForm, sendForm, type Form } from './form';
import { exchange, loadRecording } from './replay';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from './start-store';
import { listProfiles } from './store-client';
import { peakGrowthMb } from './store-memory';

jest.setTimeout(180_000);

const files = path.resolve(__dirname, '../fixtures/uploads/files');
const cpu = fs.readFileSync(path.join(files, 'go-runtime-cpu.pprof'));
const plainCpu = zlib.gunzipSync(cpu);
const event = eventPart(Date.UTC(2026, 10, 22, 12), 'service:bad');
const cpuPart = (bytes: Uint8Array) => ({ name: 'cpu.pprof', fileName: 'cpu.pprof', bytes });

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const { error }: { error: { code: string; message: string; hint: string } } = JSON.parse(await response.text());
  expect(error.hint.length).toBeGreaterThan(10);
  return { status: response.status, code: error.code, message: error.message };
}

/** Sections of zeros compress a thousand times and more. */
const zeros = (megabytes: number) => Buffer.alloc(megabytes * 2 ** 20);

function seededBytes(length: number, seed: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state >>> 24;
    })
  );
}

describe('uploads that can not be read', () => {
  let store: RunningStore;
  let before: string;
  beforeAll(async () => {
    store = await startStore({
      flags: ['--log-level', 'info'],
      env: { HOTSPAN_LIMITS_BODY_BYTES: '4MiB', HOTSPAN_LIMITS_PART_BYTES: '8MiB' },
    });
    await acceptedId(
      await sendForm(store.url, makeForm([eventPart(Date.UTC(2026, 10, 22, 11), 'service:good'), cpuPart(cpu)]))
    );
    await untilInserted(store);
    before = JSON.stringify(await listProfiles(store.url));
  });
  afterAll(async () => {
    await store.stop();
    removeDataDirs();
  });
  afterEach(async () => {
    // What was stored before is as it was, and the store takes uploads.
    await untilInserted(store);
    expect(JSON.stringify(await listProfiles(store.url))).toBe(before);
    expect((await fetch(`${store.url}/healthz`)).status).toBe(200);
  });

  const whole = makeForm([event, cpuPart(cpu)]);
  const cases: ReadonlyArray<readonly [what: string, form: Form, status: number, code: string]> = [
    ['no body', { ...whole, body: Buffer.alloc(0) }, 400, 'empty_upload'],
    ['a form without parts', { ...whole, body: Buffer.from('--hotspan-test-boundary--\r\n') }, 400, 'bad_multipart'],
    ['a wrong boundary', { ...whole, contentType: 'multipart/form-data; boundary=other' }, 400, 'bad_multipart'],
    ['no boundary', { ...whole, contentType: 'multipart/form-data' }, 400, 'bad_multipart'],
    ['another content type', { ...whole, contentType: 'application/json' }, 400, 'bad_multipart'],
    ['random bytes as a form', { ...whole, body: seededBytes(5000, 1) }, 400, 'bad_multipart'],
    ['an event alone', makeForm([event]), 400, 'no_attachment'],
    ['empty files', makeForm([event, cpuPart(new Uint8Array(0))]), 400, 'empty_upload'],
    ['no event', makeForm([cpuPart(cpu)]), 400, 'bad_event'],
    ['two events', makeForm([event, event, cpuPart(cpu)]), 400, 'bad_event'],
    [
      'an event that is no JSON',
      makeForm([{ ...event, bytes: Buffer.from('{"start":') }, cpuPart(cpu)]),
      400,
      'bad_event',
    ],
    ['an event without times', makeForm([{ ...event, bytes: Buffer.from('{}') }, cpuPart(cpu)]), 400, 'bad_event'],
    [
      'an event with a wrong time',
      makeForm([eventPart(0, '', { start: 'yesterday' }), cpuPart(cpu)]),
      400,
      'bad_event',
    ],
    [
      'nothing but JSON',
      makeForm([event, { name: 'x.json', fileName: 'x.json', bytes: Buffer.from('{"a":1}') }]),
      400,
      'no_attachment',
    ],
    ['random bytes as a profile', makeForm([event, cpuPart(seededBytes(5000, 7))]), 422, ''],
    [
      'a text',
      makeForm([event, cpuPart(Buffer.from('hello, this is no profile\n'.repeat(50)))]),
      422,
      'unsupported_format',
    ],
    ['gzip that is cut', makeForm([event, cpuPart(cpu.subarray(0, cpu.length - 200))]), 422, 'unreadable_profile'],
    [
      'lz4 that is cut',
      makeForm([event, cpuPart(lz4.compress(plainCpu).subarray(0, 5000))]),
      422,
      'unreadable_profile',
    ],
    [
      'zip that is cut',
      makeForm([event, cpuPart(zipSync({ a: plainCpu }).subarray(0, 3000))]),
      422,
      'unreadable_profile',
    ],
    ['a gzip bomb', makeForm([event, cpuPart(zlib.gzipSync(zeros(200)))]), 413, 'too_large'],
    ['a gzip bomb in gzip', makeForm([event, cpuPart(zlib.gzipSync(zlib.gzipSync(zeros(200))))]), 413, 'too_large'],
    ['an lz4 bomb', makeForm([event, cpuPart(lz4.compress(zeros(100)))]), 413, 'too_large'],
    ['a zip bomb', makeForm([event, cpuPart(zipSync({ a: zeros(60), b: zeros(60) }))]), 413, 'too_large'],
    [
      'a zip of too many files',
      makeForm([
        event,
        cpuPart(zipSync(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`f${i}`, new Uint8Array(1)])))),
      ]),
      413,
      'too_large',
    ],
    [
      'gzip in gzip in gzip in gzip',
      makeForm([event, cpuPart([1, 2, 3, 4].reduce<Uint8Array>((bytes) => zlib.gzipSync(bytes), plainCpu))]),
      422,
      'unreadable_profile',
    ],
    [
      'too many parts',
      makeForm([event, ...Array.from({ length: 300 }, () => cpuPart(cpu.subarray(0, 10)))]),
      413,
      'too_large',
    ],
    [
      'too many labels',
      makeForm([eventPart(0, Array.from({ length: 500 }, (_, i) => `k${i}:v`).join(',')), cpuPart(cpu)]),
      413,
      'too_large',
    ],
    ['a body over the cap', makeForm([event, cpuPart(seededBytes(5 * 2 ** 20, 3))]), 413, 'too_large'],
  ];
  it.each(cases)('refuses %s', async (_what, form, status, code) => {
    const refusal = await refusalOf(await sendForm(store.url, form));
    expect(refusal).toMatchObject(code === '' ? { status } : { status, code });
    expect(refusal.message).not.toMatch(/undefined|\[object/);
  });

  it('refuses a real upload that is cut, wherever it is cut', async () => {
    const { body, headers } = loadRecording('dd-go-2');
    const contentType = headers.find(([name]) => /^content-type$/i.test(name))?.[1] ?? '';
    const statuses = new Set<number>();
    for (let cut = 1; cut < body.length - 1; cut += Math.ceil(body.length / 60)) {
      const { status } = await refusalOf(await sendForm(store.url, { contentType, body: body.subarray(0, cut) }));
      statuses.add(status);
    }
    expect([...statuses]).toEqual([400]);
  });

  it('refuses a plain pprof that is cut, wherever it is cut', async () => {
    for (let cut = 3; cut < plainCpu.length - 1; cut += Math.ceil(plainCpu.length / 60)) {
      const refusal = await refusalOf(await sendForm(store.url, makeForm([event, cpuPart(plainCpu.subarray(0, cut))])));
      expect(refusal.status).toBe(422);
    }
  });

  it('closes a stream of a gigabyte without a length at the limit', async () => {
    const grown = await peakGrowthMb(store, async () => {
      const outcome = await streamZeros(new URL(`${store.url}/profiling/v1/input`), 2 ** 30);
      expect(outcome.status === 413 || outcome.status === undefined).toBe(true);
      expect(outcome.sentBytes).toBeLessThan(200 * 2 ** 20);
    });
    expect(grown).toBeLessThan(64);
  });

  it('survives a request that promises more than it sends', async () => {
    const head =
      'POST /profiling/v1/input HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n--b';
    const socketClosed = exchangeAndClose(store.url, Buffer.from(head));
    await expect(socketClosed).resolves.toBeUndefined();
  });

  it('says how a file looks when a form has none', async () => {
    const hintOf = async (form: Form) => {
      const { error }: { error: { code: string; hint: string } } = JSON.parse(
        await (await sendForm(store.url, form)).text()
      );
      expect(error.code).toBe('no_attachment');
      return error.hint;
    };
    const time = new Date().toISOString();
    const plain = (name: string, text: string) => ({ name, bytes: Buffer.from(text) });
    expect(await hintOf(makeForm([event]))).toContain('cpu.pprof');
    expect(await hintOf(makeForm([plain('start', time), plain('end', time), plain('cpu', 'x')]))).toContain(
      'data[cpu.pprof]'
    );
  });

  it('answers text instead of HTTP with 400', async () => {
    const answer = await exchange(store.url, Buffer.from('hello\r\n\r\n'));
    expect(answer.status).toBe(400);
  });
});

/** Sends zeros until the server answers or closes. */
function streamZeros(url: URL, totalBytes: number): Promise<{ status: number | undefined; sentBytes: number }> {
  const chunk = Buffer.alloc(1 << 20);
  let sentBytes = 0;
  let over = false;
  return new Promise((resolve) => {
    const finish = (status: number | undefined) => {
      over = true;
      request.destroy();
      resolve({ status, sentBytes });
    };
    const request = http.request(
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=b', 'transfer-encoding': 'chunked' },
      },
      (response) => finish(response.statusCode)
    );
    request.on('error', () => finish(undefined));
    const write = () => {
      while (!over && sentBytes < totalBytes) {
        sentBytes += chunk.length;
        if (!request.write(chunk)) {
          request.once('drain', write);
          return;
        }
      }
      request.end();
    };
    write();
  });
}

async function exchangeAndClose(baseUrl: string, bytes: Buffer): Promise<void> {
  const net = await import('node:net');
  const url = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(url.port), url.hostname, () => {
      socket.write(bytes, () => setTimeout(() => socket.destroy(), 50));
    });
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
}

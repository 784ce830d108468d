import {
  credentials,
  Metadata,
  makeGenericClientConstructor,
  compressionAlgorithms,
  type ServiceError,
} from '@grpc/grpc-js';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import zlib from 'node:zlib';
import { loadRecording, replay } from './replay';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from './start-store';
import { askQuery, listProfiles, rowsOf, type ListedProfile } from './store-client';

jest.setTimeout(240_000);

const files = path.resolve(__dirname, '../fixtures/uploads/files');
const bytesOf = (name: string) => fs.readFileSync(path.join(files, name));
const pdata = path.resolve(__dirname, '../fixtures/uploads/EXPECTED.json');
const expected: { 'recordings/pyroscope-java-otlp': { otlp: { profiles: ExpectedOtlp[] } } } = JSON.parse(
  fs.readFileSync(pdata, 'utf8')
);
interface ExpectedOtlp {
  readonly samples: number;
  readonly total: number;
  readonly duration_nano: number;
  readonly top5_flat: ReadonlyArray<{ readonly name: string; readonly value: number }>;
}
const [profileFacts] = expected['recordings/pyroscope-java-otlp'].otlp.profiles;

const unnamed = 'unnamed-service';

describe('OTLP profiles', () => {
  let store: RunningStore;
  beforeEach(async () => {
    store = await startStore();
  });
  afterEach(async () => {
    await store.stop();
    removeDataDirs();
  });

  async function listed(service: string): Promise<ListedProfile[]> {
    await untilInserted(store);
    const profiles = await listProfiles(store.url, ['total cpu-time', 'team']);
    return profiles.filter((profile) => profile.service === service);
  }

  function post(body: Uint8Array, contentType: string, query = '', headers: Record<string, string> = {}) {
    return fetch(`${store.url}/v1development/profiles${query}`, {
      method: 'POST',
      headers: { 'content-type': contentType, ...headers },
      body: new Uint8Array(body),
    });
  }

  it('takes the request of Pyroscope for Java byte for byte, once', async () => {
    expect(await replay(store.url, loadRecording('pyroscope-java-otlp'))).toEqual({ status: 200, body: '' });
    expect(await replay(store.url, loadRecording('pyroscope-java-otlp'))).toEqual({ status: 200, body: '' });
    const profiles = await listed(unnamed);
    expect(profiles).toHaveLength(1);
    expect(profiles[0]).toMatchObject({
      samples: profileFacts.samples,
      duration: Math.floor(profileFacts.duration_nano / 1000) * 1000,
      'total cpu-time': profileFacts.total,
    });
    const start = Number(profiles[0].time);
    const query = { queryType: 'dimension', dimension: 'method', profileType: 'cpu-time', profileId: profiles[0].id };
    const rows = rowsOf((await askQuery(store.url, query, { from: start - 1000, to: start + 60_000 }))[0]);
    const self = new Map(rows.map((row) => [row.name, row.self]));
    expect(profileFacts.top5_flat.map(({ name }) => self.get(name))).toEqual(
      profileFacts.top5_flat.map(({ value }) => value)
    );
  });

  it('takes JSON and answers JSON; parameters are labels where there are no attributes', async () => {
    const response = await post(bytesOf('otlp-http-json-body.json'), 'application/json', '?service=json&team=shop');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect([response.status, await response.json()]).toEqual([200, {}]);
    expect(await listed('json')).toMatchObject([
      { samples: profileFacts.samples, team: 'shop', 'total cpu-time': profileFacts.total },
    ]);
  });

  it('answers a request without profiles as a success, and says why others are refused', async () => {
    expect((await post(Buffer.alloc(0), 'application/x-protobuf')).status).toBe(200);
    for (const text of ['{"resourceProfiles":[]}', '{}', ' { } ', '{"dictionary":{}}', '']) {
      const answer = await post(Buffer.from(text), 'application/json');
      expect([text, answer.status, await answer.text()]).toEqual([text, 200, '{}']);
    }
    for (const bytes of [Buffer.of(0x12, 0), zlib.gzipSync(Buffer.alloc(0))]) {
      expect((await post(bytes, 'application/x-protobuf')).status).toBe(200);
    }
    const file = await fetch(`${store.url}/api/v1/upload?service=x`, { method: 'POST', body: '{}' });
    expect(file.status).toBe(400);
    const json = await post(Buffer.from('{"a":1}'), 'application/json');
    expect([json.status, await json.json()]).toEqual([400, { code: 3, message: expect.stringContaining('OTLP') }]);
    const cut = await post(
      zlib.gunzipSync(loadRecording('pyroscope-java-otlp').body).subarray(0, 5000),
      'application/x-protobuf'
    );
    expect(cut.status).toBe(400);
    expect(Buffer.from(await cut.arrayBuffer()).toString('latin1')).toContain('that can be read');
    expect(await listProfiles(store.url)).toEqual([]);
  });

  it('keeps processes of one request apart and joins types of one', async () => {
    const body: { resourceProfiles: Array<Record<string, unknown>> } = JSON.parse(
      bytesOf('otlp-http-json-body.json').toString()
    );
    const [resource] = body.resourceProfiles;
    const named = (service: string) => ({
      ...resource,
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    });
    const two = JSON.stringify({ ...body, resourceProfiles: [named('first'), named('second')] });
    expect((await post(Buffer.from(two), 'application/json')).status).toBe(200);
    for (const service of ['first', 'second']) {
      expect(await listed(service)).toMatchObject([
        { samples: profileFacts.samples, 'total cpu-time': profileFacts.total },
      ]);
    }
  });

  it.each(['identity', 'gzip'])('takes the recorded connection of a gRPC client, %s', async (encoding) => {
    await sendBytes(store.grpcUrl, withoutPingAnswers(bytesOf(`otlp-grpc-${encoding}.client-bytes`)), async () => {
      const text = await (await fetch(`${store.url}/metrics`)).text();
      return /hotspan_uploads_total\{intake="otlp",outcome="stored"\} 1/.test(text);
    });
    expect(await listed(unnamed)).toMatchObject([
      { samples: profileFacts.samples, 'total cpu-time': profileFacts.total },
    ]);
  });

  it('speaks gRPC, plain and gzip, with tokens and tenants refused or known', async () => {
    const message = zlib.gunzipSync(loadRecording('pyroscope-java-otlp').body);
    expect(await call(store.grpcUrl, message, false)).toHaveLength(0);
    expect(await call(store.grpcUrl, message, true)).toHaveLength(0);
    expect(await listed(unnamed)).toHaveLength(1);
    await expect(call(store.grpcUrl, message.subarray(0, 5000), false)).rejects.toMatchObject({
      code: 3,
      details: expect.stringContaining('that can be read'),
    });
    const metadata = new Metadata();
    metadata.set('x-scope-orgid', '../other');
    await expect(call(store.grpcUrl, message, false, metadata)).rejects.toMatchObject({ code: 3 });
  });
});

const preface = 24;
const frameHead = 9;
const ping = 6;

/** Without the client's answers to pings of the server that recorded it: ours did not send those and would end the connection. */
function withoutPingAnswers(bytes: Buffer): Buffer {
  const kept = [bytes.subarray(0, preface)];
  for (let at = preface; at < bytes.length; ) {
    const end = at + frameHead + bytes.readUIntBE(at, 3);
    const isPingAnswer = bytes[at + 3] === ping && bytes[at + 4] === 1;
    kept.push(bytes.subarray(at, isPingAnswer ? at : end));
    at = end;
  }
  return Buffer.concat(kept);
}

/** Sends what a client sent and waits for its effect. */
function sendBytes(url: string, bytes: Buffer, done: () => Promise<boolean>): Promise<void> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    socket.resume();
    socket.on('error', reject);
    const look = async () => {
      for (let tries = 0; tries < 500; tries++) {
        if (await done()) {
          return;
        }
        await new Promise((next) => setTimeout(next, 50));
      }
      throw new Error('the upload never arrived');
    };
    look().then(() => (socket.destroy(), resolve()), reject);
  });
}

const Client = makeGenericClientConstructor({}, 'profiles');

function call(url: string, message: Buffer, gzip: boolean, metadata = new Metadata()): Promise<Buffer> {
  const client = new Client(new URL(url).host, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': gzip ? compressionAlgorithms.gzip : compressionAlgorithms.identity,
  });
  const method = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';
  const same = (bytes: Buffer) => bytes;
  return new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest(method, same, same, message, metadata, (error: ServiceError | null, answer?: Buffer) =>
      error ? reject(error) : resolve(answer ?? Buffer.alloc(0))
    );
  }).finally(() => client.close());
}

import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import lz4 from 'lz4js';
import type { ProfileTypesAnswer } from '../../src/api/resources';
import { hexId, recordedSpans } from '../oracle/recorded-traces';
import { plain } from '../oracle/uploads';
import { type FormPart, makeForm, sendForm } from './form';
import { recordedParts } from './replay';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';
import { askQuery, rowsOf } from './store-client';
import { zstdOf } from './zstd-blocks';

/** Recorded uploads sent again with their files in every encoding: their span ids stay those of the recorded traces. */
const clients = [
  // With a type whose samples carry span ids in this recording.
  ['python', 'dd-python-2', 'wall-time'],
  ['java', 'dd-java-ddprof-2', 'wall-time'],
  ['go', 'dd-go-2', 'cpu-time'],
  ['node', 'dd-node-2', 'wall-time'],
] as const;
const encodings: ReadonlyArray<readonly [name: string, encode: (bytes: Uint8Array) => Uint8Array]> = [
  ['plain', (bytes) => bytes],
  ['gzip', (bytes) => gzipSync(bytes)],
  ['zstd', zstdOf],
  ['lz4', (bytes) => lz4.compress(bytes)],
  ['zip', (bytes) => zipSync({ file: bytes })],
];
const day = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };

let store: RunningStore;
jest.setTimeout(120_000);
beforeAll(async () => {
  store = await startStore();
  for (const [client, recording] of clients) {
    const parts = await partsOf(recording);
    for (const [name, encode] of encodings) {
      const form = makeForm(parts.map((part) => encoded(part, serviceOf(client, name), encode)));
      const response = await sendForm(store.url, form);
      expect([client, name, response.status, await response.text()]).toEqual([client, name, 200, expect.any(String)]);
    }
  }
  await untilInserted(store);
});
afterAll(async () => {
  await store.stop();
  removeDataDirs();
});

const serviceOf = (client: string, encoding: string) => `${client}-${encoding}`;

/** An upload's parts as they are without compression. */
async function partsOf(recording: string): Promise<FormPart[]> {
  const parts = await recordedParts(recording);
  return parts.map((part) => ({ ...part, bytes: plain(part.bytes) }));
}

/** A service of its own, else the store would know the upload again. */
function encoded({ name, fileName, bytes }: FormPart, service: string, encode: (bytes: Uint8Array) => Uint8Array) {
  if (name === 'event') {
    const event = Buffer.from(bytes)
      .toString()
      .replace(/service:[^,"]+/, `service:${service}`);
    return { name, fileName, bytes: Buffer.from(event) };
  }
  return { name, fileName, bytes: fileName?.endsWith('.json') ? bytes : encode(bytes) };
}

/** What was sampled of the type in each span. */
async function spansOf(service: string, profileType: string): Promise<ReadonlyMap<string, number>> {
  const query = { queryType: 'requests', selector: `{service="${service}"}`, profileType, limit: 10_000 };
  const rows = rowsOf((await askQuery(store.url, query, day))[0]);
  return new Map(rows.map(({ spanId, value }) => [String(spanId), Number(value)]));
}

/** Samples, and the sum of every profile type that one of the service's uploads has. */
async function sumsOf(service: string, profileTypes: readonly string[]): Promise<unknown[]> {
  const columns = ['samples', ...profileTypes.map((type) => `total ${type}`)];
  const query = { queryType: 'profiles', selector: `{service="${service}"}`, columns };
  return rowsOf((await askQuery(store.url, query, day))[0]).map((row) => columns.map((name) => row[name]));
}

async function typesOf(service: string): Promise<string[]> {
  const selector = encodeURIComponent(`{service="${service}"}`);
  const answer = await fetch(`${store.url}/api/v1/profile-types?from=${day.from}&to=${day.to}&selector=${selector}`);
  const { profileTypes }: ProfileTypesAnswer = JSON.parse(await answer.text());
  return profileTypes.map(({ id }) => id);
}

it.each(clients)('numbers of dd-trace for %s are the same in every encoding', async (client) => {
  const types = await typesOf(serviceOf(client, 'plain'));
  const sums = await Promise.all(encodings.map(([name]) => sumsOf(serviceOf(client, name), types)));
  expect(types.length).toBeGreaterThan(2);
  expect(sums[0]).toEqual([[expect.any(Number), ...types.map(() => expect.any(Number))]]);
  sums.forEach((one) => expect(one).toEqual(sums[0]));
});

describe.each(clients)('spans of dd-trace for %s', (client, _, profileType) => {
  let plain: ReadonlyMap<string, number>;
  let traced: string[];
  beforeAll(async () => {
    plain = await spansOf(serviceOf(client, 'plain'), profileType);
    traced = recordedSpans(`traces-dd-${client}`).map(({ spanId }) => hexId(spanId));
  });

  it.each(encodings.map(([name]) => name))('are those of its trace in %s', async (encoding) => {
    const found = await spansOf(serviceOf(client, encoding), profileType);
    expect([...found.entries()].sort()).toEqual([...plain.entries()].sort());
    expect(traced.filter((id) => found.has(id)).length).toBeGreaterThan(10);
  });

  it('are found by hex, by 0x, by decimal and by negative decimal ids', async () => {
    const id = BigInt(`0x${traced.find((one) => plain.has(one)) ?? '0'}`);
    const forms = [hexId(id), `0x${id.toString(16)}`, String(id), String(BigInt.asIntN(64, id))];
    const selector = `{service="${serviceOf(client, 'plain')}"}`;
    const totals = await Promise.all(
      forms.map(async (spanId) => {
        const query = { queryType: 'hotspots', selector, spanId: [spanId], order: 'value' };
        const [{ schema }] = await askQuery(store.url, query, day);
        return schema.meta?.custom?.total;
      })
    );
    expect(totals[0]).toBeGreaterThan(0);
    expect(new Set(totals).size).toBe(1);
  });
});

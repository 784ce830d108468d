import { makeContentHasher } from './content-ids';
import { readRequest } from './read-request';
import { loadRequest } from './recorded-parts';
import { readTimedSamples, type TimedQuestion, type TimedRows } from './timed-samples';
import { understandRequest } from './understand';
import type { UploadRequest } from './upload-request';
import { defaultLimits as limits } from '../../tests/integration/default-limits';

/** Recorded requests of real clients, read again for the times of their samples. */
async function open(name: string) {
  const { body, contentType, headers } = loadRequest(name);
  const request: UploadRequest = {
    intake: 'datadog',
    tenant: 't',
    receivedMs: Date.UTC(2026, 10, 22, 12),
    peer: '127.0.0.1',
    contentType,
    query: '',
    headers,
  };
  const hasher = await makeContentHasher();
  const context = { request, limits, defaultService: 'unnamed-service', hasher };
  const more = { retentionDays: 0, sequence: 0, bodyBytes: body.length };
  const parsed = readRequest(await understandRequest(body, context), { ...context, ...more });
  const { row } = parsed.uploads[0];
  const ask = async ({ profileType, ...question }: Omit<TimedQuestion, 'service' | 'profileTypes'> & Typed) =>
    (await readTimedSamples(body, context, { service: row.service, profileTypes: [profileType], ...question }))
      .types[0];
  return { row, ask };
}

interface Typed {
  readonly profileType: string;
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((all, value) => all + value, 0);
const timesOf = ({ firstNs, lastNs }: TimedRows) => [...firstNs, ...lastNs].filter(Number.isFinite);
const noSpans = { kind: 'span', ids: [] } as const;

describe.each([
  ['dd-python-2', 'wall-time'],
  ['dd-java-ddprof-2', 'cpu-time'],
])('%s', (name, profileType) => {
  it('holds every sample of a window that covers the upload, once, with its time', async () => {
    const { row, ask } = await open(name);
    const margin = 60_000_000_000n;
    const window = { startNs: row.startNs - margin, endNs: row.endNs + margin };
    const timed = await ask({ profileType, spans: noSpans, take: 'window', window });
    const type = row.types.indexOf(profileType);
    expect(timed.untimed).toBe(0);
    expect(sum(timed.value)).toBe(row.totals[type]);
    expect(sum(timed.samples)).toBe(row.counts[type]);
    expect(Math.min(...timesOf(timed))).toBeGreaterThan(Number(margin) - 2e9);
    expect(Math.max(...timesOf(timed))).toBeLessThan(Number(row.endNs - row.startNs + margin) + 2e9);
  });

  it('splits a window without losing or doubling a sample', async () => {
    const { row, ask } = await open(name);
    const middle = (row.startNs + row.endNs) / 2n;
    const margin = 60_000_000_000n;
    const halves = [
      { startNs: row.startNs - margin, endNs: middle },
      { startNs: middle + 1n, endNs: row.endNs + margin },
    ];
    const timed = await Promise.all(
      halves.map((window) => ask({ profileType, spans: noSpans, take: 'window', window }))
    );
    const [first, second] = timed.map(({ value }) => sum(value));
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(0);
    expect(first + second).toBe(row.totals[row.types.indexOf(profileType)]);
  });
});

it("takes a span's own samples, or all of the process from its first to its last", async () => {
  const { ask } = await open('dd-python-2');
  // Of the recorded spans the one with the most samples; see tests/fixtures/uploads/EXPECTED.json.
  const spans = { kind: 'span', ids: [await largestSpan()] } as const;
  const own = await ask({ profileType: 'wall-time', spans, take: 'spans' });
  const around = await ask({ profileType: 'wall-time', spans, take: 'window' });
  expect(sum(own.samples)).toBeGreaterThan(1);
  expect(new Set(own.thread).size).toBe(1);
  expect(sum(around.value)).toBeGreaterThan(sum(own.value));
  expect(Math.min(...timesOf(around))).toBeLessThanOrEqual(Math.min(...timesOf(own)));
  const ids = new Set(around.stack);
  expect(own.stack.every((stack) => ids.has(stack))).toBe(true);
});

it('says which samples have no time', async () => {
  const { row, ask } = await open('dd-go-2');
  const window = { startNs: row.startNs, endNs: row.endNs };
  const timed = await ask({ profileType: 'cpu-time', spans: noSpans, take: 'window', window });
  expect(timed.stack).toHaveLength(0);
  expect(timed.untimed).toBeGreaterThan(0);
});

async function largestSpan(): Promise<bigint> {
  const { Profile } = await import('pprof-format');
  const { loadPart } = await import('./recorded-parts');
  const { decompress } = await import('fzstd');
  const { sample, stringTable, sampleType } = Profile.decode(decompress(loadPart('dd-python-2', 'profile.pprof')));
  const wall = sampleType.findIndex(({ type }) => stringTable.strings[Number(type)] === 'wall-time');
  const counts = new Map<bigint, number>();
  for (const { label, value } of sample) {
    const span = label.find(({ key }) => stringTable.strings[Number(key)] === 'span id');
    if (span && BigInt(value[wall]) > 0n) {
      const id = BigInt.asUintN(64, BigInt(span.num));
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

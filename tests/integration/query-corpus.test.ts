import { Profile } from 'pprof-format';
import type { QueryResponse, QueryResult, StoreQuery } from '../../src/api/query';
import { pprofCorpus, pprofUploads } from '../oracle/uploads';
import { column, rowsOf } from './query-store';
import { loadRecording, replay } from './replay';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from './start-store';

/** What a running store answers over HTTP about real files, against `go tool pprof` and an independent reader. */
const day = 86_400_000;
const noon = Date.UTC(2026, 10, 24, 12);

let store: RunningStore;
beforeAll(async () => {
  store = await startStore();
}, 120_000);
afterAll(async () => {
  await store.stop();
  removeDataDirs();
});

async function ask(
  time: { from: number; to: number },
  queries: ReadonlyArray<Partial<StoreQuery>>
): Promise<QueryResult[]> {
  const response = await fetch(`${store.url}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...time, queries: queries.map((query, at) => ({ refId: `Q${at}`, ...query })) }),
  });
  expect(response.status).toBe(200);
  const { results }: QueryResponse = JSON.parse(await response.text());
  return queries.map((_, at) => results[`Q${at}`]);
}

interface MethodRow {
  readonly name: string;
  readonly self: number;
  readonly total: number;
}

describe('corpus', () => {
  const corpus = pprofCorpus();
  const range = { from: noon, to: noon + day };
  const serviceOf = (name: string) => `corpus ${name}`;

  beforeAll(async () => {
    for (const [at, { name, bytes }] of corpus.entries()) {
      const start = noon + at * 60_000;
      const query = new URLSearchParams({
        service: serviceOf(name),
        name,
        start: String(start),
        end: String(start + 60_000),
      });
      const response = await fetch(`${store.url}/api/v1/upload?${query}`, { method: 'POST', body: bytes });
      expect([name, response.status]).toEqual([name, 200]);
    }
    await untilInserted(store);
  }, 120_000);

  const cases = corpus.flatMap(({ name, facts }) =>
    Object.entries(facts).map(([type, expected]) => [name, type, expected] as const)
  );

  it.each(cases)('%s %s equals go tool pprof', async (name, type, expected) => {
    const query: Partial<StoreQuery> = { profileType: type, selector: `{service="${serviceOf(name)}"}` };
    const [table, flame] = await ask(range, [
      { ...query, queryType: 'dimension', dimension: 'method', limit: 1_000_000 },
      { ...query, queryType: 'profile' },
    ]);
    expect(table.error).toBeUndefined();
    const rows = rowsOf(table.frames[0]) as unknown as MethodRow[];
    expect(table.frames[0].schema.meta?.custom?.total).toBe(expected.total);
    expect(column<number>(flame.frames[0], 'value')[0]).toBe(expected.total);
    expect(flame.frames[0].schema.meta?.custom?.total).toBe(expected.total);

    // Named otherwise here: samples without a stack, and frames without a function name, which the oracle leaves out or joins.
    const named = rows.filter((row) => row.total !== 0 && row.name !== '(no stack)');
    const unnamed = named.filter((row) => isUnnamed(row.name));
    const methods = named.filter((row) => !isUnnamed(row.name));
    expect([methods.length, methods.length + Math.min(1, unnamed.length)]).toContain(expected.functions);
    const byName = new Map(methods.map((row) => [row.name, [row.self, row.total]]));
    for (const [method, self, total] of [...expected.top_flat, ...expected.top_cum]) {
      expect([method, byName.get(method)]).toEqual([method, [self, total]]);
    }
    const largest = (values: number[]) =>
      values
        .filter((value) => value !== 0)
        .sort((a, b) => b - a)
        .slice(0, 20);
    expect(largest(methods.map(({ self }) => self))).toEqual(expected.top_flat.map(([, self]) => self));
    expect(largest(methods.map(({ total }) => total))).toEqual(expected.top_cum.map(([, , total]) => total));
  });
});

function isUnnamed(name: string): boolean {
  return name === '(unnamed)' || name === '(unknown)' || /^(?:.*\+)?0x[0-9a-f]+$/.test(name);
}

// --- Spans -----------------------------------------------------------------------------------------------------------

/** Sums per span id and value type, read with pprof-format. */
function spanSums(bytes: Uint8Array): { types: string[]; sums: Map<bigint, number[]>; whole: number[] } {
  const profile = Profile.decode(bytes);
  const text = (index: unknown) => profile.stringTable.strings[Number(index)];
  const types = profile.sampleType.map(({ type }) => text(type));
  const sums = new Map<bigint, number[]>();
  const whole = types.map(() => 0);
  for (const { label, value } of profile.sample) {
    const span = label.find(({ key }) => text(key) === 'span id');
    const numbers = value.map(Number);
    numbers.forEach((number, at) => (whole[at] += number));
    if (span !== undefined) {
      const id =
        span.num && BigInt(span.num) !== 0n ? BigInt.asUintN(64, BigInt(span.num)) : BigInt(text(span.str) || 0);
      const sum = sums.get(id) ?? types.map(() => 0);
      sums.set(
        id,
        sum.map((old, at) => old + numbers[at])
      );
    }
  }
  return { types, sums, whole };
}

describe.each([
  ['dd-python-2', 'profile.pprof', 'demo-python'],
  ['dd-go-2', 'cpu.pprof', 'demo-go'],
])('spans of %s', (recording, file, service) => {
  const recorded = Date.UTC(2026, 10, 22);
  const range = { from: recorded, to: recorded + day };
  let expected: ReturnType<typeof spanSums>;
  const selector = `{service="${service}"}`;

  beforeAll(async () => {
    const answer = await replay(store.url, loadRecording(recording));
    expect(answer.status).toBe(200);
    await untilInserted(store);
    const part = (await pprofUploads()).find(({ name }) => name === `recordings/${recording} ${file}`);
    expected = spanSums(part?.bytes ?? new Uint8Array());
    expect(expected.sums.size).toBeGreaterThan(100);
    // dd-trace-go makes ids of 63 bits only.
    expect([...expected.sums.keys()].some((id) => id > 1n << 63n)).toBe(recording === 'dd-python-2');
  }, 120_000);

  const hex = (id: bigint) => id.toString(16).padStart(16, '0');

  it('sums every type of every span to the last unit', async () => {
    for (const [at, type] of expected.types.entries()) {
      const [result] = await ask(range, [
        { queryType: 'dimension', dimension: 'span', profileType: `${file}:${type}`, selector, limit: 100_000 },
      ]);
      expect([type, result.error]).toEqual([type, undefined]);
      const found = new Map(rowsOf(result.frames[0]).map(({ name, self }) => [name, self]));
      found.delete('(no span)');
      const wanted = [...expected.sums]
        .filter(([, sum]) => sum[at] !== 0)
        .map(([id, sum]) => [hex(id), sum[at]] as const);
      expect([type, new Map([...found].filter(([, self]) => self !== 0))]).toEqual([type, new Map(wanted)]);
      expect([type, result.frames[0].schema.meta?.custom?.total]).toEqual([type, expected.whole[at]]);
    }
  }, 120_000);

  it('shows exactly a span asked for by hex, decimal, selector or in Pyroscope shape, from a bare range', async () => {
    const at = expected.types.findIndex((type) => type === 'wall-time' || type === 'cpu');
    const profileType = `${file}:${expected.types[at]}`;
    const { frames } = (await ask(range, [{ queryType: 'profiles', selector }]))[0];
    const start = column<number>(frames[0], 'time')[0];
    const bare = { from: start + 2000, to: start + 2001 };
    const ids = [...expected.sums.keys()].sort((a, b) => (a > b ? -1 : 1)).filter((_, k) => k % 12 === 0);
    for (const id of ids) {
      const sum = expected.sums.get(id)?.[at];
      const shape = { queryType: 'profile', profileType } as const;
      const results = await ask(bare, [
        { ...shape, selector, spanId: [hex(id)] },
        { ...shape, selector, spanId: [id.toString()] },
        { ...shape, selector: `span_id="${hex(id)}",service="${service}"` },
        {
          queryType: 'profile',
          labelSelector: `{service_name="${service}"}`,
          profileTypeId: profileType,
          groupBy: [],
          spanSelector: [hex(id)],
          maxNodes: 16384,
        },
      ]);
      expect(results.map(({ error, frames }) => error ?? column<number>(frames[0], 'value')[0])).toEqual([
        sum,
        sum,
        sum,
        sum,
      ]);
      const trees = results.map(({ frames: [frame] }) => JSON.stringify(frame.data));
      expect(new Set(trees).size).toBe(1);
    }
  }, 120_000);

  it('downloads what was uploaded', async () => {
    const { frames } = (await ask(range, [{ queryType: 'profiles', selector }]))[0];
    const [id] = column<string>(frames[0], 'id');
    const one = await fetch(`${store.url}/api/v1/profiles/${id}/raw?attachment=${file}`);
    expect(one.headers.get('content-disposition')).toBe(`attachment; filename="${file}"`);
    expect(spanSums(new Uint8Array(await one.arrayBuffer())).whole).toEqual(expected.whole);
    const all = await fetch(`${store.url}/api/v1/profiles/${id}/raw`);
    expect(all.headers.get('content-disposition')).toBe(`attachment; filename="${id}.zip"`);
    expect(new Uint8Array(await all.arrayBuffer()).subarray(0, 2)).toEqual(Uint8Array.of(0x50, 0x4b));
    const none = await fetch(`${store.url}/api/v1/profiles/${id}/raw?attachment=../../etc/passwd`);
    expect(none.status).toBe(404);
  });
});

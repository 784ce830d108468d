import http from 'node:http';
import type { AdhocFilter, StoreQuery } from '../../src/api/query';
import { column, openQueryStore, rowsOf, type QueryStore } from './query-store';
import { removeDataDirs } from './start-store';

const minute = 60_000;
const noon = Date.UTC(2026, 10, 24, 12);
const hour = { from: noon, to: noon + 60 * minute };
const firstId = '00000000-0000-4000-8000-000000000001';

let store: QueryStore;
beforeAll(async () => {
  store = await openQueryStore();
  await store.put({
    id: firstId,
    startMs: noon,
    endMs: noon + minute,
    labels: { service: 'shop', env: 'prod', version: '1' },
    profile: `
      types: cpu-time/nanoseconds, heap-space/bytes
      1 0 | main; load | thread=web endpoint=/cart span=a1 root=a0
      2 0 | main; save | thread=web endpoint=/pay span=b1 root=b1
      4 0 | main; idle | thread=idle
      0 60 | main; keep | endpoint=/cart span=a1 root=a0`,
  });
  await store.put({
    startMs: noon + minute,
    endMs: noon + 4 * minute,
    labels: { service: 'shop', env: 'dev', version: '2' },
    profile: `
      types: cpu-time/nanoseconds, heap-space/bytes
      100 0 | main; load | thread=web
      0 20 | main; keep | endpoint=/cart span=c1 root=c1
      0 8 | main; keep | endpoint=/pay span=d1 root=d1`,
  });
}, 60_000);
afterAll(async () => {
  await store.close();
  removeDataDirs();
});

const ask = async (query: Partial<StoreQuery>) => {
  const { frames, error } = await store.query(hour, query);
  return {
    frames,
    error: error?.code,
    notices: frames.flatMap((frame) => frame.schema.meta?.notices?.map(({ text }) => text) ?? []),
  };
};
const versions = async (query: Partial<StoreQuery>) => {
  const { frames, error, notices } = await ask({ queryType: 'profiles', sort: 'time', ...query });
  return { found: error ?? column<string>(frames[0], 'version'), told: notices.length };
};
const total = async (query: Partial<StoreQuery>) => {
  const { frames, error } = await ask({ queryType: 'profile', profileType: 'cpu-time', ...query });
  return error ?? column<number>(frames[0], 'value')[0];
};

describe('variables that nobody filled in', () => {
  it.each([
    ['env:${env} version:1', ['1'], 1],
    ['env:$env AND version:1', ['1'], 1],
    ['env:[[env]] version:1', ['1'], 1],
    ['env:${env:regex} version:1', ['1'], 1],
    ['-env:$env version:2', ['2'], 1],
    ['env:(prod OR $env)', ['1'], 1],
    ['NOT (env:$env OR version:1)', ['2'], 1],
    ['env:web-${env}*', ['1', '2'], 1],
    ['$search version:2', ['2'], 1],
    ['"${search}"', ['1', '2'], 1],
    ['${search}', ['1', '2'], 1],
    ['env:$__all version:2', ['2'], 0],
  ] as const)('leave the rest of the search %s', async (filter, found, told) => {
    expect(await versions({ filter })).toEqual({ found, told });
  });

  it.each([
    ['{env="$env", version="2"}', ['2'], 1],
    ['{env=~"${env:regex}", version="2"}', ['2'], 1],
    ['{env=~"[[env]]", version="2"}', ['2'], 1],
    ['{env=~"[[env:regex]]"}', ['1', '2'], 1],
    ['{env=~"($env)"}', ['1', '2'], 1],
    ['{version=~"[[:digit:]]"}', ['1', '2'], 0],
    ['{version=~"[[:alpha:]]"}', [], 0],
    ['{env=~"$__all"}', ['1', '2'], 0],
  ] as const)('lift the matcher of %s alone', async (selector, found, told) => {
    expect(await versions({ selector })).toEqual({ found, told });
  });

  it('compare with what is said, never with everything', async () => {
    const sides = async (compare: NonNullable<StoreQuery['compare']>) => {
      const { frames, error, notices } = await ask({ profileType: 'cpu-time', selector: '{env="dev"}', compare });
      const custom = frames[0]?.schema.meta?.custom;
      return error ?? [custom?.total, custom?.totalRight, notices.length];
    };
    expect(await sides({ profileId: firstId })).toEqual([100, 7, 0]);
    expect(await sides({ profileId: '${other}', selector: '{env="prod"}' })).toEqual([100, 7, 1]);
    expect(await sides({ selector: '{env="$env", version="1"}' })).toEqual([100, 7, 1]);
    expect(await sides({ selector: '{env="prod"}', profileId: '' })).toEqual([100, 7, 0]);
    expect(await sides({ profileId: '', selector: '' })).toEqual([100, 100, 0]);
    expect(await sides({ profileId: '${other}' })).toEqual([100, undefined, 1]);
  });

  it('leave out the other side of runtime information and the label of a histogram', async () => {
    const runtime = await ask({ queryType: 'runtime', profileId: firstId, compareId: '${other}' });
    expect([runtime.error, runtime.notices.length]).toEqual([undefined, 1]);
    const histogram = await ask({ queryType: 'histogram', by: '$by' });
    expect([histogram.frames.length, histogram.notices.length]).toEqual([1, 1]);
  });
});

describe('ad hoc filters', () => {
  const adhoc = (key: string, operator: AdhocFilter['operator'], value: string, values?: string[]): AdhocFilter[] => [
    { key, operator, value, values },
  ];

  it.each([
    ['env', '=', 'prod', undefined, ['1']],
    ['env', '!=', 'prod', undefined, ['2']],
    ['env', '=~', 'p.*', undefined, ['1']],
    ['env', '!~', 'p.*', undefined, ['2']],
    ['env', '=|', 'prod', ['prod', 'dev'], ['1', '2']],
    ['env', '=|', 'prod', undefined, ['1']],
    ['env', '=|', '$__all', ['$__all'], ['1', '2']],
    ['env', '!=|', 'prod', ['prod', 'test'], ['2']],
    ['env', '=', '$__all', undefined, ['1', '2']],
    ['env', '=', '', undefined, ['1', '2']],
    ['span_id', '=', '00000000000000a1', undefined, ['1']],
    ['root_span_id', '=|', '', ['00000000000000c1', '00000000000000b1'], ['1', '2']],
  ] as const)('%s %s %s %j choose uploads', async (key, operator, value, values, found) => {
    expect((await versions({ adhocFilters: adhoc(key, operator, value, values && [...values]) })).found).toEqual(found);
  });

  it.each([
    ['method', '=', 'load', undefined, 101],
    ['method', '!=', 'load', undefined, 6],
    ['method', '=~', '^(load|save)$', undefined, 103],
    ['method', '!~', '^l', undefined, 6],
    ['method', '=|', 'load', ['load', 'save'], 103],
    ['method', '!=|', 'load', ['load', 'save'], 4],
    ['thread', '=|', 'web', ['idle'], 4],
    ['thread', '!~', 'web', undefined, 4],
    ['endpoint', '=', '/cart', undefined, 1],
    ['endpoint', '!=|', '', ['/cart', '/pay'], 104],
    ['span', '=|', '', ['00000000000000a1', '00000000000000b1'], 3],
    ['span_id', '=', '00000000000000b1', undefined, 2],
    ['root_span_id', '=', '00000000000000a0', undefined, 1],
    ['method', '=|', '$__all', ['$__all'], 107],
    ['span_id', '!=', '00000000000000b1', undefined, 'bad_query'],
  ] as const)('%s %s %s %j choose samples', async (key, operator, value, values, sum) => {
    expect(await total({ adhocFilters: adhoc(key, operator, value, values && [...values]) })).toBe(sum);
  });
});

describe('averages', () => {
  it('of points in time hold for requests too', async () => {
    for (const [requestsBy, rows] of [
      ['endpoint', { '/cart': (60 * 1 + 20 * 3) / 4, '/pay': (8 * 3) / 4 }],
      ['span', { a1: 60 / 4, c1: (20 * 3) / 4, d1: (8 * 3) / 4 }],
    ] as const) {
      const { frames } = await ask({ queryType: 'requests', profileType: 'heap-live-size', requestsBy });
      const found = rowsOf(frames[0]).map((row) => [
        requestsBy === 'span' ? String(row.spanId).replace(/^0+/, '') : row.endpoint,
        row.value,
      ]);
      expect(Object.fromEntries(found)).toEqual(rows);
      expect(frames[0].schema.meta?.custom?.total).toBe(36);
      const shares = column<number>(frames[0], 'share').reduce((sum, share) => sum + share, 0);
      expect(shares).toBeCloseTo(1, 10);
    }
  });
});

describe('shares', () => {
  it.each([
    [{}, 101 / 107, 101 / 107],
    [{ stackFilter: [{ dimension: 'method', match: 'any', values: ['load', 'save'] }] }, 101 / 103, 101 / 103],
    [{ stackFilter: [{ dimension: 'thread', match: 'any', values: ['web'], exclude: true }] }, 0, 0],
    [{ stackFilter: [{ dimension: 'method', match: 'leaf', values: ['load'] }] }, 1, 1],
    [{ rootSpanId: ['a0', 'b1'] }, 1 / 3, 1 / 3],
    [{ selector: '{env="prod"}' }, 1 / 7, 1 / 7],
  ] as const)(
    'of %j have the same samples above and below, in tables, alerts and series',
    async (filter, self, whole) => {
      const asked: Partial<StoreQuery> = {
        profileType: 'cpu-time',
        dimension: 'method',
        rows: ['load'],
        ...(filter as unknown as Partial<StoreQuery>),
      };
      const table = await ask({ ...asked, queryType: 'dimension' });
      expect([column(table.frames[0], 'selfShare'), column(table.frames[0], 'totalShare')]).toEqual([[self], [whole]]);
      const alert = await ask({ ...asked, queryType: 'dimension', format: 'alert', measure: 'selfShare' });
      expect(column<number>(alert.frames[0], 'value')[0]).toBeCloseTo(self, 12);
      // One step over both uploads: each counts by its whole value.
      const { frames } = await store.query(
        { from: noon, to: noon + 5 * minute, intervalMs: 5 * minute },
        { ...asked, queryType: 'metrics', measure: 'totalShare' }
      );
      expect(column<number>(frames[0], 'value').map((share) => share.toFixed(9))).toEqual([whole.toFixed(9)]);
    }
  );
});

describe('spans', () => {
  it('come in the shape of the Pyroscope datasource', async () => {
    for (const queryType of ['profile', 'both'] as const) {
      const { frames, error } = await ask({
        queryType,
        profileTypeId: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
        labelSelector: '{service_name="shop"}',
        spanSelector: ['00000000000000a1'],
        groupBy: [],
        maxNodes: undefined,
      });
      expect(error).toBeUndefined();
      expect(column<number>(frames[0], 'value')[0]).toBe(1);
      expect(frames.map(({ schema }) => schema.name)).toEqual(
        queryType === 'both' ? ['response', 'CPU Time'] : ['response']
      );
    }
  });
});

describe('limits', () => {
  it('hold for all answers of a request together', async () => {
    const profile = `types: cpu-time/nanoseconds\n${Array.from({ length: 3000 }, (_, k) => `1 | main; ${'x'.repeat(5000)}${k}`).join('\n')}`;
    await store.put({ tenant: 'large', startMs: noon, endMs: noon + minute, labels: { service: 's' }, profile });
    const queries = Array.from({ length: 6 }, (_, k) => ({
      refId: `R${k}`,
      queryType: 'profile',
      profileType: 'cpu-time',
    }));
    const { body } = await store.ask({ ...hour, queries }, { 'x-tenant': 'large' });
    const { results } = body as { results: Record<string, { status: number; error?: { code: string } }> };
    const codes = Object.values(results).map(({ error }) => error?.code ?? 'ok');
    codes.sort().reverse();
    expect(codes).toEqual(['ok', 'ok', 'ok', 'ok', 'answer_too_large', 'answer_too_large']);
  }, 60_000);
});

async function endlessStatements(): Promise<number> {
  const found = await store.engine.select({
    sql: `SELECT toUInt32(count()) AS n FROM system.processes WHERE query LIKE '%sleepEachRow(0.001)%' AND query NOT LIKE '%processes%'`,
  });
  return found.numbers('n')[0];
}

describe('a client that goes away', () => {
  it('stops its statements in the engine', async () => {
    const select = store.engine.select;
    const ended: string[] = [];
    let asked = 0;
    let began: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (began = resolve));
    // The question's own statements, made endless: what must be seen is that the engine lets go of them.
    const endless = 'SELECT count() FROM system.numbers WHERE number = 1 OR sleepEachRow(0.001) = 1';
    store.engine.select = async (_statement, options) => {
      asked++;
      began();
      return select.call(store.engine, { sql: endless }, options).catch((error: { kind?: string }) => {
        ended.push(error.kind ?? 'failed');
        throw error;
      });
    };
    try {
      const url = new URL(`${store.url}/api/v1/query`);
      const request = http.request(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
      request.on('error', () => undefined);
      request.end(JSON.stringify({ ...hour, queries: [{ refId: 'A', queryType: 'facets' }] }));
      await running;
      request.destroy();
      while (ended.length < asked || ended.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      store.engine.select = select;
    }
    expect(new Set(ended)).toEqual(new Set(['cancelled']));
    expect(await total({ selector: '{env="prod"}' })).toBe(7);
    // The engine is told again and again, until the statements have ended; the test's limit fails what never ends.
    while ((await endlessStatements()) > 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, 60_000);
});

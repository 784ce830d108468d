import type { FrameJson, StoreQuery } from '../../src/api/query';
import { hexId, recordedSpans } from '../oracle/recorded-traces';
import { startStandIn, type StandIn } from './cluster/start-stand-in';
import { loadRecording, replay } from './replay';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from './start-store';
import { askQuery, rowsOf } from './store-client';

// Questions for spans in ClickHouse mode on a cluster of two shards (cluster/stand-in.ts) and in a store alone: the same answers.
const clients = [
  ['python', 'dd-python-2', 'wall-time'],
  ['java', 'dd-java-ddprof-2', 'wall-time'],
  ['go', 'dd-go-2', 'cpu-time'],
  ['node', 'dd-node-2', 'wall-time'],
] as const;
const day = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };

let standIn: StandIn;
let cluster: RunningStore;
let alone: RunningStore;
jest.setTimeout(120_000);
beforeAll(async () => {
  standIn = await startStandIn();
  cluster = await startStore({ flags: ['--clickhouse-url', standIn.url, '--clickhouse-cluster', standIn.cluster] });
  alone = await startStore();
  for (const store of [cluster, alone]) {
    for (const [, recording] of clients) {
      expect((await replay(store.url, loadRecording(recording))).status).toBe(200);
    }
    await untilInserted(store);
  }
}, 300_000);
afterAll(async () => {
  await cluster.stop();
  await alone.stop();
  await standIn.stop();
  removeDataDirs();
});

/** An answer without the ids of uploads, which every store gives anew. */
function comparable({ schema, data }: FrameJson) {
  const hidden = new Set(schema.fields.flatMap(({ name }, at) => (/^profileId$|^id$/.test(name) ? [at] : [])));
  const { uploads, ...custom } = (schema.meta?.custom ?? {}) as Record<string, unknown>;
  return {
    names: schema.fields.map(({ name }) => name),
    notices: schema.meta?.notices,
    custom: { ...custom, uploads: Array.isArray(uploads) ? uploads.length : undefined },
    values: data.values.filter((_, at) => !hidden.has(at)),
  };
}

/** The cluster's answer, once it is known to be that of the store alone. */
async function same(query: Partial<StoreQuery>): Promise<FrameJson> {
  const [first, second] = await Promise.all([cluster, alone].map(({ url }) => askQuery(url, query, day)));
  expect(comparable(first[0])).toEqual(comparable(second[0]));
  return first[0];
}

describe.each(clients)('spans of %s', (client, _, profileType) => {
  const selector = `{service="demo-${client}"}`;

  it('have the same methods, in every scope and order, with the average of their endpoint', async () => {
    const requests = rowsOf(await same({ queryType: 'requests', selector, profileType, limit: 500 }));
    expect(requests.length).toBeGreaterThan(50);
    const traced = new Set(recordedSpans(`traces-dd-${client}`).map(({ spanId }) => hexId(spanId)));
    const chosen = requests.filter(({ spanId }) => traced.has(String(spanId))).slice(0, 2);
    expect(chosen).toHaveLength(2);
    const [{ spanId, value }] = chosen;
    for (const spanScope of ['span', 'root'] as const) {
      for (const order of ['time', 'value'] as const) {
        const answer = await same({
          queryType: 'hotspots',
          selector,
          profileType,
          spanId: [String(spanId)],
          spanScope,
          order,
        });
        const [total] = rowsOf(answer).map((row) => Number(row.value));
        expect(total).toBeGreaterThanOrEqual(Number(value));
      }
    }
    await same({ queryType: 'hotspots', selector, profileType, spanId: chosen.map((one) => String(one.spanId)) });
  });
});

it('finds the requests of two services, and says why a span that nobody has shows nothing', async () => {
  const selector = '{service=~"demo-python|demo-java"}';
  const rows = rowsOf(await same({ queryType: 'requests', selector, profileType: 'wall-time', limit: 200 }));
  expect(new Set(rows.map(({ service }) => service))).toEqual(new Set(['demo-python', 'demo-java']));
  const empty = await same({ queryType: 'hotspots', selector, spanId: ['00000000deadbeef'] });
  expect(empty.schema.meta?.custom).toMatchObject({ state: 'noSamples' });
});

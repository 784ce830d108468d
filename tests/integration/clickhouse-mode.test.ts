import fs from 'node:fs';
import path from 'node:path';
import { applyRetention } from '../../store/retention';
import { openStandInEngine, startStandIn, type StandIn } from './cluster/start-stand-in';
import { acceptedId, eventPart, makeForm, sendForm } from './form';
import { openQueryStore } from './query-store';
import { newDataDir, removeDataDirs, startStore, untilInserted, type RunningStore } from './start-store';
import { listProfiles, totalsOf } from './store-client';

// A store in ClickHouse mode on a cluster of two shards, played by the embedded engine (cluster/stand-in.ts).
jest.setTimeout(120_000);

const file = fs.readFileSync(path.resolve(__dirname, '../fixtures/uploads/files/go-runtime-cpu.pprof'));
const noon = Date.UTC(2026, 10, 22, 12);
const services = ['cart', 'checkout', 'catalog', 'payments', 'search', 'users'];

afterAll(removeDataDirs);

function flagsFor({ url, cluster }: StandIn): string[] {
  return ['--clickhouse-url', url, '--clickhouse-cluster', cluster];
}

async function send(store: RunningStore, service: string, startMs: number): Promise<string> {
  const form = makeForm([
    eventPart(startMs, `service:${service}`),
    { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: file },
  ]);
  return acceptedId(await sendForm(store.url, form));
}

describe('a store on a cluster', () => {
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await startStandIn();
  });
  afterAll(() => standIn.stop());

  it('takes uploads, answers, recognises repeats after a restart, and deletes', async () => {
    const dataDir = newDataDir();
    const store = await startStore({ dataDir, flags: flagsFor(standIn) });
    const ids = await Promise.all(
      services.flatMap((service) => [0, 1, 2].map((hour) => send(store, service, noon + hour * 3_600_000)))
    );
    await untilInserted(store);
    expect((await listProfiles(store.url)).map(({ id }) => id).sort()).toEqual([...ids].sort());
    const alone = await startStore();
    const same = await send(alone, services[0], noon);
    await untilInserted(alone);
    expect(await totalsOf(store.url, ids[0], ['cpu-time', 'cpu-samples'])).toEqual(
      await totalsOf(alone.url, same, ['cpu-time', 'cpu-samples'])
    );
    await alone.stop();
    await store.kill();

    const again = await startStore({ dataDir, flags: flagsFor(standIn) });
    expect(await send(again, services[0], noon)).toBe(ids[0]);
    const selector = encodeURIComponent('{service="cart"}');
    const deleted = await fetch(
      `${again.url}/api/v1/profiles?selector=${selector}&from=${noon}&to=${noon + 86_400_000}`,
      {
        method: 'DELETE',
      }
    );
    expect(deleted.status).toBe(200);
    const left = await listProfiles(again.url);
    expect(left.map(({ service }) => service)).not.toContain('cart');
    expect(left).toHaveLength(15);
    await again.stop();
  });

  it('is the only one that writes to its data folder', async () => {
    const first = await startStore({ flags: flagsFor(standIn) });
    await expect(startStore({ dataDir: first.dataDir, flags: flagsFor(standIn) })).rejects.toThrow(
      'is in use by another store'
    );
    await first.stop();
  });
});

it('keeps rows on both shards, and drops old days on both', async () => {
  const store = await openQueryStore(undefined, openStandInEngine);
  const startMs = Date.UTC(2026, 9, 1);
  for (const service of services) {
    await store.put({
      startMs,
      endMs: startMs + 60_000,
      labels: { service },
      profile: 'types: cpu-time/nanoseconds\n5 | main; work',
    });
  }
  const shards = await store.engine.select({
    sql: 'SELECT shardNum() AS shard, count() AS uploads FROM profiles GROUP BY shard ORDER BY shard',
  });
  expect(Array.from(shards.numbers('shard'))).toEqual([1, 2]);
  const dropped = await applyRetention(store.engine, startMs + 400 * 86_400_000);
  expect(new Set(dropped.map(({ table }) => table))).toEqual(new Set(['profiles', 'samples', 'stacks', 'frames']));
  const rest = await store.engine.select({ sql: 'SELECT count() AS uploads FROM profiles' });
  expect(Number(rest.bigints('uploads')[0])).toBe(0);
  await store.close();
});

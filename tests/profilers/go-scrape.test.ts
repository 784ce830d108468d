import fs from 'node:fs';
import path from 'node:path';
import { newDataDir, removeDataDirs, startStore, untilInserted, type RunningStore } from '../integration/start-store';
import { lookAt, typesOf, type Live } from './live';
import { startProgram, type Program } from './program';
import { describeWith } from './ready';

const service = 'live-go-scrape';
const mebibyte = 2 ** 20;
const intervalSeconds = 2;

describeWith("the scraper, of Go's net/http/pprof", 'goHttppprof', ({ program }) => {
  let store: RunningStore;
  let go: Program;
  let live: Live;
  /** Of every round, before and after the program was started again. */
  let marks: Array<{ readonly afterMs: number; readonly keptBlocks: number }>;

  const uploads = async () => {
    await untilInserted(store);
    return (await lookAt(store.url, service, { program: go, requests: {}, exitCode: null })).profiles;
  };
  const untilUploads = async (count: number) => {
    const end = Date.now() + 60_000;
    while ((await uploads()).length < count) {
      if (Date.now() > end) {
        throw new Error(`fewer than ${count} uploads came\n${store.log()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const listensAt = async (): Promise<string> => {
    for (;;) {
      const found = /"listens":"([^"]+)"/.exec(go.log())?.[1];
      if (found) {
        return found;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const oneRound = async () => {
    const before = go.log().split('"round"').length;
    go.process.kill('SIGUSR1');
    while (go.log().split('"round"').length === before) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    marks.push({ afterMs: Date.now(), keptBlocks: 3 });
  };

  beforeAll(async () => {
    marks = [];
    go = startProgram({ command: program, args: [], env: { SHOP_LISTEN: '127.0.0.1:0' } });
    const address = await listensAt();
    const dataDir = newDataDir();
    fs.writeFileSync(
      path.join(dataDir, 'hotspan.yaml'),
      `scrape: [{ url: "http://${address}", service: ${service}, interval: ${intervalSeconds}s, labels: { env: test, version: 1.2.3, host: shop-host } }]\n`
    );
    store = await startStore({ dataDir });
    await untilUploads(1);
    await oneRound();
    await untilUploads(3);
    await oneRound();
    await oneRound();
    await untilUploads(5);
    // The same address, another process: everything counts from 0 again.
    await go.stop();
    go = startProgram({ command: program, args: [], env: { SHOP_LISTEN: address } });
    await listensAt();
    const before = (await uploads()).length;
    await untilUploads(before + 2);
    await oneRound();
    await untilUploads(before + 5);
    live = await lookAt(store.url, service, { program: go, requests: {}, exitCode: null });
  }, 240_000);
  afterAll(async () => {
    await go.stop();
    await store.stop();
    removeDataDirs();
  });

  it('lists an upload per interval with the labels of the configuration', () => {
    for (const profile of live.profiles) {
      expect(profile).toMatchObject({
        status: 'ok',
        env: 'test',
        version: '1.2.3',
        host: 'shop-host',
        language: 'go',
      });
      expect(Number(profile.duration) / 1e9).toBeGreaterThanOrEqual(intervalSeconds - 0.1);
    }
  });

  it('carries every type', async () => {
    expect(await typesOf(live)).toEqual(
      expect.arrayContaining([
        ...['cpu-time', 'heap-live-size', 'heap-live-objects', 'allocated-memory', 'allocations'],
        ...['mutex', 'mutex-contentions', 'block', 'block-contentions', 'goroutines'],
      ])
    );
  });

  it('counts what was allocated between two scrapes once, to the byte, over a restart', async () => {
    const rows = await live.rows({ queryType: 'dimension', dimension: 'method', profileType: 'allocated-memory' });
    const kept = rows.find(({ name }) => name === 'main.KeepBlocks');
    const blocks = marks.reduce((sum, mark) => sum + mark.keptBlocks, 0);
    // MemProfileRate is 1, so nothing is estimated. The slice that holds the blocks grows a little, too.
    expect(Number(kept?.total)).toBeGreaterThanOrEqual(blocks * mebibyte);
    expect(Number(kept?.total)).toBeLessThan(blocks * mebibyte + 10_000);
  });

  it('shows live memory as it is', async () => {
    const rows = await live.rows({
      queryType: 'dimension',
      dimension: 'method',
      profileType: 'heap-live-size',
      profileId: [...live.profiles].sort((a, b) => Number(b.time) - Number(a.time))[0].id,
    });
    // The second process after one round.
    const liveBytes = Number(rows.find(({ name }) => name === 'main.KeepBlocks')?.total);
    expect(liveBytes).toBeGreaterThanOrEqual(13 * mebibyte);
    expect(liveBytes).toBeLessThan(13 * mebibyte + 10_000);
  });

  it('shows where locks were waited for', async () => {
    const rows = await live.rows({ queryType: 'dimension', dimension: 'method', profileType: 'mutex-contentions' });
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['profilers/shop.WaitForStock']));
  });

  it('shows the program in CPU time', async () => {
    const rows = await live.rows({ queryType: 'dimension', dimension: 'method', profileType: 'cpu-time' });
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['profilers/shop.Crunch']));
  });

  it('complains at most once of a target that was away, and counts rounds', () => {
    const lines = store.log().split('\n');
    expect(lines.filter((line) => line.includes('could be pulled')).length).toBeLessThanOrEqual(1);
    const metrics = fetch(`${store.url}/metrics`).then((response) => response.text());
    return expect(metrics).resolves.toMatch(/hotspan_scrapes_total\{outcome="ok"\} \d+/);
  });
});

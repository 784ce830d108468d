import fs from 'node:fs';
import path from 'node:path';
import { acceptedId, eventPart, makeForm, sendForm, type Form } from './form';
import { crashRounds } from '../faults/crash-rounds';
import { removeDataDirs, startStore, untilInserted, untilReady, newDataDir } from './start-store';
import { listProfiles, totalsOf } from './store-client';

jest.setTimeout(240_000);

const cpu = fs.readFileSync(path.resolve(__dirname, '../fixtures/uploads/files/go-runtime-cpu.pprof'));
const baseMs = Date.UTC(2026, 10, 22, 12);

function upload(number: number, service = 'restart'): Form {
  return makeForm([
    eventPart(baseMs + number * 1000, `service:${service},runtime-id:r${number}`),
    { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: cpu },
  ]);
}

afterAll(removeDataDirs);

it('stops cleanly on SIGTERM, and a repeat after the restart is the same profile', async () => {
  const first = await startStore();
  const id = await acceptedId(await sendForm(first.url, upload(1)));
  expect(await first.stop()).toBe(0);
  const second = await startStore({ dataDir: first.dataDir });
  expect(await acceptedId(await sendForm(second.url, upload(1)))).toBe(id);
  expect((await listProfiles(second.url)).map((profile) => profile.id)).toEqual([id]);
  await second.stop();
});

it('reads again what the engine never got, without its checkpoint, and cuts a torn tail', async () => {
  const first = await startStore();
  const ids = [];
  for (let number = 0; number < 5; number++) {
    ids.push(await acceptedId(await sendForm(first.url, upload(number))));
  }
  await untilInserted(first);
  const before = await totalsOf(first.url, ids[0], ['cpu-time']);
  await first.kill();

  // The engine's folder is lost, the checkpoint too, and the last record was half written.
  const raw = path.join(first.dataDir, 'raw');
  fs.rmSync(path.join(first.dataDir, 'engine'), { recursive: true });
  fs.rmSync(path.join(raw, 'checkpoint.json'), { force: true });
  const segment = path.join(
    raw,
    fs
      .readdirSync(raw)
      .filter((name) => name.endsWith('.seg'))
      .sort()[0]
  );
  const sizeBytes = fs.statSync(segment).size;
  fs.appendFileSync(segment, fs.readFileSync(segment).subarray(0, 1234));

  const second = await startStore({ dataDir: first.dataDir });
  await untilInserted(second);
  expect((await listProfiles(second.url)).map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(await totalsOf(second.url, ids[0], ['cpu-time'])).toEqual(before);
  expect(fs.statSync(segment).size).toBe(sizeBytes);
  expect(second.log()).toContain('cut a torn record');
  await second.stop();
});

it('jumps over a damaged record and keeps those around it', async () => {
  const first = await startStore();
  const ids = [];
  for (let number = 0; number < 3; number++) {
    ids.push(await acceptedId(await sendForm(first.url, upload(number))));
  }
  await first.stop();
  const raw = path.join(first.dataDir, 'raw');
  const segment = path.join(raw, fs.readdirSync(raw).filter((name) => name.endsWith('.seg'))[0]);
  const bytes = fs.readFileSync(segment);
  bytes[Math.floor(bytes.length / 2)] ^= 0xff;
  fs.writeFileSync(segment, bytes);
  fs.rmSync(path.join(first.dataDir, 'engine'), { recursive: true });
  fs.rmSync(path.join(raw, 'checkpoint.json'));

  const second = await startStore({ dataDir: first.dataDir });
  await untilInserted(second);
  expect((await listProfiles(second.url)).map(({ id }) => id).sort()).toEqual([ids[0], ids[2]].sort());
  await second.stop();
});

it('acknowledges uploads while the engine is down and inserts them when it is back', async () => {
  const store = await startStore();
  const engine = store.engineProcessId();
  expect(engine).toBeDefined();
  process.kill(engine ?? 0, 'SIGKILL');
  const ids = [];
  for (let number = 0; number < 10; number++) {
    ids.push(await acceptedId(await sendForm(store.url, upload(number))));
  }
  await untilReady(store);
  await untilInserted(store);
  expect((await listProfiles(store.url)).map(({ id }) => id).sort()).toEqual([...ids].sort());
  await store.stop();
});

it('says 503 when the spool is full, and takes uploads again later', async () => {
  const store = await startStore({ env: { HOTSPAN_SPOOL_MAX_BYTES: '30KB' } });
  const engine = store.engineProcessId() ?? 0;
  process.kill(engine, 'SIGSTOP');
  const statuses = [];
  for (let number = 0; number < 6; number++) {
    const response = await sendForm(store.url, upload(number));
    statuses.push(response.status);
    if (response.status === 503) {
      expect(response.headers.get('retry-after')).toBe('5');
      expect(await response.json()).toMatchObject({ error: { code: 'spool_full' } });
    }
  }
  process.kill(engine, 'SIGCONT');
  expect(statuses.slice(-1)).toEqual([503]);
  await untilInserted(store);
  await acceptedId(await sendForm(store.url, upload(100)));
  await store.stop();
});

it('loses nothing and doubles nothing in three rounds of kill -9', async () => {
  const rounds = await crashRounds({ rounds: 3, dataDir: newDataDir(), seed: 7 });
  expect(rounds.acknowledged).toBeGreaterThan(0);
  expect(rounds.lost).toEqual([]);
  expect(rounds.doubled).toEqual([]);
});

import { mutate } from '../fuzz/mutations';
import { loadRecording } from './replay';
import { removeDataDirs, startStore, untilInserted } from './start-store';
import { listProfiles } from './store-client';

/** Damaged uploads of real clients to a running store: what it acknowledged is there after a kill -9. */
jest.setTimeout(600_000);
afterAll(removeDataDirs);

const recordings = ['dd-python-2', 'dd-go-2', 'dd-node-2', 'pyroscope-python-push-1', 'pyroscope-java-otlp'];
const rounds = Number(process.env.FUZZ_ROUNDS ?? 40);
const idOf = /"(?:ProfileID|id)":\s?"([^"]+)"/;

/** Sends a recording with damage number `round`; undefined = it was refused. */
async function send(url: string, name: string, round: number): Promise<string | undefined> {
  const { method, path, headers, body } = loadRecording(name);
  const contentType = headers.find(([key]) => /^content-type$/i.test(key))?.[1] ?? '';
  const damaged = mutate(new Uint8Array(body), round);
  const answer = await fetch(url + path, { method, headers: { 'content-type': contentType }, body: damaged });
  const text = await answer.text();
  if (answer.status !== 200) {
    expect([name, round, answer.status, [400, 413, 422].includes(answer.status)]).toEqual([
      name,
      round,
      answer.status,
      true,
    ]);
    return undefined;
  }
  return idOf.exec(text)?.[1] ?? '';
}

it('takes or refuses them, and keeps every one that it took over a kill -9', async () => {
  let store = await startStore();
  const { dataDir } = store;
  const acknowledged: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const ids = await Promise.all(recordings.map((name) => send(store.url, name, round)));
    acknowledged.push(...ids.flatMap((id) => id ?? []));
  }
  await store.kill();
  store = await startStore({ dataDir });
  await untilInserted(store);
  const listed = await listProfiles(store.url);
  const present = new Set(listed.map(({ id }) => id));
  // Pyroscope's answers name no profile.
  const named = acknowledged.filter((id) => id !== '');
  expect(named.filter((id) => !present.has(id))).toEqual([]);
  expect(named.length).toBeGreaterThan(rounds / 4);
  expect(listed).toHaveLength(present.size);
  await store.stop();
});

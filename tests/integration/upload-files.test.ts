import type { ProfileTypesAnswer } from '../../src/api/resources';
import { readerFixtures, readFixture, singleFiles } from '../oracle/readers';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';

/** Every single file of the corpus and of the recordings, sent to a running store as it lies on the disk. */
const day = 86_400_000;
const noon = Date.UTC(2026, 10, 24, 12);

/** Files that hold no profile: [status, part of the reason]. */
const refused: Readonly<Record<string, readonly [number, string]>> = {
  'corpus/go-metrics-guance.json': [400, 'no file of the upload is a profile'],
  'uploads/files/otlp-grpc-gzip.client-bytes': [422, 'no known profile format'],
  'uploads/files/otlp-grpc-identity.client-bytes': [422, 'no known profile format'],
};
/** JFR 0.9, of JDK 8 before the format was opened. */
const oldJfr = 'corpus/java-ddtrace-guance-prof.jfr';

let store: RunningStore;
beforeAll(async () => {
  store = await startStore();
}, 120_000);
afterAll(async () => {
  await store.stop();
  removeDataDirs();
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function upload(file: string, at: number): Promise<Answer> {
  const start = noon + at * 60_000;
  const query = new URLSearchParams({ service: file, name: file, start: String(start), end: String(start + 60_000) });
  const response = await fetch(`${store.url}/api/v1/upload?${query}`, { method: 'POST', body: readFixture(file) });
  return { status: response.status, text: await response.text() };
}

async function typesOf(service: string): Promise<string[]> {
  const query = new URLSearchParams({
    from: String(noon),
    to: String(noon + day),
    selector: `{service=${JSON.stringify(service)}}`,
  });
  const response = await fetch(`${store.url}/api/v1/profile-types?${query}`);
  const { profileTypes }: ProfileTypesAnswer = JSON.parse(await response.text());
  return profileTypes.map(({ id }) => id);
}

describe('every single file', () => {
  const expected = new Map(readerFixtures().map(({ path, expected: facts }) => [path, facts]));
  const files = [...new Set([...singleFiles(), ...expected.keys()])].sort();
  const answers = new Map<string, Answer>();

  beforeAll(async () => {
    for (const [at, file] of files.entries()) {
      answers.set(file, await upload(file, at));
    }
    await untilInserted(store);
  }, 240_000);

  it.each(files)('%s is taken in with its types, or refused with its reason', async (file) => {
    const { status, text } = answers.get(file) ?? { status: 0, text: '' };
    const reason =
      refused[file] ?? (expected.get(file)?.refused ? [422, expected.get(file)?.refused ?? ''] : undefined);
    if (reason !== undefined) {
      expect([status, text]).toEqual([reason[0], expect.stringContaining(reason[1])]);
      return;
    }
    if (file === oldJfr && status !== 200) {
      expect([status, text]).toEqual([422, expect.stringContaining('0.9')]);
      return;
    }
    expect([status, status === 200 ? '' : text]).toEqual([200, '']);
    const types = await typesOf(file);
    const ids = Object.values(expected.get(file)?.types ?? {}).map(({ id }) => id);
    expect(types).toEqual(expect.arrayContaining([...new Set(ids)]));
    if (file !== oldJfr) {
      expect(types.length).toBeGreaterThan(0);
    }
  });
});

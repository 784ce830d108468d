import type { ProfileTypesAnswer } from '../../src/api/resources';
import { defaultReaderLimits, type Profile } from '../../src/model/profile';
import { resolveProfileTypes } from '../../src/model/profile-types';
import { sniffReader } from '../../store/readers/readers';
import { readerFixtures, readFixture, singleFiles } from '../oracle/readers';
import { noStack, totalsOf } from '../oracle/totals';
import { plain } from '../oracle/uploads';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';
import { askQuery, rowsOf } from './store-client';

/** Every single file of the corpus and of the recordings, sent to a running store as it lies on the disk. */
jest.setTimeout(60_000);

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

/** Sums that the slow and obvious way finds in a file, by profile type: readers are held against the oracles elsewhere. */
function sumsOf(profile: Profile, attachment: string): Map<string, ReturnType<typeof totalsOf>> {
  const { valueTypes, period } = profile;
  const sums = new Map<string, ReturnType<typeof totalsOf>>();
  resolveProfileTypes(valueTypes, { attachment, language: '', period }).forEach(({ id, scale }, column) => {
    if (scale === 1 && !sums.has(id)) {
      sums.set(id, totalsOf(profile, column, true));
    } else {
      sums.delete(id);
    }
  });
  return sums;
}

/** The largest rows; equal ones by name, as answers are sorted. */
function largest(sums: ReadonlyMap<string, number>, absent: string): Array<[string, number]> {
  const named = [...sums].map(([name, value]): [string, number] => [
    name === '' || name === noStack ? absent : name,
    value,
  ]);
  return named
    .filter(([name]) => name !== '(unnamed)')
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 5);
}

async function askRows(service: string, type: string, dimension: string, measure: string) {
  const query = {
    queryType: 'dimension',
    dimension,
    measure,
    profileType: type,
    selector: `{service=${JSON.stringify(service)}}`,
  };
  const [frame] = await askQuery(store.url, { ...query, limit: 50 }, { from: noon, to: noon + day });
  return {
    total: frame.schema.meta?.custom?.total,
    rows: rowsOf(frame) as Array<{ name: string; self: number; total: number }>,
  };
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

  const readable = files.flatMap((file) => {
    const bytes = plain(readFixture(file));
    const reader = sniffReader(bytes);
    const isLeftOut = file.endsWith('.zip') || file === oldJfr || refused[file] || expected.get(file)?.refused;
    return reader === undefined || isLeftOut ? [] : [[file, reader, bytes] as const];
  });

  it.each(readable)('%s gives the sums of its samples, by method and by thread', async (file, reader, bytes) => {
    const profile = reader.read(bytes, defaultReaderLimits);
    const hasThreads = profile.contexts.thread.some((thread) => thread !== 0);
    for (const [type, sums] of sumsOf(profile, file)) {
      const methods = await askRows(file, type, 'method', 'self');
      expect([type, methods.total]).toEqual([type, sums.total]);
      const self = new Map(methods.rows.map((row) => [row.name, row.self]));
      for (const [name, value] of largest(sums.flat, '(no stack)').filter(([, amount]) => amount > 0)) {
        expect([type, name, self.get(name)]).toEqual([type, name, value]);
      }
      if (!hasThreads) {
        continue;
      }
      const threads = await askRows(file, type, 'thread', 'self');
      const byThread = new Map(threads.rows.map((row) => [row.name, row.self]));
      for (const [name, value] of largest(sums.byThread, '(no thread)').filter(([, amount]) => amount > 0)) {
        expect([type, name, byThread.get(name)]).toEqual([type, name, value]);
      }
    }
  });
});

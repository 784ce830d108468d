import type { FrameJson } from '../../src/api/query';
import { keptSums } from '../../store/query/kept-sums';
import { fewUploads } from '../../store/query/plan';
import { portions } from '../../store/query/read-entries';
import { applyRetention } from '../../store/retention';
import { buildDueCells, sweepBuilds } from '../../store/rollup';
import { plainGraph, plainSeries, plainTable, type PlainTable } from './plain-answers';
import { column, openQueryStore, rowsOf, startWatched, type QueryStore } from './query-store';
import { randomQuestion, type Question } from './random-questions';
import { randomFractions } from '../random';
import { randomUpload, storable, type PlainUpload } from './random-uploads';
import { newDataDir, removeDataDirs } from './start-store';

/**
 * Seeded random questions over seeded random uploads, on single samples and on the hour rollup, against an answer that goes over every
 * sample; again after everything that may happen to a data folder.
 */
const seed = Number(process.env.SEED ?? 20261125);
const questionCount = 320;
const hourMs = 3600_000;
const dayMs = 24 * hourMs;
const firstMs = Date.UTC(2026, 10, 24, 9, 17);
const lastMs = firstMs + 7 * hourMs;
const builtAtMs = lastMs + dayMs;
const settings = { graceMs: 0, rebuildMs: 0 };

jest.setTimeout(process.env.ALL === '1' ? 3_600_000 : 600_000);

const random = randomFractions(seed);
let uploads: PlainUpload[] = Array.from({ length: 260 }, () => randomUpload(random, firstMs, lastMs));
const questions = Array.from({ length: questionCount }, () => randomQuestion(random, firstMs, lastMs));

const dataDir = newDataDir();
let store: QueryStore;
/** Statements that read the rollup. */
let rollupReads = 0;
/** Statements that look for uploads one by one. */
let uploadReads = 0;

const start = () =>
  startWatched(dataDir, (sql) => {
    rollupReads += sql.includes('FROM samples_1h AS s') ? 1 : 0;
    uploadReads += sql.includes('AS type_total') ? 1 : 0;
  });

const open = () => openQueryStore(undefined, start);
/** So few uploads would all be answered from memory, and nothing from the rollup's series. */
const keptInMemory = fewUploads.uploads;

beforeAll(async () => {
  fewUploads.uploads = 0;
  keptSums.used = false;
  store = await open();
  await store.putAll(uploads.map(storable));
});
afterAll(async () => {
  await store.close();
  removeDataDirs();
});

/**
 * Asks some of the questions; returns how often the rollup was read. Throws at the first wrong answer. Some are asked again with the sums
 * that are kept since the first time this was called.
 */
async function checkAnswers(asked: readonly Question[]): Promise<number> {
  rollupReads = 0;
  uploadReads = 0;
  await checkEach(asked);
  const reads = [rollupReads, uploadReads];
  keptSums.used = true;
  await checkEach(asked.slice(0, some.length));
  keptSums.used = false;
  [rollupReads, uploadReads] = reads;
  return rollupReads;
}

async function checkEach(asked: readonly Question[]): Promise<void> {
  const open = [...asked];
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let question = open.pop(); question !== undefined; question = open.pop()) {
        await checkAnswer(question);
      }
    })
  );
}

async function checkAnswer(question: Question): Promise<void> {
  const { frames, error } = await store.query(question.time, question.query);
  try {
    expect(error).toBeUndefined();
    check(question, frames);
  } catch (failure) {
    throw new Error(`SEED=${seed} ${JSON.stringify(question)}\n${String(failure)}`);
  }
}

function check({ time, query }: Question, frames: readonly FrameJson[]): void {
  switch (query.queryType) {
    case 'metrics':
      return checkSeries(frames, plainSeries(uploads, query, time, time.intervalMs ?? 0));
    case 'profile':
      return checkRows(frames[0], plainGraph(uploads, query, time), nodesByPath(frames[0]), query.profileType);
    default:
      return checkRows(frames[0], plainTable(uploads, query, time), rowsByName(frames[0]), query.profileType);
  }
}

interface Row {
  readonly self: number;
  readonly total: number;
  readonly samples: number;
}

function rowsByName(frame: FrameJson): Map<string, Row> {
  return new Map(
    rowsOf(frame).map(({ name, self, total, samples }) => [String(name), { self, total, samples } as Row])
  );
}

function nodesByPath(frame: FrameJson): Map<string, Row> {
  const labels = column<string>(frame, 'label');
  const [level, value, self, samples] = ['level', 'value', 'self', 'samples'].map((name) =>
    column<number>(frame, name)
  );
  const nodes = new Map<string, Row>();
  const here: string[] = [];
  labels.forEach((label, at) => {
    here.splice(level[at], Infinity, label);
    nodes.set(here.join(';'), { self: self[at], total: value[at], samples: samples[at] });
  });
  return nodes;
}

/** Sums to the last unit. Averages are rounded once per stack, so their rows may be off by less than 1 for each, the whole by 1/2. */
function checkRows(frame: FrameJson, expected: PlainTable, rows: Map<string, Row>, type = ''): void {
  const { total, profileCount } = frame.schema.meta?.custom as { total: number; profileCount: number };
  const averaged = type === 'heap-live-size';
  expect(profileCount).toBe(expected.profileCount);
  expect(Math.abs(total - expected.total)).toBeLessThanOrEqual(averaged ? 0.500001 : 0);
  if (expected.rows.size === 0) {
    expect([...rows.values()].every((row) => row.total === 0)).toBe(true);
    return;
  }
  expect([...rows.keys()].sort()).toEqual([...expected.rows.keys()].sort());
  const allowed = averaged ? expected.stacks : 0;
  for (const [name, row] of expected.rows) {
    const found = rows.get(name);
    const off = (measure: 'self' | 'total') => Math.abs((found?.[measure] ?? NaN) - row[measure]);
    if (found?.samples !== row.samples || !(off('self') <= allowed) || !(off('total') <= allowed)) {
      expect({ name, ...found }).toEqual({ name, ...row });
    }
  }
}

function checkSeries(frames: readonly FrameJson[], expected: ReadonlyMap<string, ReadonlyMap<number, number>>): void {
  const hasPoints = [...expected.values()].some((points) => points.size > 0);
  const found = frames.filter(({ data }) => data.values[0].length > 0);
  expect(found.length).toBe(hasPoints ? expected.size : 0);
  for (const frame of found) {
    const labels = frame.schema.fields[1].labels ?? {};
    const points = expected.get(labels.method ?? '');
    const [times, values] = frame.data.values as [number[], number[]];
    expect(times).toEqual([...(points?.keys() ?? [])]);
    times.forEach((time, at) => {
      const per = frame.schema.fields[1].config?.unit === 'short' ? values[at] * 1e9 : values[at];
      const wanted = points?.get(time) ?? NaN;
      const ratio =
        wanted === 0
          ? per
          : Math.min(
              Math.abs(values[at] / wanted - 1),
              Math.abs(per / wanted - 1),
              Math.abs((values[at] * 1e9) / wanted - 1)
            );
      expect(ratio).toBeLessThan(1e-9);
    });
  }
}

/** Time goes on, as a cell is not built twice in a moment. */
let clockMs = builtAtMs;
const build = () => buildDueCells(store.engine, (clockMs += 1000), settings);
/** `ALL=1` asks every question after every event. */
const atMost = (count: number) => (process.env.ALL === '1' ? questions : questions.slice(0, count));
const some = atMost(40);

it(`answers ${questionCount} questions from single samples`, async () => {
  expect(await checkAnswers(questions)).toBe(0);
});

it('answers them from the hour rollup', async () => {
  expect(await build()).toBeGreaterThan(20);
  expect(await build()).toBe(0);
  expect(await checkAnswers(questions)).toBeGreaterThan(60);
});

it('answers them from uploads in memory, from here on', async () => {
  fewUploads.uploads = keptInMemory;
  await checkAnswers(some);
  const before = uploadReads;
  await store.keepUploads();
  await checkAnswers(questions);
  await checkAnswers(some);
  expect(uploadReads).toBeLessThan(before * 0.6);
});

it('answers with late uploads, before and after their hours are built again', async () => {
  const late = Array.from({ length: 12 }, () => randomUpload(random, firstMs, lastMs));
  await store.putAll(late.map(storable));
  uploads.push(...late);
  await checkAnswers(some);
  expect(await build()).toBeGreaterThan(3);
  expect(await checkAnswers(some)).toBeGreaterThan(3);
});

it('answers after a replay of a batch that a crash cut', async () => {
  const batch = Array.from({ length: 10 }, () => randomUpload(random, firstMs, lastMs));
  await store.putAll(batch.map((upload) => ({ ...storable(upload), cut: true })));
  await checkAnswers(some);
  expect(await build()).toBe(0);
  await store.putAll(batch.map(storable));
  uploads.push(...batch);
  expect(await build()).toBeGreaterThan(3);
  expect(await checkAnswers(some)).toBeGreaterThan(3);
});

it('answers after uploads were deleted, and forgets them in the rollup', async () => {
  const gone = (upload: PlainUpload) =>
    (upload.labels.service === 'mail' && upload.startMs >= firstMs + hourMs) || upload.labels.host === 'db-1';
  for (const [from, selector] of [
    [firstMs + hourMs, '{service="mail"}'],
    [firstMs, '{host="db-1"}'],
  ]) {
    const params = new URLSearchParams({ from: String(from), to: String(lastMs), selector: String(selector) });
    await fetch(`${store.url}/api/v1/profiles?${params}`, { method: 'DELETE', headers: { 'x-role': 'admin' } });
  }
  uploads = uploads.filter((upload) => !gone(upload));
  await checkAnswers(some);
  expect(await build()).toBeGreaterThan(3);
  expect(await checkAnswers(some)).toBeGreaterThan(3);
  const orphans = await sweepBuilds(store.engine, new Set());
  expect(orphans.size).toBeGreaterThan(3);
  expect((await sweepBuilds(store.engine, orphans)).size).toBe(0);
  expect((await sweepBuilds(store.engine, new Set())).size).toBe(0);
  const mail = await store.engine.select({
    sql: `SELECT count() AS n FROM samples_1h WHERE service = 'mail' AND hour >= fromUnixTimestamp64Milli({from:Int64})`,
    params: { from: firstMs + 2 * hourMs },
  });
  expect(mail.bigints('n')[0]).toBe(0n);
  await checkAnswers(some);
});

it('answers after a merge of all parts', async () => {
  for (const table of ['profiles', 'samples', 'samples_1h', 'rollup_hours', 'profile_spans', 'stacks', 'frames']) {
    await store.engine.command({ sql: `OPTIMIZE TABLE ${table} FINAL` });
  }
  expect(await checkAnswers(some)).toBeGreaterThan(3);
});

it('answers in portions of few uploads, where span dictionaries are joined', async () => {
  jest.replaceProperty(portions, 'uploads', 20);
  const joined = questions
    .filter(({ query }) => ['endpoint', 'span', 'sampleLabel'].includes(query.dimension ?? ''))
    .slice(0, some.length);
  expect(joined.length).toBeGreaterThan(20);
  await checkAnswers(joined);
  jest.replaceProperty(portions, 'withoutEntries', 20);
  expect(await checkAnswers(some)).toBeGreaterThan(3);
  jest.restoreAllMocks();
});

it('answers after a restart', async () => {
  await store.close();
  store = await open();
  await store.keepUploads();
  expect(await checkAnswers(some)).toBeGreaterThan(3);
});

it('answers after a retention class went', async () => {
  const dropped = await applyRetention(store.engine, Date.UTC(2026, 10, 26, 12));
  expect(new Set(dropped.map(({ table }) => table))).toEqual(
    new Set(['profiles', 'profile_spans', 'samples', 'rollup_hours', 'samples_1h'])
  );
  uploads = uploads.filter(({ retentionDays }) => retentionDays > 1);
  await store.keepUploads();
  expect(await checkAnswers(atMost(120))).toBeGreaterThan(15);
});

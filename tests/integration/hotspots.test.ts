import { hotspotsFields, type HotspotsCustom } from '../../src/api/frames';
import type { FrameJson } from '../../src/api/query';
import type { ProfileTypesAnswer } from '../../src/api/resources';
import { hexId, recordedSpans, type RecordedSpan } from '../oracle/recorded-traces';
import { column } from './query-store';
import { loadRecording, replay } from './replay';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';
import { askQuery, rowsOf } from './store-client';

/** Spans of recorded traces, looked up in the recorded profiles of the same processes. */
const clients = [
  // With the number of span ids in one of the upload's files, as counted in EXPECTED.json, and that file's type; '' = all types.
  ['python', 'dd-python-2', 365, ''],
  ['java', 'dd-java-ddprof-2', 0, ''],
  ['go', 'dd-go-2', 214, 'cpu-time'],
  ['node', 'dd-node-2', 242, 'wall-time'],
] as const;
const day = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };

let store: RunningStore;
beforeAll(async () => {
  store = await startStore();
  for (const [, recording] of clients) {
    expect((await replay(store.url, loadRecording(recording))).status).toBe(200);
  }
  await untilInserted(store);
}, 120_000);
jest.setTimeout(60_000);
afterAll(async () => {
  await store.stop();
  removeDataDirs();
});

interface Request {
  spanId: string;
  endpoint: string;
  value: number;
  samples: number;
}

async function requestsOf(client: string, profileType: string): Promise<Request[]> {
  const query = { queryType: 'requests', selector: `{service="demo-${client}"}`, profileType, limit: 10_000 };
  return rowsOf((await askQuery(store.url, query, day))[0]) as unknown as Request[];
}

async function typesOf(client: string): Promise<string[]> {
  const selector = encodeURIComponent(`{service="demo-${client}"}`);
  const answer = await fetch(`${store.url}/api/v1/profile-types?from=${day.from}&to=${day.to}&selector=${selector}`);
  const { profileTypes } = (await answer.json()) as ProfileTypesAnswer;
  return profileTypes.map(({ id }) => id);
}

/** The recorded span with the most samples, and its request in the store. */
async function busiest(client: string, profileType: string): Promise<{ span: RecordedSpan; request: Request }> {
  const spans = new Map(recordedSpans(`traces-dd-${client}`).map((span) => [hexId(span.spanId), span]));
  const known = (await requestsOf(client, profileType)).filter(({ spanId }) => spans.has(spanId));
  const request = known.reduce((best, next) => (next.samples > best.samples ? next : best));
  return { span: spans.get(request.spanId)!, request };
}

async function hotspots(client: string, query: Record<string, unknown>, time = day) {
  const selector = `{service="demo-${client}"}`;
  const [frame] = await askQuery(store.url, { queryType: 'hotspots', selector, ...query }, time);
  return { frame, custom: frame.schema.meta?.custom as unknown as HotspotsCustom, rows: rowsNamed(frame) };
}

const timesOf = ({ startNs, durationNs }: RecordedSpan) => ({
  spanStartUs: Number(startNs / 1000n),
  spanDurationNs: Number(durationNs),
});

const rangeOf = ({ startNs, durationNs }: RecordedSpan) => ({
  from: Number(startNs / 1_000_000n),
  to: Number((startNs + durationNs) / 1_000_000n) + 1,
});

interface Row {
  level: number;
  label: string;
  value: number;
  self: number;
  share: number;
  samples: number;
  start: number | null;
  end: number | null;
  waiting: number | null;
  waitedFor: string;
  thread: string;
  average: number | null;
}

function rowsNamed(frame: FrameJson): Row[] {
  const names = Object.keys(hotspotsFields);
  const columns = names.map((name) => column<unknown>(frame, name));
  return columns[0].map((_, row) => Object.fromEntries(names.map((name, at) => [name, columns[at][row]]))) as never;
}

const noticesOf = ({ schema }: FrameJson) => (schema.meta?.notices ?? []).map(({ text }) => text).join(' ');

describe.each(clients)('span ids of dd-trace for %s', (client, _, expected, fileType) => {
  it('are those of the recorded trace, with its endpoints', async () => {
    const spans = recordedSpans(`traces-dd-${client}`);
    const byId = new Map(spans.map((span) => [hexId(span.spanId), span]));
    const types = fileType === '' ? await typesOf(client) : [fileType];
    const found = await Promise.all(types.map((type) => requestsOf(client, type)));
    const requests = [...new Map(found.flat().map((request) => [request.spanId, request])).values()];
    const joined = requests.filter(({ spanId }) => byId.has(spanId));
    if (expected > 0) {
      expect(requests).toHaveLength(expected);
    }
    // One of the run's several trace payloads is recorded.
    expect(joined.length).toBeGreaterThan(10);
    const rootOf = (span: RecordedSpan): RecordedSpan => {
      const parent = byId.get(hexId(span.parentId));
      return parent === undefined ? span : rootOf(parent);
    };
    for (const { spanId, endpoint } of joined.filter((request) => request.endpoint !== '' && client !== 'node')) {
      expect([spanId, endpoint]).toEqual([spanId, rootOf(byId.get(spanId)!).resource]);
    }
  });
});

describe('a span of ddtrace', () => {
  it('is a tree of its own samples alone, in call order, within the time that the trace says', async () => {
    const { span, request } = await busiest('python', 'wall-time');
    const spanId = [request.spanId];
    const { custom, rows, frame } = await hotspots('python', { spanId, ...timesOf(span) }, rangeOf(span));
    expect(custom).toMatchObject({
      state: 'ok',
      profileType: 'wall-time',
      total: request.value,
      sampleCount: request.samples,
      order: 'time',
      shareOf: 'span',
      spanIds: spanId,
      endpoint: request.endpoint,
      inferred: 0,
    });
    expect(noticesOf(frame)).toBe('');
    expect(custom.uploads).toHaveLength(1);
    expect(custom.types.map(({ name }) => name)).toEqual(expect.arrayContaining(['CPU Time', 'Wall Time']));
    expect(rows[0]).toMatchObject({ level: 0, label: 'total', value: request.value });
    expect(rows[0].share).toBeCloseTo(request.value / Number(span.durationNs), 6);
    expect(rows.reduce((sum, { self }) => sum + self, 0)).toBe(request.value);
    expect(new Set(rows.map(({ thread }) => thread)).size).toBe(1);
    expectCallOrder(rows);
    // Sample times are ends of sampling intervals, so the last may lie a little behind the span's end.
    expect(rows[0].start).toBeGreaterThanOrEqual(0);
    expect(rows[0].end).toBeLessThanOrEqual(Number(span.durationNs) + 20e6);
    // What the span took, within four standard errors.
    expect(Math.abs(request.value - Number(span.durationNs))).toBeLessThan(4 * custom.error + 2 * custom.perSample);
  });

  it('tells waiting apart from CPU time, and what the endpoint takes on average', async () => {
    const { span, request } = await busiest('python', 'wall-time');
    const query = { spanId: [request.spanId], ...timesOf(span) };
    const wall = await hotspots('python', query, rangeOf(span));
    const cpu = await hotspots('python', { ...query, profileType: 'cpu-time' }, rangeOf(span));
    expect(wall.rows[0].waiting).toBe(Math.max(0, wall.custom.total - cpu.custom.total));
    expect(cpu.rows[0]?.waiting ?? null).toBeNull();
    expect(wall.custom.average).toMatchObject({ counted: 'all' });
    expect(wall.rows[0].average).toBeCloseTo(wall.custom.average!.total, 3);
    expect(wall.rows.every(({ average }) => average === null || average <= wall.custom.average!.total + 1e-6)).toBe(
      true
    );
  });

  it('leaves out the average alone where that is not wanted', async () => {
    const { span, request } = await busiest('python', 'wall-time');
    const query = { spanId: [request.spanId], ...timesOf(span) };
    const whole = await hotspots('python', query, rangeOf(span));
    const { custom, rows } = await hotspots('python', { ...query, average: false }, rangeOf(span));
    expect({ ...custom, average: whole.custom.average }).toEqual(whole.custom);
    expect(custom.average).toBeUndefined();
    expect(rows.map((row) => ({ ...row, average: null }))).toEqual(
      whole.rows.map((row) => ({ ...row, average: null }))
    );
  });

  it('has everything that the process did meanwhile in its time window, other requests too', async () => {
    const { span, request } = await busiest('python', 'wall-time');
    const query = { spanId: [request.spanId], spanScope: 'time', ...timesOf(span) };
    const { custom, rows, frame } = await hotspots('python', query, rangeOf(span));
    expect(custom).toMatchObject({ state: 'ok', spanScope: 'time' });
    expect(noticesOf(frame)).toBe('');
    expect(custom.total).toBeGreaterThan(request.value);
    expect(rows[0].start).toBeGreaterThanOrEqual(0);
    expect(rows[0].end).toBeLessThanOrEqual(Number(span.durationNs));
    const graph = await askQuery(
      store.url,
      { ...query, queryType: 'profile', selector: '{service="demo-python"}', profileType: 'wall-time' },
      rangeOf(span)
    );
    expect(graph[0].schema.meta?.custom).toMatchObject({ total: custom.total });
  });

  it('is a part of what ran under its root', async () => {
    const { request } = await busiest('python', 'wall-time');
    const own = await hotspots('python', { spanId: [request.spanId] });
    const root = await hotspots('python', { spanId: [request.spanId], spanScope: 'root' });
    expect(root.custom.total).toBeGreaterThanOrEqual(own.custom.total);
    expect(own.custom.shareOf).toBe('total');
  });
});

it('orders rows by value on demand, and where a client sends no times, which it says', async () => {
  const python = await busiest('python', 'wall-time');
  const asked = await hotspots('python', { spanId: [python.request.spanId], order: 'value' });
  expect(asked.custom.order).toBe('value');
  expect(noticesOf(asked.frame)).toBe('');
  const go = await busiest('go', 'cpu-time');
  const { custom, frame, rows } = await hotspots('go', { spanId: [go.request.spanId], profileType: 'cpu-time' });
  expect(custom).toMatchObject({ order: 'value', total: go.request.value });
  expect(noticesOf(frame)).toMatch(/in order of value: the uploads don't say when/);
  expect(rows.every(({ start }) => start === null)).toBe(true);
});

it('names what a Java span waited for', async () => {
  const requests = await requestsOf('java', 'wall-time');
  const answers = await Promise.all(requests.slice(0, 8).map(({ spanId }) => hotspots('java', { spanId: [spanId] })));
  const waits = answers.flatMap(({ rows }) => rows.map(({ waitedFor }) => waitedFor)).filter((text) => text !== '');
  expect(waits.length).toBeGreaterThan(0);
  expect(waits.every((text) => /^(lock|socket|file) ./.test(text))).toBe(true);
  answers.forEach(({ rows, custom }) => {
    expect(custom.order).toBe('time');
    expectCallOrder(rows);
  });
});

it('tells for each type which part of it was tied to the span by thread and time, with its error', async () => {
  // The JDK's own events say no span, the tracer's say theirs.
  expect((await replay(store.url, loadRecording('dd-java-plain-jfr'))).status).toBe(200);
  await untilInserted(store);
  const all = await Promise.all(['lock-wait-time', 'cpu-time'].map((type) => requestsOf('java', type)));
  const spanIds = [...new Set(all.flatMap((requests) => requests.map(({ spanId }) => spanId)))];
  const answers = await Promise.all(spanIds.map((spanId) => hotspots('java', { spanId: [spanId], order: 'value' })));
  const types = answers.flatMap(({ custom }) => custom.types);
  const inferred = types.flatMap(({ id, total, samples, inferred: part }) =>
    part === undefined ? [] : [{ id, total, samples, part }]
  );
  expect(inferred.map(({ id }) => id)).toEqual(expect.arrayContaining(['cpu-time', 'lock-wait-time']));
  expect(inferred.filter(({ id }) => id === 'thrown-exceptions')).toEqual([]);
  for (const { total, samples, part } of inferred) {
    expect(part.total).toBeLessThanOrEqual(total);
    expect(part.error).toBeGreaterThanOrEqual(Math.floor(part.total / Math.sqrt(samples)));
    expect(part.error).toBeLessThanOrEqual(part.total);
  }
});

describe('a span without samples says why', () => {
  const spanId = ['00000000deadbeef'];

  it('none fell into it', async () => {
    const { span } = await busiest('python', 'wall-time');
    const times = { ...timesOf(span), spanDurationNs: 2_000_000 };
    const { custom, rows, frame } = await hotspots('python', { spanId, ...times }, rangeOf(span));
    expect(custom.state).toBe('noSamples');
    expect(rows).toHaveLength(0);
    expect(noticesOf(frame)).toMatch(
      /^No sample fell into this span \(Wall Time is sampled every [\d.]+ ms\)\. It took 2\.00 ms/
    );
    expect(custom.uploads).toHaveLength(1);
  });

  it('it has samples of other types', async () => {
    const { request } = await busiest('python', 'wall-time');
    const { custom, frame } = await hotspots('python', { spanId: [request.spanId], profileType: 'socket-io-read' });
    expect(custom.state).toBe('notOfType');
    expect(custom.types.length).toBeGreaterThan(1);
    expect(noticesOf(frame)).toMatch(/^The span has no samples of .*, but of .*Wall Time/);
  });

  it('the upload may still come, or nobody profiled its process', async () => {
    const now = Date.now();
    const span = (agoMs: number) => ({
      query: { spanId, spanStartUs: (now - agoMs) * 1000, spanDurationNs: 1e9 },
      time: { from: now - agoMs, to: now - agoMs + 1000 },
    });
    const [fresh, old] = [span(5000), span(3_600_000)];
    expect((await hotspots('python', fresh.query, fresh.time)).custom.state).toBe('notArrived');
    expect((await hotspots('python', old.query, old.time)).custom.state).toBe('noUpload');
  });
});

describe('filters on samples', () => {
  const keep = (dimension: string, match: string, value: string) => ({
    stackFilter: [{ dimension, match, values: [value] }],
  });

  it('hold for a span as they do for tables', async () => {
    const { request } = await busiest('python', 'wall-time');
    const thread = (await hotspots('python', { spanId: [request.spanId] })).rows.at(-1)!.thread;
    for (const [stackFilter, total] of [
      [keep('endpoint', 'any', request.endpoint), request.value],
      [keep('endpoint', 'any', 'GET /other'), 0],
      [keep('thread', 'regex', `^${thread}$`), request.value],
      [keep('thread', 'regex', '^nobody$'), 0],
      [keep('span', 'any', '00000000deadbeef'), 0],
      [keep('sampleLabel', 'any', 'customer=c1'), 0],
    ] as const) {
      const { custom } = await hotspots('python', { spanId: [request.spanId], ...stackFilter });
      expect([stackFilter, custom.total]).toEqual([stackFilter, total]);
    }
  });

  it('that leave nothing of a span are told from a span without samples', async () => {
    const { request } = await busiest('python', 'wall-time');
    const query = { spanId: [request.spanId], profileType: 'wall-time', ...keep('method', 'any', 'no_such_method') };
    const { custom, frame, rows } = await hotspots('python', query);
    expect(rows).toHaveLength(0);
    expect(custom.state).toBe('filtered');
    expect(noticesOf(frame)).toBe('The filter leaves no sample of Wall Time of this span.');
    const selector = '{service="demo-python"}';
    const [graph] = await askQuery(store.url, { ...query, queryType: 'profile', selector }, day);
    expect(noticesOf(graph)).toBe('No sample of Wall Time of this span fits the filter.');
  });

  it('on what single times lack give the whole uploads in a time window, with a notice', async () => {
    const { span, request } = await busiest('python', 'wall-time');
    const query = { spanId: [request.spanId], spanScope: 'time', ...timesOf(span), profileType: 'wall-time' };
    const filter = keep('endpoint', 'any', request.endpoint);
    const { custom, frame } = await hotspots('python', { ...query, ...filter }, rangeOf(span));
    expect(noticesOf(frame)).toMatch(/^These are the whole uploads that the span ran in: a filter/);
    const selector = '{service="demo-python"}';
    const table = { ...query, ...filter, selector, queryType: 'dimension' };
    const [frames] = await askQuery(store.url, table, rangeOf(span));
    expect(frames.schema.meta?.custom).toMatchObject({ total: custom.total });
    expect(noticesOf(frames)).toMatch(/^These are the whole uploads that the span ran in; flame graphs/);
  });
});

it('shows a selection without a span as a tree, too', async () => {
  const stackFilter = [{ dimension: 'endpoint', match: 'any', values: ['GET /orders'] }];
  const { custom, rows } = await hotspots('python', { profileType: 'cpu-time', stackFilter });
  expect(custom).toMatchObject({ state: 'ok', shareOf: 'total', order: 'value' });
  expect(rows.reduce((sum, { self }) => sum + self, 0)).toBe(custom.total);
});

/** Among siblings the times of the first samples never go back. */
function expectCallOrder(rows: readonly Row[]): void {
  const last: number[] = [];
  for (const { level, start } of rows) {
    last.length = level + 1;
    if (start !== null) {
      expect(start).toBeGreaterThanOrEqual(last[level] ?? -Infinity);
      last[level] = start;
    }
  }
}

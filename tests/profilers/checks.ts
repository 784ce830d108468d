import fs from 'node:fs';
import path from 'node:path';
import type { HotspotsCustom } from '../../src/api/frames';
import type { FrameJson, StoreQuery } from '../../src/api/query';
import { column } from '../integration/query-store';
import { identity, typesOf, type Live } from './live';
import type { SpanLine } from './program';

/** How a client's numbers are compared with the program's stopwatch. */
export interface Stopwatch {
  readonly profileType: 'cpu-time' | 'wall-time' | 'cpu-samples' | 'wall-samples';
  /** The clock that this type follows. */
  readonly clock: 'cpuNs' | 'wallNs';
  /** Mean time between two samples of a running thread. */
  readonly intervalNs: number;
  /** Name of a program's method as the client sends it. */
  method(name: string): string;
  /** The client takes a sample for a fixed time, also where it comes late, so only shares of the whole can be compared. */
  readonly sharesOnly?: boolean;
  /** Methods whose time this client does not show in them: mostly the garbage collector's, or spent waiting. */
  readonly leftOut?: readonly string[];
}

/**
 * Four standard errors of sampling every `interval` for `time` (√(time / interval) samples of one interval each), one interval for the
 * ends, and a twentieth for what the profiler's own clock is off by.
 */
export function errorBarNs(timeNs: number, intervalNs: number): number {
  return 4 * Math.sqrt(timeNs * intervalNs) + intervalNs + timeNs / 20;
}

export async function expectListed(live: Live, expected: Record<string, unknown>): Promise<void> {
  const { profiles } = live;
  expect(profiles.length).toBeGreaterThan(0);
  await noteClient(live);
  for (const profile of profiles) {
    expect(profile).toMatchObject({ status: 'ok', reason: '', ...identity, ...expected });
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** scripts/profilers.mjs makes a line of it: as what the client is listed, and what the program and the store counted. */
async function noteClient(live: Live): Promise<void> {
  const { env, version, host, language, runtime } = live.profiles[0];
  const details = await live.details();
  const counted = sum(details.flatMap(({ endpointCounts }) => Object.values(endpointCounts)));
  const found = await live.rows({ queryType: 'requests', limit: 10_000 });
  appendNote('profiler-clients.jsonl', {
    ...{ service: live.service, env, version, host, language, runtime, uploads: live.profiles.length },
    ...{ requests: sum(Object.values(live.requests)), counted, spans: live.program.spans.length, found: found.length },
  });
}

export async function expectTypes(live: Live, expected: readonly string[]): Promise<void> {
  expect(await typesOf(live)).toEqual(expect.arrayContaining([...expected]));
}

/** Nothing in the client's own log sounds like trouble; `harmless` lines have nothing to do with the store. */
export function expectQuiet({ program }: Live, harmless = /^$/): void {
  const trouble = /\b(warn|warning|error|fail|failed|failure|refused|exception|traceback|unable|could not|not accept)/i;
  const lines = program.log().split('\n');
  expect(lines.filter((line) => trouble.test(line) && !harmless.test(line))).toEqual([]);
}

/** Requests that the client counted, all uploads together; `lostPerUpload`: how many it may miss where one upload ends. */
export async function expectEndpointCounts(live: Live, lostPerUpload = 0): Promise<void> {
  const sums: Record<string, number> = {};
  for (const { endpointCounts } of await live.details()) {
    Object.entries(endpointCounts).forEach(([name, count]) => (sums[name] = (sums[name] ?? 0) + count));
  }
  const allowed = lostPerUpload * live.profiles.length;
  const missing = Object.entries(live.requests).map(([route, count]) => count - (sums[route] ?? 0));
  expect(Object.keys(sums).sort()).toEqual(Object.keys(live.requests).sort());
  expect(Math.min(...missing)).toBeGreaterThanOrEqual(0);
  expect(missing.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(allowed);
}

/** The program's methods of a query, by their total. */
async function methodTotals(live: Live, watch: Stopwatch, query: Partial<StoreQuery>): Promise<Map<string, number>> {
  const rows = await live.rows({
    queryType: 'dimension',
    dimension: 'method',
    profileType: watch.profileType,
    ...query,
  });
  return new Map(rows.map(({ name, total }) => [String(name), Number(total)]));
}

/** The same from the tree of a span, as the hotspots panel shows it. None of the program's methods calls itself. */
async function hotspotTotals(live: Live, watch: Stopwatch, query: Partial<StoreQuery>): Promise<Map<string, number>> {
  const frame = await live.frame({ queryType: 'hotspots', profileType: watch.profileType, ...query });
  const values = column<number>(frame, 'value');
  const sums = new Map<string, number>();
  column<string>(frame, 'label').forEach((label, row) => sums.set(label, (sums.get(label) ?? 0) + values[row]));
  return sums;
}

/** `npm run test:profilers` holds every time to its error bar; `npm test`, where other work may fill the machine, only notes it. */
const areTimesHeld = process.env.HOTSPAN_LIVE_TIMES !== 'noted';

/** Fewer say too little about a time. */
const leastSamples = 16;

/** Sum of the stopwatches, by method. */
function stopwatchTotals(spans: readonly SpanLine[], clock: Stopwatch['clock']): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { methods } of spans) {
    Object.entries(methods).forEach(([name, time]) => sums.set(name, (sums.get(name) ?? 0) + time[clock]));
  }
  return sums;
}

/** Methods of which the stopwatch says that a sampler could see them often enough. */
function expectTimes(
  live: Live,
  found: ReadonlyMap<string, number>,
  spans: readonly SpanLine[],
  watch: Stopwatch
): void {
  const compared = [...stopwatchTotals(spans, watch.clock)].filter(
    ([name, timeNs]) => timeNs > leastSamples * watch.intervalNs && !watch.leftOut?.includes(name)
  );
  expect(compared).not.toEqual([]);
  const foundOf = (name: string) => found.get(watch.method(name)) ?? 0;
  const scale = watch.sharesOnly
    ? sum(compared.map(([, timeNs]) => timeNs)) / sum(compared.map(([name]) => foundOf(name)))
    : 1;
  const off = compared.map(([name, timeNs]) => {
    const foundNs = foundOf(name) * scale;
    const allowedNs = errorBarNs(timeNs, watch.intervalNs);
    return { name, timeNs, foundNs, allowedNs, isNear: Math.abs(foundNs - timeNs) <= allowedNs };
  });
  note(live, watch, off);
  if (areTimesHeld) {
    expect(off.filter(({ isNear }) => !isNear)).toEqual([]);
  } else {
    expectScale(sum(off.map(({ foundNs }) => foundNs)), sum(off.map(({ timeNs }) => timeNs)));
  }
}

/** A profiler that had to share its cores is off by more than its sampling error, but not by a wrong unit. */
function expectScale(foundNs: number, timeNs: number): void {
  expect(foundNs).toBeGreaterThan(timeNs / 5);
  expect(foundNs).toBeLessThan(timeNs * 5);
}

function appendNote(file: string, line: Record<string, unknown>): void {
  fs.appendFileSync(path.resolve(__dirname, '../../test-output', file), `${JSON.stringify(line)}\n`);
}

/** scripts/profilers.mjs makes a table of it: how far clients were off, and how far they may be. */
function note(
  { service }: Live,
  { profileType }: { readonly profileType: string },
  compared: ReadonlyArray<Record<string, unknown>>
): void {
  compared.forEach((one) => appendNote('profiler-times.jsonl', { service, profileType, ...one }));
}

/** Every method of the program, in all the time it ran. */
export async function expectMethods(live: Live, watch: Stopwatch): Promise<void> {
  expectTimes(live, await methodTotals(live, watch, {}), live.program.spans, watch);
}

/** The longest span of each kind: its methods are those that ran in it, for as long as the stopwatch says, and no other's. */
export async function expectSpans(live: Live, watch: Stopwatch): Promise<void> {
  const known = new Set(live.program.spans.flatMap(({ methods }) => Object.keys(methods)).map(watch.method));
  const chosen = longestSpans(live.program.spans, watch);
  expect(chosen.length).toBeGreaterThanOrEqual(3);
  for (const span of chosen) {
    const own = new Set(Object.keys(span.methods).map(watch.method));
    for (const totals of [methodTotals, hotspotTotals]) {
      const found = await totals(live, watch, { spanId: [span.spanId], spanScope: 'span' });
      expect([...found.keys()].filter((name) => known.has(name) && !own.has(name))).toEqual([]);
      expectTimes(live, found, [span], watch);
    }
  }
}

/** All spans of a route together: more samples, so a smaller error. */
export async function expectRoutes(live: Live, watch: Stopwatch): Promise<void> {
  for (const route of Object.keys(live.requests)) {
    const spans = live.program.spans.filter((span) => span.route === route);
    const found = await methodTotals(live, watch, { spanId: spans.map(({ spanId }) => spanId), spanScope: 'span' });
    expectTimes(live, found, spans, watch);
  }
}

/** Waiting in a method of the program that the recording tells in events without a span. */
export interface InferredWait {
  readonly profileType: string;
  readonly method: string;
  /** Whole waits last at least so long, less is not recorded. */
  readonly thresholdNs: number;
}

/**
 * Such events are given the span that ran on their thread: in the span's answer their part stands apart with its error, is no more
 * than the method took, and is of no other request's methods. Of some only the request is known.
 */
export async function expectInferred(live: Live, wait: InferredWait, named: (method: string) => string): Promise<void> {
  const spans = live.program.spans.filter(({ methods }) => wait.method in methods);
  const frame = await waitsOf(live, wait, { spanId: spans.map((span) => span.spanId) });
  const type = typeOf(frame, wait);
  const { total, error } = type?.inferred ?? { total: 0, error: 0 };
  const tookNs = stopwatchTotals(spans, 'wallNs').get(wait.method) ?? 0;
  note(live, { profileType: wait.profileType }, [
    { name: wait.method, timeNs: tookNs, foundNs: total, allowedNs: tookNs - wait.thresholdNs },
  ]);
  expect(total).toBe(type?.total);
  expect(total).toBeGreaterThanOrEqual(wait.thresholdNs);
  expect(total).toBeLessThanOrEqual(tookNs);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThanOrEqual(total);
  const labels = column<string>(frame, 'label');
  const others = live.program.spans.filter(({ route }) => route !== spans[0].route);
  const foreign = new Set(others.flatMap(({ methods }) => Object.keys(methods)).map(named));
  expect(labels).toContain(named(wait.method));
  expect(labels.filter((label) => foreign.has(label))).toEqual([]);
  const roots = { rootSpanId: spans.map((span) => span.rootSpanId), spanScope: 'root' } as const;
  expect(typeOf(await waitsOf(live, wait, roots), wait)?.inferred?.total).toBeGreaterThanOrEqual(total);
}

const waitsOf = (live: Live, { profileType }: InferredWait, of: Partial<StoreQuery>) =>
  live.frame({ queryType: 'hotspots', profileType, order: 'value', ...of });

function typeOf({ schema }: FrameJson, { profileType }: InferredWait): HotspotsCustom['types'][number] | undefined {
  return (schema.meta?.custom as unknown as HotspotsCustom).types.find(({ id }) => id === profileType);
}

function longestSpans(spans: readonly SpanLine[], { clock, intervalNs, leftOut }: Stopwatch): SpanLine[] {
  const longest = new Map<string, SpanLine>();
  const timeOf = (span?: SpanLine) =>
    Object.entries(span?.methods ?? {}).reduce(
      (sum, [name, time]) => sum + (leftOut?.includes(name) ? 0 : time[clock]),
      0
    );
  for (const span of spans) {
    const key = `${span.route} ${span.name}`;
    if (timeOf(span) > timeOf(longest.get(key))) {
      longest.set(key, span);
    }
  }
  return [...longest.values()].filter((span) => timeOf(span) > leastSamples * intervalNs);
}

/** Samples of an endpoint are of its methods only. */
export async function expectEndpoints(live: Live, watch: Stopwatch): Promise<void> {
  const rows = await live.rows({ queryType: 'requests', requestsBy: 'endpoint', profileType: watch.profileType });
  expect(rows.map(({ endpoint }) => endpoint)).toEqual(expect.arrayContaining(Object.keys(live.requests)));
  for (const route of Object.keys(live.requests)) {
    const of = (isOwn: boolean) => live.program.spans.filter((span) => (span.route === route) === isOwn);
    const names = (spans: readonly SpanLine[]) =>
      spans.flatMap(({ methods }) => Object.keys(methods)).map(watch.method);
    const stackFilter: StoreQuery['stackFilter'] = [{ dimension: 'endpoint', match: 'any', values: [route] }];
    const found = await methodTotals(live, watch, { stackFilter });
    const foreign = new Set(names(of(false)));
    expect([...found.keys()].filter((name) => foreign.has(name))).toEqual([]);
    expect(names(of(true)).some((name) => found.has(name))).toBe(true);
  }
}

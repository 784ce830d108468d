import type { ThreadStacks } from '../../src/model/hotspot-tree';
import { profileTypeOf, type ProfileType } from '../../src/model/profile-types';
import { isUnresolvedVariable } from '../../src/model/selector';
import { stackMask } from '../../src/model/stack-filter';
import { chooseUploads, findSpanScope, type Uploads } from './choose-uploads';
import type { QueryContext, QueryTime } from './context';
import { readEndpoint, uploadsForAverage, type EndpointSamples } from './endpoint-average';
import { info, type Notice } from './notices';
import type { Restrictions } from './prepare';
import { readStacks } from './read-samples';
import type { ParsedQuery } from './request';
import { resolveStackFilters } from './resolve-stack-filters';
import { resolveType } from './resolve-type';
import { placedUploads, readTimes, type PlacedUpload, type TimedReading, type TimedStacks } from './sample-times';
import {
  defaultType,
  noEntries,
  noSamples,
  offeredTypes,
  readSpanEntries,
  readSpanSamples,
  spanPlace,
  typeSamples,
  typesOfSpan,
  type SpanFacts,
  type SpanSamples,
  type TypeSamples,
} from './span-samples';
import type { ContextFilter } from './sql/samples';
import type { SpanPlace } from './sql/span-samples';
import type { SpanMatch } from './sql/upload-scope';
import type { StackStore } from './stack-store';

/** Samples that a tree of hotspots is made of. */
export interface HotspotSamples {
  readonly uploads: Uploads;
  readonly placed: readonly PlacedUpload[];
  readonly main: TypeSamples;
  /** CPU time of the same samples, where the main type is the time that passed. */
  readonly cpu?: TypeSamples;
  /** Types whose samples say what was waited for. */
  readonly waits: readonly TypeSamples[];
  readonly types: readonly TypeSamples[];
  readonly facts: SpanFacts;
  /** What the span's endpoint takes on average; undefined = not known. */
  readonly average: EndpointSamples | undefined;
  readonly perSample: number;
  readonly order: 'time' | 'value';
  readonly times?: TimedStacks;
  /** Where the times count from, ns since 1970; 0n = there are none. */
  readonly baseNs: bigint;
}

/** Times that are spent in one thing that has a name. */
const waitTypes = [
  'lock-wait-time',
  'socket-io-read-time',
  'socket-io-write-time',
  'file-io-time',
  'synchronization',
] as const;

/** So many are placed while it is seen which of them the question's filters leave. */
const fewUploads = 100;

export async function readHotspots(
  context: QueryContext,
  store: StackStore,
  query: ParsedQuery,
  restrictions: Restrictions,
  time: QueryTime,
  notices: Notice[]
): Promise<HotspotSamples> {
  const asked = await askedType(context, query, restrictions, time, notices);
  const found = await findSpanScope(context, restrictions, time);
  const numbers = found?.spanUploads?.map(({ profile }) => profile);
  const [uploads, likelyPlaced] = await Promise.all([
    chooseUploads(context, restrictions, time, asked?.id ?? 'wall-time', [], found),
    found && numbers && numbers.length <= fewUploads ? placedUploads(context, found, numbers) : undefined,
  ]);
  const { spans } = restrictions;
  const withAverage = query.average ?? true;
  const about = { context, store, restrictions, time, uploads, likelyPlaced, asked, withAverage };
  const span = spans && (await readSpan(about, spans));
  const type = span?.type ?? asked ?? profileTypeOf('wall-time');
  const reading: Reading = { context, store, query, restrictions, uploads, placed: span?.placed ?? [], type, notices };
  const read =
    span === undefined
      ? await readSelection(reading)
      : restrictions.wholeUploads && span.place !== undefined
        ? await readWindow(reading, span.place, span.place.spans)
        : await readOwn(reading, span.place, span.samples);
  const kept = await filtered(context, store, restrictions, read);
  return {
    uploads,
    placed: reading.placed,
    types: span ? offeredTypes(span.samples) : [kept.main],
    facts: span?.facts ?? noEntries.facts,
    average: span?.average,
    perSample: perSample(uploads, asked?.id ?? 'wall-time', kept.main),
    order: query.order ?? 'time',
    baseNs: kept.times?.baseNs ?? 0n,
    ...kept,
    ...(kept.times === undefined && { order: 'value' as const }),
  };
}

interface SpanQuestion {
  readonly context: QueryContext;
  readonly store: StackStore;
  readonly restrictions: Restrictions;
  readonly time: QueryTime;
  readonly uploads: Uploads;
  /** These and perhaps more, if that is known already. */
  readonly likelyPlaced: readonly PlacedUpload[] | undefined;
  readonly asked: ProfileType | undefined;
  readonly withAverage: boolean;
}

interface FoundSpan {
  readonly place: SpanPlace | undefined;
  readonly placed: readonly PlacedUpload[];
  readonly facts: SpanFacts;
  readonly samples: SpanSamples;
  readonly type: ProfileType;
  readonly average: EndpointSamples | undefined;
}

/** Reads side by side what does not build on one another: first where the span is, then its samples and its endpoint's. */
async function readSpan(question: SpanQuestion, spans: SpanMatch): Promise<FoundSpan> {
  const { context, store, restrictions, time, uploads, likelyPlaced, asked, withAverage } = question;
  const place = spanPlace(uploads, spans);
  const uploadsFor = async (type: ProfileType) =>
    withAverage ? uploadsForAverage(context, restrictions, time, type, uploads) : undefined;
  const averageOf = (type: ProfileType, endpoint: string, around: Uploads | undefined) =>
    readEndpoint(context, store, type, { endpoint, around });
  const likely = asked ?? likelyType(uploads);
  const [placed, entries, around] = await Promise.all([
    likelyPlaced === undefined || uploads.length === 0
      ? placedUploads(context, uploads.scope, uploads.profile)
      : theseOf(likelyPlaced, uploads),
    place === undefined ? noEntries : readSpanEntries(context, place),
    uploadsFor(likely),
  ]);
  const { facts } = entries;
  const [samples, average] = await Promise.all([
    place === undefined
      ? new Map<string, TypeSamples>()
      : readSpanSamples(context, store, place, entries, {
          types: typesOfSpan(placed, asked?.id),
          contexts: restrictions.contextFilters,
        }),
    averageOf(likely, facts.endpoint, around),
  ]);
  const type = asked ?? defaultType(samples);
  const isLikely = type.id === likely.id;
  return {
    ...{ place, placed, facts, samples, type },
    average: isLikely ? average : await averageOf(type, facts.endpoint, await uploadsFor(type)),
  };
}

function theseOf(placed: readonly PlacedUpload[], { profile }: Uploads): PlacedUpload[] {
  const numbers = new Set(Array.from(profile));
  return placed.filter(({ number }) => numbers.has(number));
}

/** What the span is most likely looked at by. Uploads were chosen with Wall Time in mind, which Go's, say, do not carry. */
function likelyType({ carries }: Uploads): ProfileType {
  return profileTypeOf(Array.from(carries).some((mark) => mark > 0) ? 'wall-time' : 'cpu-time');
}

interface Reading {
  readonly context: QueryContext;
  readonly store: StackStore;
  readonly query: ParsedQuery;
  readonly restrictions: Restrictions;
  readonly uploads: Uploads;
  readonly placed: readonly PlacedUpload[];
  readonly type: ProfileType;
  readonly notices: Notice[];
}

type Read = Pick<HotspotSamples, 'main' | 'cpu' | 'waits' | 'times'>;

async function askedType(
  context: QueryContext,
  { profileType, profileTypeId }: ParsedQuery,
  restrictions: Restrictions,
  time: QueryTime,
  notices: Notice[]
): Promise<ProfileType | undefined> {
  const written = profileType ?? profileTypeId;
  const unsaid = written === undefined || isUnresolvedVariable(written) || written === '$__all';
  return unsaid && restrictions.spans !== undefined
    ? undefined
    : resolveType(context, written, restrictions, time, notices);
}

/** Without a span: the selection as a tree. */
async function readSelection({ context, store, restrictions, uploads, type }: Reading): Promise<Read> {
  const question = { uploads, profileType: type, restrictions, averaged: true };
  const rows = await readStacks(context, store, question, ['thread']);
  return { main: typeSamples(type, { ...rows, thread: rows.key('thread') }), waits: [] };
}

/** The span's own samples, and in which order they ran. */
async function readOwn(reading: Reading, place: SpanPlace | undefined, byType: SpanSamples): Promise<Read> {
  const { query, type } = reading;
  const main = byType.get(type.id) ?? noSamples(type);
  const own = {
    main,
    cpu: type.id === 'wall-time' ? byType.get('cpu-time') : undefined,
    waits: waitTypes.flatMap((id) => byType.get(id) ?? []),
  };
  if (place === undefined || main.length === 0 || query.order === 'value') {
    return own;
  }
  const read = await timesOf(reading, place, place.spans, 'spans', [type.id]);
  const [times] = read.types;
  const known = times.firstNs.some((time) => Number.isFinite(time));
  noteMissing(reading.notices, read, known, 'Rows are in order of value');
  return known ? { ...own, times } : own;
}

/** For a flame graph: the samples of one type in the time of the spans; undefined = no upload holds them. */
export async function readTimeWindow(
  reading: Omit<Reading, 'placed'>,
  spans: SpanMatch
): Promise<TypeSamples | undefined> {
  const { context, store, uploads, restrictions } = reading;
  const place = spanPlace(uploads, spans);
  if (place === undefined) {
    return undefined;
  }
  const placed = await placedUploads(context, uploads.scope, uploads.profile);
  const { main } = await filtered(context, store, restrictions, await readWindow({ ...reading, placed }, place, spans));
  return main;
}

/** All samples of the process in the span's time; whole uploads where samples have no times. */
async function readWindow(reading: Reading, place: SpanPlace, spans: SpanMatch): Promise<Read> {
  const { type, notices, restrictions } = reading;
  if (!restrictions.contextFilters.every(isOfThreads)) {
    notices.push(info('These are the whole uploads that the span ran in: a filter asks for what single times lack.'));
    return readSelection(reading);
  }
  const withCpu = type.id === 'wall-time';
  const types = [type.id, ...(withCpu ? ['cpu-time'] : []), ...waitTypes];
  const read = await timesOf(reading, place, spans, 'window', types);
  const [times, ...others] = read.types;
  // Nothing in a window where every sample says its time is the answer.
  const isKnown = times.length > 0 || (read.missing === '' && times.untimed === 0);
  if (!isKnown || type.merge === 'average') {
    noteMissing(notices, read, false, 'These are the whole uploads that the span ran in');
    return readSelection(reading);
  }
  noteMissing(notices, read, true, '');
  const asSamples = others.map((rows, at) => typeSamples(profileTypeOf(types[at + 1]), rows));
  const cpu = withCpu ? asSamples[0] : undefined;
  const waits = withCpu ? asSamples.slice(1) : asSamples;
  return { main: typeSamples(type, times), cpu: cpu && cpu.length > 0 ? cpu : undefined, waits, times };
}

function timesOf(
  { context, store, query, placed }: Reading,
  place: SpanPlace,
  spans: SpanMatch,
  take: 'spans' | 'window',
  profileTypes: readonly string[]
): Promise<TimedReading> {
  const question = { profileTypes, spans, take, window: windowOf(query) };
  return readTimes(context, store, placed, question, place);
}

function windowOf({ spanStartUs, spanDurationNs }: ParsedQuery) {
  if (spanStartUs === undefined || spanDurationNs === undefined) {
    return undefined;
  }
  const startNs = BigInt(spanStartUs) * 1000n;
  return { startNs, endNs: startNs + BigInt(spanDurationNs) };
}

function noteMissing(notices: Notice[], { types, missing }: TimedReading, known: boolean, instead: string): void {
  const untimed = types[0].untimed;
  if (missing !== '') {
    notices.push(info(known ? `Times are not complete: ${missing}.` : `${instead}: ${missing}.`));
  } else if (!known) {
    notices.push(info(`${instead}: the uploads don't say when their samples were taken.`));
  } else if (untimed > 0) {
    notices.push(info(`${untimed} samples of the uploads don't say when they were taken.`));
  }
}

/** What samples from raw uploads can be held against; the tables know everything else. */
function isOfThreads({ dimension, match }: ContextFilter): boolean {
  return dimension === 'thread' && match === 'any';
}

/** Keeps what the query's filters on methods and threads let through. */
async function filtered(
  context: QueryContext,
  store: StackStore,
  { stackFilters, contextFilters }: Restrictions,
  read: Read
): Promise<Read> {
  const threads = contextFilters.filter(isOfThreads);
  if (stackFilters.length === 0 && threads.length === 0) {
    return read;
  }
  const mask = stackMask(store.view(), await resolveStackFilters(context, stackFilters));
  const isAsked = (thread: string) => threads.every(({ values, exclude }) => values.includes(thread) !== exclude);
  const keep = (samples: TypeSamples) =>
    typeSamples(
      samples.type,
      rowsOf(samples, (row) => isAsked(samples.thread[row]) && (mask?.(samples.stack[row]) ?? true))
    );
  return { ...read, main: keep(read.main), cpu: read.cpu && keep(read.cpu), waits: read.waits.map(keep) };
}

function rowsOf(samples: ThreadStacks, keep: (row: number) => boolean): ThreadStacks {
  const rows = Array.from({ length: samples.length }, (_, row) => row).filter(keep);
  return {
    length: rows.length,
    stack: rows.map((row) => samples.stack[row]),
    value: rows.map((row) => samples.value[row]),
    samples: rows.map((row) => samples.samples[row]),
    thread: rows.map((row) => samples.thread[row]),
  };
}

/** What one sample stands for: over the uploads, else in the span alone. */
function perSample({ total, count }: Uploads, totalsOf: string, main: TypeSamples): number {
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((all, value) => all + value, 0);
  const whole = totalsOf === main.type.id && sum(count) > 0 ? sum(total) / sum(count) : 0;
  return whole > 0 ? whole : main.sampleCount > 0 ? main.total / main.sampleCount : 0;
}

import type { Profile, ReaderLimits, RuntimeInfoEntry, SamplingPeriod } from '../../../src/model/profile';
import { type ExpectedSizes, ProfileBuilder } from '../../../src/model/profile-builder';
import type { Reader } from '../reader';
import { type Chunk, readChunk } from './chunk';
import { looksLikeJfr, readChunks, type Recording } from './chunks';
import { ContextMaker, type ContextNames, Endpoints } from './contexts';
import { JfrCursor } from './cursor';
import { countExceptions, type ExceptionCounts, exceptionFactor } from './exceptions';
import { FrameResolver, MethodStrings } from './frames';
import { metricEvents, readMetrics } from './metrics';
import { type EventRule, eventRules, type JfrType, rulesFor, valueTypeOf, valueTypes } from './rules';
import { infoEvents, readRuntimeInfo } from './runtime-info';
import { addSamples, addUnsampledExceptions, type Sampling } from './samples';
import { readSettings, type Settings } from './settings';
import { readRootEnds, readSpanIntervals, readTaggedSpans, SpanIndex } from './spans';

/** Reads recordings of JDK 8u262 to 25, async-profiler, Datadog's java-profiler and Pyroscope's fork, chunk after chunk. */
export const jfrReader: Reader = {
  format: 'jfr',
  sniff: looksLikeJfr,
  read: (bytes, limits) => readJfr(bytes, limits),
};

/** Samples times types: 320 MB. */
const maxValues = 40_000_000;

const wantedEvents = new Set([
  ...eventRules.map(({ event }) => event),
  ...infoEvents,
  ...metricEvents,
  'jdk.ActiveSetting',
  'datadog.DatadogProfilerConfig',
  'datadog.ExceptionCount',
  'datadog.Endpoint',
  'datadog.Timeline',
  'datadog.Scope',
  'profiler.Span',
]);

/** `names`: what a part beside the recording says about the numbers in it. */
export function readJfr(bytes: Uint8Array, limits: ReaderLimits, names?: ContextNames): Profile {
  const cursor = new JfrCursor(bytes);
  const recording = readChunks(cursor);
  const chunks = recording.chunks.map((header) =>
    readChunk(cursor, header, (event) => wantedEvents.has(event), limits)
  );
  const rules = rulesFor((event) => chunks.some(({ events }) => events.has(event)));
  const settings = readSettings(chunks, cursor);
  const exceptions = countExceptions(chunks, cursor);
  const columns = columnsOf(rules, settings, exceptions);
  const builder = makeBuilder(rules, chunks, columns, cursor, limits);
  const window = windowOf(chunks);
  const methods = new MethodStrings(cursor, builder);
  const endpoints = new Endpoints(chunks, cursor);
  const sampling: Sampling = {
    builder,
    contexts: makeContexts(builder, chunks, endpoints, window.startNs, cursor, names),
    measuring: { settings, exceptionFactor: (type) => exceptionFactor(exceptions, type) },
    cursor,
    columns,
    carry: new Float64Array(columns.size),
    frames: new Map(chunks.map((chunk) => [chunk, new FrameResolver(chunk, cursor, methods)])),
    ...(limits.sampleTimes && { timesFromNs: window.startNs }),
  };
  sayingSpansFirst(rules, chunks).forEach((rule) => addSamples(rule, chunks, sampling));
  addUnsampledExceptions(exceptions, sampling);
  const info = [...unfinishedInfo(recording), ...readRuntimeInfo(chunks, settings, rules, cursor)];
  const facts = { ...window, period: periodOf(rules, settings), runtimeInfo: info };
  const metrics = readMetrics(chunks, window, cursor);
  return { ...builder.finish(facts), metrics, endpointCounts: endpoints.counts() };
}

function makeBuilder(
  rules: readonly EventRule[],
  chunks: readonly Chunk[],
  columns: ReadonlyMap<JfrType, number>,
  cursor: JfrCursor,
  limits: ReaderLimits
): ProfileBuilder {
  const count = countEvents(rules, chunks);
  if (count > limits.samples || count * columns.size > maxValues) {
    cursor.fail(`${count} samples of ${columns.size} types`, 'tooLarge');
  }
  return new ProfileBuilder([...columns.keys()].map(valueTypeOf), expectedSizes(count, chunks));
}

/** The types that the recording has, in the order of the table. */
function columnsOf(rules: readonly EventRule[], settings: Settings, { thrown }: ExceptionCounts): Map<JfrType, number> {
  const present = new Set(rules.flatMap(({ measures }) => Object.keys(measures)));
  if (rules.some(({ event }) => event === 'jdk.ExecutionSample') && settings.execution === 'cpu') {
    const others = rules.filter(({ event }) => event !== 'jdk.ExecutionSample');
    if (!others.some(({ measures }) => 'wall-time' in measures)) {
      present.delete('wall-time');
    }
  }
  if (thrown.size > 0) {
    present.add('thrown-exceptions');
  }
  const types = (Object.keys(valueTypes) as JfrType[]).filter((type) => present.has(type));
  return new Map(types.map((type, column) => [type, column]));
}

function countEvents(rules: readonly EventRule[], chunks: readonly Chunk[]): number {
  return rules.reduce(
    (sum, { event }) => chunks.reduce((all, { events }) => all + (events.get(event)?.length ?? 0), sum),
    0
  );
}

function expectedSizes(samples: number, chunks: readonly Chunk[]): ExpectedSizes {
  const frames = chunks.reduce((sum, { pools }) => sum + pools.stacks.rawFrames.length, 16);
  return { samples: samples + 16, frames, stackFrames: frames * 8 };
}

/** From the start of the first chunk to the end of the last. */
function windowOf(chunks: readonly Chunk[]): { startNs: bigint; durationNs: number } {
  const starts = chunks.map(({ header }) => header.startNs);
  const startNs = starts.reduce((first, start) => (start < first ? start : first));
  const durationNs = Math.max(...chunks.map(({ header }) => Number(header.startNs - startNs) + header.durationNs));
  return { startNs, durationNs: Number.isSafeInteger(durationNs) ? durationNs : 0 };
}

function makeContexts(
  builder: ProfileBuilder,
  chunks: readonly Chunk[],
  endpoints: Endpoints,
  baseNs: bigint,
  cursor: JfrCursor,
  names: ContextNames | undefined
): ContextMaker {
  const spans = new SpanIndex();
  readSpanIntervals(spans, chunks, baseNs, cursor);
  readTaggedSpans(spans, chunks, baseNs, cursor);
  readRootEnds(spans, chunks, baseNs, cursor);
  return new ContextMaker(builder, spans, endpoints, baseNs, names);
}

/** Events that say their span come first: from them the spans of the others are inferred. */
function sayingSpansFirst(rules: readonly EventRule[], chunks: readonly Chunk[]): EventRule[] {
  const says = ({ event }: EventRule) =>
    chunks.some(({ events }) => events.get(event)?.type.fields.some(({ name }) => name === 'spanId'));
  return [...rules.filter(says), ...rules.filter((rule) => !says(rule))];
}

function periodOf(rules: readonly EventRule[], settings: Settings): SamplingPeriod | undefined {
  const has = (event: string) => rules.some((rule) => rule.event === event);
  const value = has('datadog.ExecutionSample')
    ? settings.datadogCpuNs
    : has('jdk.ExecutionSample')
      ? settings.executionNs
      : undefined;
  return value === undefined ? undefined : { type: 'cpu', unit: 'nanoseconds', value };
}

function unfinishedInfo({ unfinishedBytes }: Recording): RuntimeInfoEntry[] {
  return unfinishedBytes === 0
    ? []
    : [
        {
          group: 'Sampling',
          key: 'not read',
          value: `${unfinishedBytes} bytes of a last chunk that the JVM did not finish`,
        },
      ];
}

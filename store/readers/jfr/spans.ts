import { SequenceTable } from '../../../src/model/sequence-table';
import type { Chunk } from './chunk';
import type { JfrCursor } from './cursor';
import { type EventReader, readersOf } from './event';
import { ThreadKeys } from './threads';

/** Span low, high, root low, high, trace id low, high, number of the tag of a span without ids. Record 0 = no span. */
export const spanWords = 7;
const rootWord = 2;
const tagWord = 6;

/** What runs on one thread when: segment i lasts from `from[i]` to the next one and has span record `span[i]`. */
interface Timeline {
  readonly from: Float64Array;
  readonly span: Uint32Array;
}

/** By thread: what events said, runs of samples with one span, the samples themselves, and runs of samples with one root. */
interface Timelines {
  readonly said: Timeline;
  readonly runs: Timeline;
  readonly seen: Timeline;
  readonly roots: Timeline;
}

/** Collected before it is sorted into a timeline. */
interface Intervals {
  readonly start: number[];
  readonly end: number[];
  readonly span: number[];
}

/** Samples that say their span. */
interface Sightings {
  readonly time: number[];
  readonly span: number[];
}

/**
 * Which span ran on which thread when: from events that say so (`datadog.Timeline`, `datadog.Scope`), else from samples with a
 * span: between two neighbouring samples of a thread with the same span it ran all the time, and a thread that waits can't change
 * its span, so a sample in the wait tells it; between two samples with the same root at least that one ran. Times in ns after the
 * recording's start.
 */
export class SpanIndex {
  readonly operations = new Map<number, string>();
  /** What the program called a span that has no ids. */
  readonly tags = new Map<number, string>();
  private readonly records = new SequenceTable();
  private readonly intervals = new Map<number, Intervals>();
  private readonly sightings = new Map<number, Sightings>();
  /** By thread, of those that were asked for. */
  private readonly timelines = new Map<number, Timelines>();
  private readonly rootRecords = new Map<number, number>();

  constructor() {
    this.records.intern(new Uint32Array(spanWords), spanWords);
  }

  /** `words` as in `spanWords`. */
  record(words: Uint32Array): number {
    return this.records.intern(words, spanWords);
  }

  /** Word `word` of a record. */
  word(record: number, word: number): number {
    return this.records.words[record * spanWords + word];
  }

  addInterval(thread: number, start: number, end: number, span: number): void {
    const own = this.intervals.get(thread) ?? { start: [], end: [], span: [] };
    own.start.push(start);
    own.end.push(end);
    own.span.push(span);
    this.intervals.set(thread, own);
  }

  /** A sample of `thread` at `time`; span 0 = it ran for none. */
  addSighting(thread: number, time: number, span: number): void {
    let own = this.sightings.get(thread);
    if (own === undefined) {
      own = { time: [], span: [] };
      this.sightings.set(thread, own);
    }
    own.time.push(time);
    own.span.push(span);
  }

  /** Nothing says anything about spans. */
  get isEmpty(): boolean {
    return this.records.length === 1;
  }

  /**
   * The record of the span that ran on `thread` from `start` to `end`, in one call; without a span's id where only its root is known,
   * 0 = nothing is. Nothing may be added afterwards.
   */
  find(thread: number, start: number, end = start): number {
    const { said, runs, seen, roots } = this.timelinesOf(thread);
    return spanAt(said, start) || spanAt(runs, start) || spanWithin(seen, start, end) || spanAt(roots, start);
  }

  private timelinesOf(thread: number): Timelines {
    const known = this.timelines.get(thread);
    if (known) {
      return known;
    }
    const seen = inOrder(this.sightings.get(thread) ?? { time: [], span: [] });
    const roots = { from: seen.from, span: seen.span.map((record) => this.rootRecord(record)) };
    const made = {
      said: timelineOf(this.intervals.get(thread) ?? { start: [], end: [], span: [] }),
      runs: timelineOf(runsOf(seen)),
      seen,
      roots: timelineOf(runsOf(roots)),
    };
    this.timelines.set(thread, made);
    return made;
  }

  /** Root and trace of a record, without its span. */
  private rootRecord(record: number): number {
    let root = this.rootRecords.get(record);
    if (root === undefined) {
      const at = record * spanWords;
      const words = this.records.words.slice(at, at + spanWords).fill(0, 0, rootWord);
      root = (words[rootWord] | words[rootWord + 1]) === 0 ? 0 : this.record(words);
      this.rootRecords.set(record, root);
    }
    return root;
  }
}

function spanAt({ from, span }: Timeline, time: number): number {
  const before = countUntil(from, time, true);
  return before === 0 ? 0 : span[before - 1];
}

/** What all samples from `start` to `end` agree on. */
function spanWithin({ from, span }: Timeline, start: number, end: number): number {
  const first = countUntil(from, start, false);
  for (let i = first; i < from.length && from[i] <= end; i++) {
    if (span[i] !== span[first]) {
      return 0;
    }
  }
  return from[first] <= end ? span[first] : 0;
}

/** How many of the ascending times come before `time`, or at it as well. */
function countUntil(times: Float64Array, time: number, orAt: boolean): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < time || (orAt && times[middle] === time)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Nested intervals → segments of the innermost one. */
function timelineOf({ start, end, span }: Intervals): Timeline {
  const order = nestingOrder(start, end);
  const from = new Float64Array(order.length * 2);
  const spans = new Uint32Array(order.length * 2);
  const open: number[] = [];
  let length = 0;
  const emit = (time: number) => {
    from[length] = Math.max(time, length === 0 ? time : from[length - 1]);
    spans[length++] = open.length === 0 ? 0 : span[open[open.length - 1]];
  };
  const closeUntil = (time: number) => {
    for (let top = open.at(-1); top !== undefined && end[top] <= time; top = open.at(-1)) {
      open.pop();
      emit(end[top]);
    }
  };
  for (const index of order) {
    closeUntil(start[index]);
    open.push(index);
    emit(start[index]);
  }
  closeUntil(Infinity);
  return { from: from.subarray(0, length), span: spans.subarray(0, length) };
}

/** By start, of equal ones the longest first. */
function nestingOrder(start: readonly number[], end: readonly number[]): Uint32Array {
  const order = new Uint32Array(start.length);
  let isOrdered = true;
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
    isOrdered &&= i === 0 || start[i - 1] < start[i];
  }
  return isOrdered ? order : order.sort((a, b) => start[a] - start[b] || end[b] - end[a]);
}

/** By time. Most threads' samples come in order. */
function inOrder({ time, span }: Sightings): Timeline {
  const from = new Float64Array(time);
  const spans = new Uint32Array(span);
  return isAscending(from) ? { from, span: spans } : sorted(from, spans);
}

function isAscending(times: Float64Array): boolean {
  let at = 1;
  while (at < times.length && times[at - 1] <= times[at]) {
    at++;
  }
  return at >= times.length;
}

/** Events come in order by type, so there are few runs, which are merged until one is left. */
function sorted(times: Float64Array, spans: Uint32Array): Timeline {
  let merged: Timeline = { from: times, span: spans };
  // Times that are no numbers would stay where they are: then the runs get no fewer.
  for (let runs = Infinity, left = times.length; left > 1 && left < runs; ) {
    const into = { from: new Float64Array(times.length), span: new Uint32Array(times.length) };
    runs = left;
    left = mergePairs(merged, into);
    merged = into;
  }
  return merged;
}

/** Merges the first two ascending runs, the next two, and so on; the number of runs that are left. */
function mergePairs(source: Timeline, into: Timeline): number {
  let runs = 0;
  for (let start = 0; start < source.from.length; runs++) {
    const middle = runEnd(source.from, start);
    const end = runEnd(source.from, middle);
    mergeRuns(source, start, middle, end, into);
    start = end;
  }
  return runs;
}

function runEnd(times: Float64Array, start: number): number {
  let at = start + 1;
  while (at < times.length && times[at - 1] <= times[at]) {
    at++;
  }
  return Math.min(at, times.length);
}

/** Of equal times those of the first run come first. */
function mergeRuns(source: Timeline, start: number, middle: number, end: number, into: Timeline): void {
  let first = start;
  let second = middle;
  for (let at = start; at < end; at++) {
    const next = second >= end || (first < middle && source.from[first] <= source.from[second]) ? first++ : second++;
    into.from[at] = source.from[next];
    into.span[at] = source.span[next];
  }
}

/** Runs of samples with one span. */
function runsOf({ from, span }: Timeline): Intervals {
  const runs: Intervals = { start: [], end: [], span: [] };
  for (let i = 0; i < from.length; ) {
    let last = i;
    while (last + 1 < from.length && span[last + 1] === span[i]) {
      last++;
    }
    if (span[i] !== 0 && last > i) {
      runs.start.push(from[i]);
      runs.end.push(from[last]);
      runs.span.push(span[i]);
    }
    i = last + 1;
  }
  return runs;
}

const interval = {
  startTime: 0,
  duration: 1,
  eventThread: 2,
  spanId: 3,
  localRootSpanId: 4,
  '_dd.trace.operation': 5,
  operation: 5,
  traceId: 6,
};

const tagged = { startTime: 0, duration: 1, eventThread: 2, tag: 3 };

/** Spans that a program marks through async-profiler's API: they have a name and no ids. */
export function readTaggedSpans(spans: SpanIndex, chunks: readonly Chunk[], baseNs: bigint, cursor: JfrCursor): void {
  const words = new Uint32Array(spanWords);
  const records = new Map<string, number>();
  for (const reader of readersOf(chunks, 'profiler.Span', tagged, cursor)) {
    const threads = new ThreadKeys(reader.chunk);
    while (reader.advance()) {
      const thread = threads.keyAt(threads.indexOf(reader, tagged.eventThread));
      const tag = reader.text(tagged.tag);
      if (thread === 0 || tag === '') {
        continue;
      }
      words[tagWord] = records.size + 1;
      const span = records.get(tag) ?? spans.record(words);
      records.set(tag, span);
      spans.tags.set(span, tag);
      const start = reader.timeNs(tagged.startTime, baseNs);
      spans.addInterval(thread, start, start + Math.max(0, reader.durationNs(tagged.duration)), span);
    }
  }
}

/** Reads the events that say when a span ran on a thread. */
export function readSpanIntervals(spans: SpanIndex, chunks: readonly Chunk[], baseNs: bigint, cursor: JfrCursor): void {
  const words = new Uint32Array(spanWords);
  for (const event of ['datadog.Timeline', 'datadog.Scope']) {
    for (const reader of readersOf(chunks, event, interval, cursor)) {
      const threads = new ThreadKeys(reader.chunk);
      while (reader.advance()) {
        const thread = threads.keyAt(threads.indexOf(reader, interval.eventThread));
        copyWords(reader, words);
        if (thread !== 0 && (words[0] | words[1]) !== 0) {
          const start = reader.timeNs(interval.startTime, baseNs);
          const span = spans.record(words);
          spans.addInterval(thread, start, start + Math.max(0, reader.durationNs(interval.duration)), span);
          addOperation(spans, span, reader);
        }
      }
    }
  }
}

const rootEnd = { startTime: 0, eventThread: 1, localRootSpanId: 2 };

/** A local root span is what its thread runs when it ends, which `datadog.Endpoint` tells. */
export function readRootEnds(spans: SpanIndex, chunks: readonly Chunk[], baseNs: bigint, cursor: JfrCursor): void {
  for (const reader of readersOf(chunks, 'datadog.Endpoint', rootEnd, cursor)) {
    const threads = new ThreadKeys(reader.chunk);
    while (reader.advance()) {
      const thread = threads.keyAt(threads.indexOf(reader, rootEnd.eventThread));
      const low = reader.values.low[rootEnd.localRootSpanId];
      const high = reader.values.high[rootEnd.localRootSpanId];
      if (thread !== 0 && (low | high) !== 0) {
        const span = spans.record(Uint32Array.of(low, high, low, high, 0, 0, 0));
        spans.addSighting(thread, reader.timeNs(rootEnd.startTime, baseNs), span);
      }
    }
  }
}

function copyWords({ values: { low, high } }: EventReader, words: Uint32Array): void {
  words[0] = low[interval.spanId];
  words[1] = high[interval.spanId];
  words[2] = low[interval.localRootSpanId];
  words[3] = high[interval.localRootSpanId];
  words[4] = low[interval.traceId];
  words[5] = high[interval.traceId];
}

function addOperation(spans: SpanIndex, span: number, reader: EventReader): void {
  if (!spans.operations.has(span)) {
    spans.operations.set(span, reader.text(interval.operation));
  }
}

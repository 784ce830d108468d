import { SequenceTable } from '../../../src/model/sequence-table';
import type { Chunk } from './chunk';
import type { JfrCursor } from './cursor';
import { type EventReader, readersOf } from './event';
import { ThreadKeys } from './threads';

/** Span low, high, root low, high, trace id low, high, number of the tag of a span without ids. Record 0 = no span. */
export const spanWords = 7;
const tagWord = 6;

/** What runs on one thread when: segment i lasts from `from[i]` to the next one and has span record `span[i]`. */
interface Timeline {
  readonly from: Float64Array;
  readonly span: Uint32Array;
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
 * span: between two neighbouring samples of a thread with the same span it ran all the time. Times in ns after the
 * recording's start.
 */
export class SpanIndex {
  readonly operations = new Map<number, string>();
  /** What the program called a span that has no ids. */
  readonly tags = new Map<number, string>();
  private readonly records = new SequenceTable();
  private readonly intervals = new Map<number, Intervals>();
  private readonly sightings = new Map<number, Sightings>();
  private timelines: ReadonlyArray<ReadonlyMap<number, Timeline>> | undefined;

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

  /** The record of the span that ran on `thread` at `time`, 0 = none known. Nothing may be added afterwards. */
  find(thread: number, time: number): number {
    this.timelines ??= [
      mapValues(this.intervals, timelineOf),
      mapValues(this.sightings, (own) => timelineOf(runsOf(own))),
    ];
    for (const timelines of this.timelines) {
      const timeline = timelines.get(thread);
      const span = timeline === undefined ? 0 : spanAt(timeline, time);
      if (span !== 0) {
        return span;
      }
    }
    return 0;
  }
}

function mapValues<In, Out>(map: ReadonlyMap<number, In>, change: (value: In) => Out): Map<number, Out> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

function spanAt({ from, span }: Timeline, time: number): number {
  let low = 0;
  let high = from.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (from[middle] <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low === 0 ? 0 : span[low - 1];
}

/** Nested intervals → segments of the innermost one. */
function timelineOf({ start, end, span }: Intervals): Timeline {
  const order = Uint32Array.from(start, (_, i) => i).sort((a, b) => start[a] - start[b] || end[b] - end[a]);
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

/** Runs of samples with one span. */
function runsOf({ time, span }: Sightings): Intervals {
  const order = Uint32Array.from(time, (_, i) => i).sort((a, b) => time[a] - time[b]);
  const runs: Intervals = { start: [], end: [], span: [] };
  for (let i = 0; i < order.length; ) {
    let last = i;
    while (last + 1 < order.length && span[order[last + 1]] === span[order[i]]) {
      last++;
    }
    if (span[order[i]] !== 0 && last > i) {
      runs.start.push(time[order[i]]);
      runs.end.push(time[order[last]]);
      runs.span.push(span[order[i]]);
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
    reader.forEach(() => {
      const thread = threads.keyAt(threads.indexOf(reader, tagged.eventThread));
      const tag = reader.text(tagged.tag);
      if (thread === 0 || tag === '') {
        return;
      }
      words[tagWord] = records.size + 1;
      const span = records.get(tag) ?? spans.record(words);
      records.set(tag, span);
      spans.tags.set(span, tag);
      const start = reader.timeNs(tagged.startTime, baseNs);
      spans.addInterval(thread, start, start + Math.max(0, reader.durationNs(tagged.duration)), span);
    });
  }
}

/** Reads the events that say when a span ran on a thread. */
export function readSpanIntervals(spans: SpanIndex, chunks: readonly Chunk[], baseNs: bigint, cursor: JfrCursor): void {
  const words = new Uint32Array(spanWords);
  for (const event of ['datadog.Timeline', 'datadog.Scope']) {
    for (const reader of readersOf(chunks, event, interval, cursor)) {
      const threads = new ThreadKeys(reader.chunk);
      reader.forEach(() => {
        const thread = threads.keyAt(threads.indexOf(reader, interval.eventThread));
        copyWords(reader, words);
        if (thread !== 0 && (words[0] | words[1]) !== 0) {
          const start = reader.timeNs(interval.startTime, baseNs);
          const span = spans.record(words);
          spans.addInterval(thread, start, start + Math.max(0, reader.durationNs(interval.duration)), span);
          addOperation(spans, span, reader);
        }
      });
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

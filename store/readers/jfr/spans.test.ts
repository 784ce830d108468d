import { defaultReaderLimits } from '../../../src/model/profile';
import { jfrUploads } from '../../../tests/oracle/jfr';
import { readChunk } from './chunk';
import { readChunks } from './chunks';
import { JfrCursor } from './cursor';
import { readersOf } from './event';
import { readRootEnds, readSpanIntervals, SpanIndex } from './spans';
import { ThreadKeys } from './threads';

const span = (low: number) => Uint32Array.of(low, 0, 100 + low, 0, 0, 0, 0);

function index(build: (spans: SpanIndex) => void): (thread: number, start: number, end?: number) => number {
  const spans = new SpanIndex();
  build(spans);
  return (thread, start, end) => spans.word(spans.find(thread, start, end), 0);
}

it('finds the innermost of nested intervals', () => {
  const find = index((spans) => {
    spans.addInterval(1, 0, 100, spans.record(span(1)));
    spans.addInterval(1, 20, 40, spans.record(span(2)));
    spans.addInterval(1, 20, 30, spans.record(span(3)));
    spans.addInterval(2, 0, 100, spans.record(span(4)));
  });
  expect([10, 25, 35, 45, 99, 100, -1].map((time) => find(1, time))).toEqual([1, 3, 2, 1, 1, 0, 0]);
  expect([find(2, 35), find(3, 35)]).toEqual([4, 0]);
});

it('copes with intervals that overlap without nesting', () => {
  const find = index((spans) => {
    spans.addInterval(1, 0, 50, spans.record(span(1)));
    spans.addInterval(1, 20, 80, spans.record(span(2)));
    spans.addInterval(1, 70, 90, spans.record(span(3)));
  });
  expect([10, 30, 60, 75, 85, 95].map((time) => find(1, time))).toEqual([1, 2, 2, 3, 3, 0]);
});

it('fills the time between two samples of the same span only', () => {
  const find = index((spans) => {
    const [one, two] = [spans.record(span(1)), spans.record(span(2))];
    for (const [time, record] of [
      [10, one],
      [20, one],
      [40, 0],
      [50, one],
      [60, two],
      [80, two],
    ]) {
      spans.addSighting(1, time, record);
    }
  });
  expect([5, 10, 15, 25, 45, 55, 70, 85].map((time) => find(1, time))).toEqual([0, 1, 1, 0, 0, 0, 2, 0]);
});

it('gives a wait the span of the samples in it, if they agree', () => {
  const find = index((spans) => {
    const [one, two] = [spans.record(span(1)), spans.record(span(2))];
    for (const [time, record] of [
      [40, two],
      [10, one],
      [50, two],
      [70, 0],
      [80, one],
    ]) {
      spans.addSighting(1, time, record);
    }
  });
  expect(find(1, 20, 39)).toBe(0);
  expect(find(1, 20, 40)).toBe(2);
  expect(find(1, 20, 60)).toBe(2);
  expect(find(1, 5, 40)).toBe(0);
  expect(find(1, 60, 70)).toBe(0);
  expect(find(1, 60, 80)).toBe(0);
  expect(find(1, 80, 90)).toBe(1);
  expect(find(1, 90, 100)).toBe(0);
  expect(find(2, 20, 60)).toBe(0);
});

it('knows the root between two spans of it', () => {
  const spans = new SpanIndex();
  const [root, child, other] = [
    [1, 1],
    [2, 1],
    [3, 3],
  ].map(([own, ofRoot]) => spans.record(Uint32Array.of(own, 0, ofRoot, 0, 7, 0, 0)));
  for (const [time, record] of [
    [10, root],
    [20, child],
    [30, child],
    [40, root],
    [50, other],
  ]) {
    spans.addSighting(1, time, record);
  }
  const at = (time: number) => [0, 2, 4].map((word) => spans.word(spans.find(1, time), word));
  expect(at(5)).toEqual([0, 0, 0]);
  expect(at(15)).toEqual([0, 1, 7]);
  expect(at(25)).toEqual([2, 1, 7]);
  expect(at(35)).toEqual([0, 1, 7]);
  expect(at(45)).toEqual([0, 0, 0]);
});

/** Exceptions say their span themselves, so what the timeline says can be compared. */
it('agrees with what events say', async () => {
  const compared: Record<string, number[]> = {};
  for (const { name, bytes } of await jfrUploads()) {
    if (name.endsWith('plain-jfr')) {
      compared[name] = compare(bytes);
    }
  }
  expect(compared).toEqual({
    'recordings/dd-java-plain-jfr': [99, 99],
    'recordings/dd-java25-plain-jfr': [176, 176],
  });
});

const fields = { startTime: 0, eventThread: 1, spanId: 2 };

/** How many exceptions say a span, and of how many the same one is found. */
function compare(bytes: Uint8Array): number[] {
  const cursor = new JfrCursor(bytes);
  const chunks = readChunks(cursor).chunks.map((header) => readChunk(cursor, header, () => true, defaultReaderLimits));
  const baseNs = chunks[0].header.startNs;
  const spans = new SpanIndex();
  readSpanIntervals(spans, chunks, baseNs, cursor);
  const counts = [0, 0];
  for (const reader of readersOf(chunks, 'datadog.ExceptionSample', fields, cursor)) {
    const threads = new ThreadKeys(reader.chunk);
    while (reader.advance()) {
      const thread = threads.keyAt(threads.indexOf(reader, fields.eventThread));
      const found = spans.find(thread, reader.timeNs(fields.startTime, baseNs));
      const same = spans.word(found, 0) === reader.values.low[2] && spans.word(found, 1) === reader.values.high[2];
      counts[0] += reader.isNonZero(fields.spanId) ? 1 : 0;
      counts[1] += same ? 1 : 0;
    }
  }
  return counts;
}

/** Exceptions and allocations say their span: what CPU and wall samples and ends of requests tell of them can be compared. */
it('contradicts no event that says its span', async () => {
  const counts = { same: 0, root: 0, unknown: 0, wrong: 0 };
  for (const { name, bytes } of await jfrUploads()) {
    if (/dd-java-(ddprof|lz4|gzip|uncompressed|old-1)/.test(name)) {
      countSampled(bytes, counts);
    }
  }
  expect(counts.wrong).toBe(0);
  expect(counts.same).toBeGreaterThan(400);
  expect(counts.root).toBeGreaterThan(250);
});

type Verdict = 'same' | 'root' | 'unknown' | 'wrong';

/** Span low, high, root low, high: as found, and as the event says. */
function verdict(found: readonly number[], said: Uint32Array): Verdict {
  if (found.every((word) => word === 0)) {
    return 'unknown';
  }
  const isSame = (from: number) => found[from] === said[from] && found[from + 1] === said[from + 1];
  const isSpanFound = (found[0] | found[1]) !== 0;
  return !isSame(2) || (isSpanFound && !isSame(0)) ? 'wrong' : isSpanFound ? 'same' : 'root';
}

const sampled = { startTime: 0, eventThread: 1, sampledThread: 1, spanId: 2, localRootSpanId: 3 };

function countSampled(bytes: Uint8Array, counts: Record<Verdict, number>): void {
  const cursor = new JfrCursor(bytes);
  const chunks = readChunks(cursor).chunks.map((header) => readChunk(cursor, header, () => true, defaultReaderLimits));
  const baseNs = chunks[0].header.startNs;
  const spans = new SpanIndex();
  const forEach = (events: readonly string[], visit: (thread: number, time: number, words: Uint32Array) => void) =>
    events
      .flatMap((event) => readersOf(chunks, event, sampled, cursor))
      .forEach((reader) => {
        const threads = new ThreadKeys(reader.chunk);
        const { low, high } = reader.values;
        while (reader.advance()) {
          const words = Uint32Array.of(low[2], high[2], low[3], high[3], 0, 0, 0);
          visit(threads.keyAt(threads.indexOf(reader, 1)), reader.timeNs(0, baseNs), words);
        }
      });
  forEach(['datadog.ExecutionSample', 'datadog.MethodSample'], (thread, time, words) =>
    spans.addSighting(thread, time, (words[0] | words[1]) === 0 ? 0 : spans.record(words))
  );
  readRootEnds(spans, chunks, baseNs, cursor);
  forEach(['datadog.ExceptionSample', 'datadog.ObjectSample'], (thread, time, words) => {
    const record = spans.find(thread, time);
    const found = Array.from({ length: 4 }, (_, word) => spans.word(record, word));
    if ((words[0] | words[1]) !== 0) {
      counts[verdict(found, words)]++;
    }
  });
}

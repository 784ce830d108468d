import { defaultReaderLimits } from '../../../src/model/profile';
import { ProfileBuilder } from '../../../src/model/profile-builder';
import { corpusFile, jfrCorpus, type JfrRow } from '../../../tests/oracle/jfr';
import { type Chunk, type EventSet, readChunk } from './chunk';
import { readChunks } from './chunks';
import { JfrCursor } from './cursor';
import { EventReader } from './event';
import { FrameResolver, MethodStrings } from './frames';

/**
 * Files where the oracle stopped at a chunk that it could not read: whole chunks before it, and events of which it had printed
 * another number by then.
 */
const oracleStops: Readonly<Record<string, { readonly chunks: number; readonly partly: readonly string[] }>> = {
  'java-ddtrace-guance-main.jfr': { chunks: 1, partly: ['jdk.ActiveSetting', 'datadog.MethodSample'] },
  'java-event-type-zero.jfr': { chunks: 2, partly: ['jdk.SafepointBegin'] },
};

/** What one event type adds up to, in all chunks. */
interface Sums {
  count: number;
  readonly fields: Map<string, number>;
  readonly flat: Map<string, number>;
  readonly cum: Map<string, number>;
}

function readAll(bytes: Uint8Array, chunkCount: number): Map<string, Sums> {
  const cursor = new JfrCursor(bytes);
  const result = new Map<string, Sums>();
  for (const header of readChunks(cursor).chunks.slice(0, chunkCount)) {
    const chunk = readChunk(cursor, header, () => true, defaultReaderLimits);
    for (const [event, set] of chunk.events) {
      const sums = result.get(event) ?? { count: 0, fields: new Map(), flat: new Map(), cum: new Map() };
      result.set(event, sums);
      addUp(sums, chunk, set, cursor);
    }
  }
  return result;
}

const numbers = new Set(['int', 'long', 'short', 'byte', 'float', 'double']);

function addUp(sums: Sums, chunk: Chunk, set: EventSet, cursor: JfrCursor): void {
  const fields = set.type.fields.filter(
    ({ classId, pooled, isArray }) => !pooled && !isArray && numbers.has(chunk.metadata.get(classId)?.name ?? '')
  );
  const slots = Object.fromEntries([...fields.map(({ name }) => name), 'stackTrace'].map((name, i) => [name, i]));
  const reader = new EventReader(chunk, set, cursor, slots);
  const builder = new ProfileBuilder([]);
  const frames = new FrameResolver(chunk, cursor, new MethodStrings(cursor, builder));
  const stacks = new Map<number, number>();
  while (reader.advance()) {
    sums.count++;
    fields.forEach(({ name }, slot) => add(sums.fields, name, reader.number(slot)));
    if (reader.has(slots['stackTrace'])) {
      const { low, high } = reader.values;
      const stack = frames.stack(low[slots['stackTrace']], high[slots['stackTrace']]);
      stacks.set(stack, (stacks.get(stack) ?? 0) + 1);
    }
  }
  addStacks(sums, builder, stacks);
}

function addStacks(sums: Sums, builder: ProfileBuilder, counts: ReadonlyMap<number, number>): void {
  const { strings, frames, stacks } = builder.finish();
  for (const [stack, count] of counts) {
    const names = [...stacks.frame.subarray(stacks.offset[stack], stacks.offset[stack + 1])].map(
      (frame) => strings[frames.method[frame]]
    );
    if (names.length > 0) {
      add(sums.flat, names[0], count);
      new Set(names).forEach((name) => add(sums.cum, name, count));
    }
  }
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}

/** Times and addresses add up beyond 2^53 in another order than the oracle's. */
function expectClose(row: JfrRow, value: number): void {
  const error = Math.abs(value - row.value);
  const fine = error <= 0.001 || error <= Math.abs(row.value) * 1e-9;
  expect([row.event, row.name, fine ? row.value : value]).toEqual([row.event, row.name, row.value]);
}

const readable = jfrCorpus().filter(({ rows }) => rows.length > 0);

it('knows the corpus', () => {
  expect(readable.length).toBe(13);
});

describe.each(readable)('$name', ({ name, bytes, rows }) => {
  const { chunks = Infinity, partly = [] } = oracleStops[name] ?? {};
  const sums = readAll(bytes, chunks);
  const known = rows.filter(({ event }) => !partly.includes(event)).map(plainEvent);

  it('has as many events of every type as the oracle', () => {
    const counts = known.filter(({ kind }) => kind === 'count');
    expect(counts.length).toBeGreaterThan(5);
    for (const { event, value } of counts) {
      expect([event, sums.get(event)?.count]).toEqual([event, value]);
    }
  });

  it('has the sums of all number fields', () => {
    for (const row of known.filter(({ kind }) => kind === 'sum')) {
      expectClose(row, sums.get(row.event)?.fields.get(row.name) ?? NaN);
    }
  });

  it('has the methods of all stacks', () => {
    for (const kind of ['flat', 'cum'] as const) {
      for (const row of known.filter((one) => one.kind === kind)) {
        expectClose(row, sums.get(row.event)?.[kind].get(row.name) ?? NaN);
      }
    }
  });
});

function plainEvent(row: JfrRow): JfrRow {
  return { ...row, event: row.event.replace(/^com\.oracle\.jdk\./, 'jdk.') };
}

it('reads chunks that the oracle can not read', () => {
  const main = readAll(corpusFile('java-ddtrace-guance-main.jfr'), Infinity);
  const counts = ['MethodSample', 'ExecutionSample', 'ExceptionSample', 'ObjectSample', 'HeapLiveObject'].map(
    (event) => main.get(`datadog.${event}`)?.count
  );
  expect(counts).toEqual([4514, 2664, 1157, 874, 143]);
});

it('reads the same from a zip', () => {
  expect(corpusFile('java-ddtrace.jfr.zip')).toEqual(corpusFile('java-ddtrace.jfr'));
});

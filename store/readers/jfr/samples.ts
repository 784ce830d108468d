import type { ProfileBuilder } from '../../../src/model/profile-builder';
import type { Chunk } from './chunk';
import { readableClass } from './class-names';
import type { ContextMaker } from './contexts';
import type { JfrCursor } from './cursor';
import { type EventReader, readersOf } from './event';
import type { ExceptionCounts } from './exceptions';
import { type FrameResolver } from './frames';
import { attributeFields, type EventRule, type JfrType, type Measuring, sharedFields, slot } from './rules';

/** Ports that the operating system picks for the other end of a connection; each would be a peer of its own. */
const firstEphemeralPort = 32_768;

export interface Sampling {
  readonly builder: ProfileBuilder;
  readonly contexts: ContextMaker;
  readonly measuring: Measuring;
  readonly cursor: JfrCursor;
  /** Column of each type. */
  readonly columns: ReadonlyMap<JfrType, number>;
  /** Of each column, what rounding left over. */
  readonly carry: Float64Array;
  readonly frames: ReadonlyMap<Chunk, FrameResolver>;
  /** Start of the recording, when times of samples are wanted. */
  readonly timesFromNs?: bigint;
}

/** One column of a rule. */
interface BoundMeasure {
  readonly column: number;
  readonly measure: (event: EventReader, measuring: Measuring) => number;
}

/** Adds a sample for every event of the rule. */
export function addSamples(rule: EventRule, chunks: readonly Chunk[], sampling: Sampling): void {
  const measures = boundMeasures(rule, sampling.columns);
  for (const chunk of chunks) {
    const fields = { ...attributeFields(chunk, rule.event), ...sharedFields, ...rule.fields };
    for (const event of readersOf([chunk], rule.event, fields, sampling.cursor)) {
      addEvents(event, rule, measures, sampling);
    }
  }
}

function boundMeasures({ measures }: EventRule, columns: ReadonlyMap<JfrType, number>): BoundMeasure[] {
  return [...columns].flatMap(([type, column]) => {
    const measure = measures[type];
    return measure === undefined ? [] : [{ column, measure }];
  });
}

function addEvents(event: EventReader, rule: EventRule, measures: readonly BoundMeasure[], sampling: Sampling): void {
  const { builder, contexts, measuring, timesFromNs } = sampling;
  const { low, high } = event.values;
  const context = contexts.reader(event, rule.isBeforeSpan !== true);
  const detail = detailReader(event, rule, builder);
  const frames = sampling.frames.get(event.chunk)!;
  event.forEach(() => {
    const detailFrame = detail();
    const stackLow = low[slot.stackTrace];
    const stackHigh = high[slot.stackTrace];
    const stack =
      detailFrame < 0 ? frames.stack(stackLow, stackHigh) : frames.stackWithDetail(stackLow, stackHigh, detailFrame);
    const base = builder.sample(stack, context());
    if (timesFromNs !== undefined && event.has(slot.startTime)) {
      builder.sampleTime(event.timeNs(slot.startTime, timesFromNs));
    }
    for (const { column, measure } of measures) {
      builder.values[base + column] = wholeNumber(measure(event, measuring), column, sampling);
    }
  });
}

/** Rounds so that the sum of all rounded values is the rounded sum of all values. */
function wholeNumber(value: number, column: number, { carry, cursor }: Sampling): number {
  if (Number.isSafeInteger(value)) {
    return value;
  }
  const exact = value + carry[column];
  const whole = Math.round(exact);
  if (!Number.isSafeInteger(whole)) {
    cursor.fail('a value beyond 2^53 - 1, which can not be kept exactly');
  }
  carry[column] = exact - whole;
  return whole === 0 ? 0 : whole;
}

/** Makes the leaf frame that says what the event at hand is about, -1 = none. */
function detailReader(event: EventReader, rule: EventRule, builder: ProfileBuilder): () => number {
  const kind = rule.detail;
  if (kind === undefined || !event.has(slot.detail)) {
    return () => -1;
  }
  const frameOf = (text: string) => (text === '' ? -1 : builder.detailFrame(kind, text));
  if (kind === 'detail:peer') {
    return () => frameOf(peerOf(event));
  }
  if (event.field(slot.detail)?.pooled !== true) {
    return () => frameOf(event.text(slot.detail));
  }
  const known = new Map<number, number>();
  return () => {
    const key = event.values.high[slot.detail] * 0x1_0000_0000 + event.values.low[slot.detail];
    const frame = known.get(key) ?? frameOf(readableClass(event.text(slot.detail)));
    known.set(key, frame);
    return frame;
  };
}

function peerOf(event: EventReader): string {
  if (!event.has(slot.port)) {
    return peerOfAddress(event.text(slot.detail));
  }
  const host = event.text(slot.detail) || event.text(slot.address);
  const port = event.number(slot.port);
  return `${host}:${port >= firstEphemeralPort ? '*' : port}`;
}

/** `[::ffff:10.0.0.1]:80` is the peer that the JDK calls `10.0.0.1:80`. */
function peerOfAddress(address: string): string {
  const [, host, port] = /^(.*):(\d{1,5})$/.exec(address) ?? [];
  if (port === undefined) {
    return address;
  }
  const mapped = /^\[::ffff:([\d.]+)\]$/i.exec(host)?.[1];
  return `${mapped ?? host}:${Number(port) >= firstEphemeralPort ? '*' : port}`;
}

/** Exceptions that were counted, but of whose type none was sampled. */
export function addUnsampledExceptions({ thrown, sampled }: ExceptionCounts, sampling: Sampling): void {
  const { builder, columns } = sampling;
  const column = columns.get('thrown-exceptions');
  for (const [type, count] of thrown) {
    if (column !== undefined && count > 0 && !sampled.has(type)) {
      const stack = builder.stack(Uint32Array.of(builder.detailFrame('detail:exception', type)), 1);
      const base = builder.sample(stack, 0);
      builder.values[base + column] = wholeNumber(count, column, sampling);
    }
  }
}

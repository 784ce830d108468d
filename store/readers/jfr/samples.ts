import type { FrameKind } from '../../../src/model/profile';
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
  const contexts = sampling.contexts.reader(event, rule.isBeforeSpan !== true);
  const details = new DetailFrames(event, rule, sampling.builder);
  const frames = sampling.frames.get(event.chunk)!;
  const timesFromNs = event.has(slot.startTime) ? sampling.timesFromNs : undefined;
  while (event.advance()) {
    const base = sampling.builder.sample(stackOf(event, details.frame(), frames), contexts.context());
    if (timesFromNs !== undefined) {
      sampling.builder.sampleTime(event.timeNs(slot.startTime, timesFromNs));
    }
    addValues(event, measures, base, sampling);
  }
}

function stackOf({ values }: EventReader, detail: number, frames: FrameResolver): number {
  const low = values.low[slot.stackTrace];
  const high = values.high[slot.stackTrace];
  return detail < 0 ? frames.stack(low, high) : frames.stackWithDetail(low, high, detail);
}

function addValues(event: EventReader, measures: readonly BoundMeasure[], base: number, sampling: Sampling): void {
  const { values } = sampling.builder;
  for (let i = 0; i < measures.length; i++) {
    const { column, measure } = measures[i];
    values[base + column] = wholeNumber(measure(event, sampling.measuring), column, sampling);
  }
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

/** Makes the leaf frames that say what the events of one type in one chunk are about. */
class DetailFrames {
  private readonly kind: FrameKind | undefined;
  private readonly isPooled: boolean;
  /** By key in the pool. */
  private readonly known = new Map<number, number>();

  constructor(
    private readonly event: EventReader,
    { detail }: EventRule,
    private readonly builder: ProfileBuilder
  ) {
    this.kind = event.has(slot.detail) ? detail : undefined;
    this.isPooled = event.field(slot.detail)?.pooled === true;
  }

  /** Of the event at hand, -1 = none. */
  frame(): number {
    const { kind, event } = this;
    if (kind === undefined) {
      return -1;
    }
    if (kind === 'detail:peer') {
      return this.make(kind, peerOf(event));
    }
    return this.isPooled ? this.ofPool(kind) : this.make(kind, event.text(slot.detail));
  }

  private ofPool(kind: FrameKind): number {
    const { values } = this.event;
    const key = values.high[slot.detail] * 0x1_0000_0000 + values.low[slot.detail];
    let frame = this.known.get(key);
    if (frame === undefined) {
      frame = this.make(kind, readableClass(this.event.text(slot.detail)));
      this.known.set(key, frame);
    }
    return frame;
  }

  private make(kind: FrameKind, text: string): number {
    return text === '' ? -1 : this.builder.detailFrame(kind, text);
  }
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

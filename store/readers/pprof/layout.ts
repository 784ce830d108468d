import type { ReaderLimits } from '../../../src/model/profile';
import { type ProtobufCursor, wireBytes, wireVarint } from '../protobuf';
import { Spans } from './spans';

/** A pprof file's outline: the fields may come in any order, so everything is found before anything is resolved. */
export interface Layout {
  readonly sampleTypes: Spans;
  readonly samples: Spans;
  readonly mappings: Spans;
  readonly locations: Spans;
  readonly functions: Spans;
  readonly strings: Spans;
  readonly periodType: Spans;
  timeNs: bigint;
  durationNs: number;
  period: number;
}

const field = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  string: 6,
  timeNanos: 9,
  durationNanos: 10,
  periodType: 11,
  period: 12,
  comment: 13,
} as const;

/** Fields of profile.proto as of today; higher numbers may be added to it, but hardly beyond this. */
const plausibleField = 100;
/** Many types with many samples would make a table of values that no real profile has. */
const maxSampleTypes = 1000;

/** By field number. */
const spansOfField: Array<Spans | undefined> = new Array<Spans | undefined>(field.periodType + 1).fill(undefined);
const sampleTypes = (spansOfField[field.sampleType] = new Spans('sample type'));
const samples = (spansOfField[field.sample] = new Spans('sample'));
const mappings = (spansOfField[field.mapping] = new Spans('mapping'));
const locations = (spansOfField[field.location] = new Spans('location'));
const functions = (spansOfField[field.function] = new Spans('function'));
const strings = (spansOfField[field.string] = new Spans('string'));
const periodType = (spansOfField[field.periodType] = new Spans('period type'));

/** Reads the top level of the whole file. The layout holds until the next reading. */
export function readLayout(cursor: ProtobufCursor, limits: ReaderLimits): Layout {
  clearLayout(limits);
  const scalars = { timeNs: 0n, durationNs: 0, period: 0 };
  const layout = { sampleTypes, samples, mappings, locations, functions, strings, periodType, ...scalars };
  while (cursor.at < cursor.end) {
    readShortMessages(cursor);
    if (cursor.at < cursor.end) {
      readField(cursor, layout);
    }
  }
  return layout;
}

/** Gives back the arrays of a large file. */
export function clearLayout(limits: ReaderLimits): void {
  sampleTypes.clear(maxSampleTypes);
  samples.clear(limits.samples);
  mappings.clear(limits.locations);
  locations.clear(limits.locations);
  functions.clear(limits.locations);
  strings.clear(limits.strings);
  periodType.clear(16);
}

/** The hot loop: messages with a tag of one byte and a length of one or two, as far as they are within the limits. */
function readShortMessages(cursor: ProtobufCursor): void {
  const { bytes, end } = cursor;
  let { at } = cursor;
  while (at + 2 < end) {
    const tag = bytes[at];
    const spans = (tag & 7) === wireBytes && tag >> 3 <= field.periodType ? spansOfField[tag >> 3] : undefined;
    const low = bytes[at + 1];
    const high = low < 0x80 ? 0 : bytes[at + 2];
    const start = low < 0x80 ? at + 2 : at + 3;
    const next = start + (low & 0x7f) + (high << 7);
    if (spans === undefined || high >= 0x80 || next > end || spans.length === spans.limit) {
      break;
    }
    spans.add(start, next);
    at = next;
  }
  cursor.at = at;
}

function readField(cursor: ProtobufCursor, layout: Layout): void {
  const number = cursor.field();
  const spans = number < spansOfField.length ? spansOfField[number] : undefined;
  if (spans === undefined) {
    readScalar(cursor, layout, number);
    return;
  }
  cursor.expect(wireBytes, spans.name);
  const end = cursor.bytesEnd();
  if (spans.length === spans.limit) {
    cursor.fail(`more than ${spans.limit} ${spans.name}s`, 'tooLarge');
  }
  spans.add(cursor.at, end);
  cursor.at = end;
}

function readScalar(cursor: ProtobufCursor, layout: Layout, number: number): void {
  if (number >= plausibleField) {
    cursor.fail(`field ${number} is not one of a profile`);
  }
  if (number !== field.timeNanos && number !== field.durationNanos && number !== field.period) {
    cursor.skip();
    return;
  }
  cursor.expect(wireVarint, `field ${number}`);
  cursor.words();
  if (number === field.timeNanos) {
    const time = (BigInt(cursor.high) << 32n) | BigInt(cursor.low);
    layout.timeNs = cursor.high < 0x8000_0000 ? time : 0n;
  } else {
    layout[number === field.period ? 'period' : 'durationNs'] = Math.max(0, cursor.signed()) || 0;
  }
}

/**
 * Whether the first bytes are top-level fields of profile.proto with their wire types. A length beyond the end is taken for a
 * cut file, unless nothing but text is there.
 */
export function looksLikePprof(bytes: Uint8Array): boolean {
  let at = 0;
  for (let count = 0; count < sniffedFields && at < bytes.length; count++) {
    if (isShortField(bytes, at)) {
      at += bytes[at] % 8 === wireBytes ? 2 + bytes[at + 1] : 2;
      continue;
    }
    const [tag, afterTag] = sniffVarint(bytes, at);
    const wire = tag % 8;
    const number = (tag - wire) / 8;
    if (wire !== wireOfField[number] && !(number === field.comment && wire === wireBytes)) {
      return false;
    }
    const [value, afterValue] = sniffVarint(bytes, afterTag);
    at = wire === wireBytes ? afterValue + value : afterValue;
    if (at > bytes.length) {
      return !isText(bytes);
    }
  }
  return bytes.length > 0;
}

/** Enough that text never passes, few enough that a damaged file is still said to be a damaged pprof. */
const sniffedFields = 4;
const wireOfField = [-1, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0];

/** A field with its wire type whose number and length, or value, take one byte each. */
function isShortField(bytes: Uint8Array, at: number): boolean {
  const tag = bytes[at];
  const next = bytes[at + 1];
  const wire = tag % 8;
  return wire === wireOfField[tag >> 3] && next < 0x80 && at + 2 + (wire === wireBytes ? next : 0) <= bytes.length;
}

function sniffVarint(bytes: Uint8Array, start: number): [number, number] {
  let value = 0;
  let at = start;
  for (let factor = 1; at < bytes.length && at < start + 10; factor *= 128) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) {
      return [value, at];
    }
  }
  return [0, bytes.length + 1];
}

function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 512).every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

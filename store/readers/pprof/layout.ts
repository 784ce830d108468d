import type { ReaderLimits } from '../../../src/model/profile';
import { type ProtobufCursor, wireBytes, wireVarint } from '../protobuf';

/** Where the messages of one kind lie: message i is bytes [start[i], end[i]). Plain arrays: cheap to begin for small files. */
export class Spans {
  readonly start: number[] = [];
  readonly end: number[] = [];

  get length(): number {
    return this.start.length;
  }

  add(start: number, end: number): void {
    this.start.push(start);
    this.end.push(end);
  }
}

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

/** Reads the top level of the whole file. */
export function readLayout(cursor: ProtobufCursor, limits: ReaderLimits): Layout {
  const layout: Layout = {
    sampleTypes: new Spans(),
    samples: new Spans(),
    mappings: new Spans(),
    locations: new Spans(),
    functions: new Spans(),
    strings: new Spans(),
    periodType: new Spans(),
    timeNs: 0n,
    durationNs: 0,
    period: 0,
  };
  const kinds = spansByField(layout, limits);
  while (cursor.at < cursor.end) {
    const number = cursor.field();
    const kind = number < kinds.length ? kinds[number] : undefined;
    if (kind === undefined) {
      readScalar(cursor, layout, number);
      continue;
    }
    cursor.expect(wireBytes, kind.name);
    const end = cursor.bytesEnd();
    if (kind.spans.length === kind.limit) {
      cursor.fail(`more than ${kind.limit} ${kind.name}s`, 'tooLarge');
    }
    kind.spans.add(cursor.at, end);
    cursor.at = end;
  }
  return layout;
}

interface Kind {
  readonly name: string;
  readonly spans: Spans;
  readonly limit: number;
}

function spansByField(layout: Layout, limits: ReaderLimits): Array<Kind | undefined> {
  const kinds = new Array<Kind | undefined>(field.periodType + 1).fill(undefined);
  kinds[field.sampleType] = { name: 'sample type', spans: layout.sampleTypes, limit: maxSampleTypes };
  kinds[field.sample] = { name: 'sample', spans: layout.samples, limit: limits.samples };
  kinds[field.mapping] = { name: 'mapping', spans: layout.mappings, limit: limits.locations };
  kinds[field.location] = { name: 'location', spans: layout.locations, limit: limits.locations };
  kinds[field.function] = { name: 'function', spans: layout.functions, limit: limits.locations };
  kinds[field.string] = { name: 'string', spans: layout.strings, limit: limits.strings };
  kinds[field.periodType] = { name: 'period type', spans: layout.periodType, limit: 16 };
  return kinds;
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

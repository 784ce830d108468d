import {
  type Profile,
  ReaderError,
  type ReaderLimits,
  type SamplingPeriod,
  type ValueType,
} from '../../../src/model/profile';
import { type ExpectedSizes, ProfileBuilder } from '../../../src/model/profile-builder';
import { ProtobufCursor } from '../protobuf';
import type { Reader } from '../reader';
import { clearLayout, type Layout, looksLikePprof, readLayout } from './layout';
import { readLocations } from './locations';
import { boundNames } from './names';
import { readSamples } from './samples';
import type { Spans } from './spans';
import { StringTable } from './strings';
import { enter, stringIndex } from './symbols';
import { readTimes } from './times';

/** Reads uncompressed profile.proto, as `go tool pprof` would; what that refuses is refused here as well. */
export const pprofReader: Reader = { format: 'pprof', sniff: looksLikePprof, read: readPprof };

/** 16 MB; more is allocated when it is needed. */
const mostExpectedFrames = 4_000_000;

function readPprof(bytes: Uint8Array, limits: ReaderLimits): Profile {
  if (!looksLikePprof(bytes)) {
    throw new ReaderError('pprof', 0, bytes.length === 0 ? 'an empty file' : 'not a pprof profile', 'notMine');
  }
  try {
    return readProfile(new ProtobufCursor(bytes, 'pprof'), limits);
  } finally {
    clearLayout(limits);
    boundNames();
  }
}

function readProfile(cursor: ProtobufCursor, limits: ReaderLimits): Profile {
  const layout = readLayout(cursor, limits);
  const strings = new StringTable(cursor, layout.strings);
  const builder = new ProfileBuilder(readTypes(cursor, layout.sampleTypes, strings), expectedSizes(layout));
  const locations = readLocations(cursor, layout, strings, builder, limits);
  readSamples(cursor, layout.samples, strings, locations, builder, limits);
  const period = readPeriod(cursor, layout, strings);
  const times = limits.sampleTimes ? readTimes(cursor, layout.samples, strings, layout.timeNs) : undefined;
  const profile = builder.finish({ startNs: layout.timeNs, durationNs: layout.durationNs, period });
  return times === undefined ? profile : { ...profile, samples: { ...profile.samples, timeNs: times } };
}

/** A location id takes one byte or more, and sample messages are mostly ids. */
function expectedSizes({ samples, locations }: Layout): ExpectedSizes {
  const sampleBytes = samples.length === 0 ? 0 : samples.end[samples.length - 1] - samples.start[0];
  const stackFrames = Math.min(Math.max(64, sampleBytes >> 1), mostExpectedFrames);
  return { samples: samples.length, frames: locations.length + (locations.length >> 2), stackFrames };
}

function readTypes(cursor: ProtobufCursor, spans: Spans, strings: StringTable): ValueType[] {
  const types: ValueType[] = [];
  for (let i = 0; i < spans.length; i++) {
    enter(cursor, spans, i);
    types.push(readType(cursor, strings));
  }
  return types;
}

function readType(cursor: ProtobufCursor, strings: StringTable): ValueType {
  let type = '';
  let unit = '';
  while (cursor.at < cursor.end) {
    const field = cursor.field();
    if (field > 2) {
      cursor.skip();
      continue;
    }
    cursor.expect(0, 'a value type');
    const text = strings.get(stringIndex(cursor, strings));
    type = field === 1 ? text : type;
    unit = field === 2 ? text : unit;
  }
  return { type, unit };
}

function readPeriod(cursor: ProtobufCursor, layout: Layout, strings: StringTable): SamplingPeriod | undefined {
  const type = readTypes(cursor, layout.periodType, strings).at(-1);
  return type && { type: type.type, unit: type.unit, value: layout.period };
}

import { type ProtobufCursor, wireBytes, wireVarint } from '../protobuf';
import type { Spans } from './spans';
import type { StringTable } from './strings';
import { enter, leave } from './symbols';

/** The label in which Datadog's clients say when a sample ended, in ns since 1970. */
const timeLabel = 'end_timestamp_ns';

/**
 * When each sample was taken, ns after `startNs`, NaN = not said; undefined = none says it. A pass of its own, so that the usual
 * reading, which needs no times, doesn't pay for them.
 */
export function readTimes(
  cursor: ProtobufCursor,
  samples: Spans,
  strings: StringTable,
  startNs: bigint
): Float64Array<ArrayBuffer> | undefined {
  const key = indexOf(strings, timeLabel);
  if (key < 0) {
    return undefined;
  }
  const times = new Float64Array(samples.length).fill(NaN);
  const start = { high: Number(startNs >> 32n), low: Number(startNs & 0xffff_ffffn) };
  for (let i = 0; i < samples.length; i++) {
    enter(cursor, samples, i);
    if (findNumber(cursor, key)) {
      times[i] = (cursor.high - start.high) * 0x1_0000_0000 + (cursor.low - start.low);
    }
  }
  leave(cursor);
  return times;
}

function indexOf(strings: StringTable, text: string): number {
  for (let i = 1; i < strings.length; i++) {
    if (strings.spans.end[i] - strings.spans.start[i] === text.length && strings.get(i) === text) {
      return i;
    }
  }
  return -1;
}

/** Leaves the number of the sample's label with this key in the cursor's words. False = the sample has none. */
function findNumber(cursor: ProtobufCursor, key: number): boolean {
  const sampleEnd = cursor.end;
  while (cursor.at < sampleEnd) {
    if (cursor.field() !== 3 || cursor.wire !== wireBytes) {
      cursor.skip();
      continue;
    }
    const end = (cursor.end = cursor.bytesEnd());
    if (labelNumber(cursor, key)) {
      return true;
    }
    cursor.at = end;
    cursor.end = sampleEnd;
  }
  return false;
}

function labelNumber(cursor: ProtobufCursor, key: number): boolean {
  let isKey = false;
  let numberAt = -1;
  while (cursor.at < cursor.end) {
    const field = cursor.field();
    if (cursor.wire !== wireVarint) {
      cursor.skip();
    } else if (field === 3) {
      numberAt = cursor.at;
      cursor.words();
    } else {
      isKey = cursor.varint() === key && field === 1 ? true : isKey;
    }
  }
  if (!isKey || numberAt < 0) {
    return false;
  }
  cursor.at = numberAt;
  cursor.words();
  return true;
}

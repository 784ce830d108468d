import fs from 'node:fs';
import path from 'node:path';
import { findMagic, parseRecord, prefixBytes, recordLengths, type RecordHeader } from './segment-format';

const mostPerHour = 100_000;

/** `2026112211-00000.seg` = UTC hour, number within the hour. */
export function isSegmentName(name: string): boolean {
  return /^\d{10}-\d{5}\.seg$/.test(name);
}

/** Names of all segment files, oldest first. */
export function listSegments(dir: string): string[] {
  return fs.readdirSync(dir).filter(isSegmentName).sort();
}

/**
 * A name after all others in the folder and after the checkpoint's, whose segment retention may have deleted. Replay skips what sorts
 * before the checkpoint, so a clock that is set back must not name a new segment before an old one: it goes on in the old one's hour.
 */
export function nextSegmentName(dir: string, hour: string, checkpointSegment: string): string {
  const newest = [...listSegments(dir), checkpointSegment].reduce((a, b) => (a > b ? a : b));
  const [lastHour, lastNumber] = newest.split(/[-.]/);
  const hours = lastHour > hour ? lastHour : hour;
  const number = hours === lastHour ? Number(lastNumber) + 1 : 0;
  if (number >= mostPerHour) {
    throw new Error(`there are ${mostPerHour} segment files of the hour ${hours}`);
  }
  return `${hours}-${String(number).padStart(5, '0')}.seg`;
}

/** A new or deleted file is only durable when its folder is synced too. */
export function syncDirectory(dir: string): void {
  const handle = fs.openSync(dir, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Makes a folder and those above it that are missing, so that a power cut leaves them all. */
export function makeDirectory(dir: string): void {
  const first = fs.mkdirSync(dir, { recursive: true });
  if (first !== undefined) {
    for (let made = dir; made.length >= first.length; made = path.dirname(made)) {
      syncDirectory(path.dirname(made));
    }
  }
}

export function truncateSegment(file: string, sizeBytes: number): void {
  const handle = fs.openSync(file, 'r+');
  try {
    fs.ftruncateSync(handle, sizeBytes);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

export interface ScannedRecord {
  readonly header: RecordHeader;
  readonly offset: number;
  readonly length: number;
}

export interface SegmentScan {
  readonly records: readonly ScannedRecord[];
  /** After the last good record. */
  readonly end: number;
  readonly sizeBytes: number;
  /** Bytes before `end` that belong to no good record. */
  readonly damagedBytes: number;
}

/** Reads every record from `from` on; damage in the middle is jumped over to the next good record. */
export function scanSegment(file: string, from: number): SegmentScan {
  const handle = fs.openSync(file, 'r');
  try {
    const sizeBytes = fs.fstatSync(handle).size;
    const records: ScannedRecord[] = [];
    let end = Math.min(from, sizeBytes);
    let damagedBytes = 0;
    for (let at = end; at < sizeBytes; ) {
      const record = readRecordAt(handle, at, sizeBytes);
      if (record) {
        damagedBytes += at - end;
        records.push(record);
        end = at + record.length;
      }
      at = record ? end : nextCandidate(handle, at + 1, sizeBytes);
    }
    return { records, end, sizeBytes, damagedBytes };
  } finally {
    fs.closeSync(handle);
  }
}

function readRecordAt(handle: number, offset: number, sizeBytes: number): ScannedRecord | undefined {
  const lengths = recordLengths(readBytes(handle, offset, Math.min(prefixBytes, sizeBytes - offset)));
  if (!lengths || offset + lengths.length > sizeBytes) {
    return undefined;
  }
  const parsed = parseRecord(readBytes(handle, offset, lengths.length));
  return parsed && { header: parsed.header, offset, length: parsed.length };
}

function nextCandidate(handle: number, from: number, sizeBytes: number): number {
  const step = 1 << 20;
  // Windows overlap by three bytes, so a magic across a border is seen.
  for (let at = from; at < sizeBytes; at += step - 3) {
    const found = findMagic(readBytes(handle, at, Math.min(step, sizeBytes - at)), 0);
    if (found >= 0) {
      return at + found;
    }
  }
  return sizeBytes;
}

export function readBytes(handle: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = fs.readSync(handle, bytes, done, length - done, offset + done);
    if (count === 0) {
      break;
    }
    done += count;
  }
  return bytes.subarray(0, done);
}

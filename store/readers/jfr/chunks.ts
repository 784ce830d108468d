import { ReaderError } from '../../../src/model/profile';
import { type JfrCursor } from './cursor';

/** One self-contained piece of a recording: own metadata, pools, ids and clock. Offsets count from the file's start. */
export interface ChunkHeader {
  readonly start: number;
  readonly end: number;
  readonly metadataAt: number;
  /** ns since 1970. */
  readonly startNs: bigint;
  readonly durationNs: number;
  readonly startTicks: number;
  readonly ticksPerSecond: number;
}

export interface Recording {
  readonly chunks: readonly ChunkHeader[];
  /** Bytes of a last chunk that its writer never finished. */
  readonly unfinishedBytes: number;
}

const magic = [0x46, 0x4c, 0x52, 0x00];
const headerLength = 68;
/** A chunk holds seconds or more; thousands of them are no recording of one window. */
const maxChunks = 1000;
const compressedIntegers = 1;

export function looksLikeJfr(bytes: Uint8Array): boolean {
  return hasMagic(bytes, 0);
}

function hasMagic(bytes: Uint8Array, at: number): boolean {
  return magic.every((byte, i) => bytes[at + i] === byte);
}

/**
 * Finds the chunks that lie back to back in the file. A chunk that its JVM still wrote to has a generation in byte 64 and ends
 * with the last flush; what follows has no end yet.
 */
export function readChunks(cursor: JfrCursor): Recording {
  const { bytes } = cursor;
  if (!hasMagic(bytes, 0)) {
    throw new ReaderError('jfr', 0, bytes.length === 0 ? 'an empty file' : 'not a JFR recording', 'notMine');
  }
  const chunks: ChunkHeader[] = [];
  let at = 0;
  let isLive = false;
  while (at < bytes.length && !(isLive && !hasMagic(bytes, at))) {
    cursor.at = at;
    const end = chunkEnd(cursor);
    if (end === undefined) {
      break;
    }
    isLive = bytes[at + 64] !== 0;
    chunks.push(readHeader(cursor, end));
    if (chunks.length > maxChunks) {
      cursor.fail(`more than ${maxChunks} chunks`, 'tooLarge');
    }
    at = end;
  }
  if (chunks.length === 0) {
    cursor.fail('the only chunk was never finished by its writer');
  }
  return { chunks, unfinishedBytes: bytes.length - at };
}

/** Undefined = the last chunk, without a size because the JVM still wrote to it or died. */
function chunkEnd(cursor: JfrCursor): number | undefined {
  const { at, bytes } = cursor;
  if (!hasMagic(bytes, at)) {
    cursor.fail('no chunk starts here');
  }
  if (bytes.length - at < headerLength) {
    cursor.fail('cut off inside the header of a chunk');
  }
  checkVersion(cursor);
  const size = Number(cursor.int64At(at + 8));
  if (size === 0) {
    return undefined;
  }
  if (size < headerLength) {
    cursor.fail(`a chunk of ${size} bytes`);
  }
  if (size > bytes.length - at) {
    cursor.fail(`cut off: the chunk has ${size} bytes, ${bytes.length - at} are there`);
  }
  return at + size;
}

function checkVersion(cursor: JfrCursor): void {
  const major = cursor.uint16At(cursor.at + 4);
  const minor = cursor.uint16At(cursor.at + 6);
  if (major === 0) {
    cursor.fail(
      `JFR version ${major}.${minor} of Oracle JDK 7 and 8 can not be read; OpenJDK 8u262 and later write 2.0`
    );
  }
  if (major > 2) {
    cursor.fail(`JFR version ${major}.${minor} is newer than 2.1, the last that is known`);
  }
}

function readHeader(cursor: JfrCursor, end: number): ChunkHeader {
  const { at } = cursor;
  const number = (offset: number) => Number(cursor.int64At(at + offset));
  const metadata = number(24);
  const ticksPerSecond = number(56);
  if (metadata < headerLength || metadata >= end - at) {
    cursor.fail(`a chunk whose metadata is at ${metadata}, outside of it`);
  }
  if (ticksPerSecond <= 0) {
    cursor.fail(`a clock of ${ticksPerSecond} ticks per second`);
  }
  if ((cursor.bytes[at + 67] & compressedIntegers) === 0) {
    cursor.fail('a chunk without compressed integers, which no known JVM writes');
  }
  const startNs = cursor.int64At(at + 32);
  return {
    start: at + headerLength,
    end,
    metadataAt: at + metadata,
    startNs: startNs > 0n ? startNs : 0n,
    durationNs: Math.max(0, number(40)),
    startTicks: number(48),
    ticksPerSecond,
  };
}

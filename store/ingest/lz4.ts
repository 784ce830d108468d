import lz4 from 'lz4js';
import { OutputTooLarge } from './zstd';

/**
 * LZ4 frames with a cap on the output. lz4js decodes the blocks; the frame is walked here because lz4js' own frame reader
 * neither sees a cut file nor knows a limit. Checksums are not compared.
 */
const magic = 0x184d2204;
const maxBlockByCode: Readonly<Record<number, number>> = { 4: 2 ** 16, 5: 2 ** 18, 6: 2 ** 20, 7: 2 ** 22 };

interface FrameHeader {
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  readonly maxBlockBytes: number;
  /** First byte of the first block. */
  readonly at: number;
}

export function decompressLz4(bytes: Uint8Array<ArrayBuffer>, maxBytes: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let out = new Uint8Array(Math.min(maxBytes, bytes.length * 4) + 1024);
  let end = 0;
  let at = 0;
  while (at < bytes.length) {
    const header = readHeader(view, at);
    at = header.at;
    for (let word = view.getUint32(at, true); word !== 0; word = view.getUint32(at, true)) {
      const stored = word >>> 31 === 1;
      const size = word & 0x7fffffff;
      at += 4;
      if (size > header.maxBlockBytes || at + size > bytes.length) {
        throw new Error(`the lz4 block at byte ${at} is longer than what is left`);
      }
      out = grown(out, end + header.maxBlockBytes);
      end = stored
        ? copyBlock(bytes, out, at, size, end)
        : decodeBlock(bytes, out, at, size, end, header.maxBlockBytes);
      at += size + (header.blockChecksums ? 4 : 0);
      if (end > maxBytes) {
        throw new OutputTooLarge();
      }
    }
    at += 4 + (header.contentChecksum ? 4 : 0);
  }
  if (at > bytes.length) {
    throw new Error('the lz4 frame is cut off');
  }
  return out.slice(0, end);
}

function readHeader(view: DataView, start: number): FrameHeader {
  const flags = view.getUint8(start + 4);
  const maxBlockBytes = maxBlockByCode[(view.getUint8(start + 5) >> 4) & 7];
  if (view.getUint32(start, true) !== magic || flags >> 6 !== 1 || maxBlockBytes === undefined) {
    throw new Error(`no lz4 frame at byte ${start}`);
  }
  return {
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 0x04) !== 0,
    maxBlockBytes,
    at: start + 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0),
  };
}

function copyBlock(from: Uint8Array, to: Uint8Array, at: number, size: number, end: number): number {
  to.set(from.subarray(at, at + size), end);
  return end + size;
}

function decodeBlock(
  from: Uint8Array,
  to: Uint8Array,
  at: number,
  size: number,
  end: number,
  maxBlock: number
): number {
  const after = lz4.decompressBlock(from, to, at, size, end);
  if (!(after >= end && after - end <= maxBlock)) {
    throw new Error(`the lz4 block at byte ${at} is damaged`);
  }
  return after;
}

function grown(out: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> {
  if (needed <= out.length) {
    return out;
  }
  const larger = new Uint8Array(Math.max(needed, out.length * 2));
  larger.set(out);
  return larger;
}

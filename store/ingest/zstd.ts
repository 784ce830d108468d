import zlib from 'node:zlib';
import * as fzstd from 'fzstd';
import { ZSTDDecoder } from 'zstddec/stream';

/**
 * zstd with a cap on the output: from Node itself where it has zstd (22.15 and later), else from WebAssembly, four times as fast as
 * fzstd, and from fzstd for what is too long for that or damaged. Frames are walked first (RFC 8878 §3.1.1): that finds
 * truncation, oversized windows and, mostly, bombs before a byte is decoded.
 */
const magic = 0xfd2fb528;
/** Encoders at their usual levels stay below 8 MiB; more than this is refused. */
const maxWindowBytes = 128 * 2 ** 20;
const maxBlockBytes = 128 * 1024;

interface Frame {
  readonly start: number;
  readonly end: number;
  /** No frame decodes to more than this. */
  readonly boundBytes: number;
  /** What the frame says it decodes to. */
  readonly contentBytes: number | undefined;
}

/** Thrown when the output would pass the cap. */
export class OutputTooLarge extends Error {}

/** What zlib throws when the output would pass `maxOutputLength`. */
export function isOverLimit(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'ERR_BUFFER_TOO_LARGE';
}

type NativeZstd = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
/** zlib's own zstd is newer than the Node types that the project builds with. */
const nativeZstd = Reflect.get(zlib, 'zstdDecompressSync') as NativeZstd | undefined;

/** Memory of WebAssembly never shrinks; longer frames are left to fzstd. */
const mostWasmBytes = 16 * 2 ** 20;
let wasm: ZSTDDecoder | undefined;

/** Makes the faster decoder ready where Node has none; until then, and without it, fzstd decodes. */
export async function prepareZstd(): Promise<void> {
  const decoder = new ZSTDDecoder();
  if (nativeZstd === undefined) {
    await decoder.init();
    wasm = decoder;
  }
}

export function decompressZstd(bytes: Uint8Array<ArrayBuffer>, maxBytes: number): Uint8Array<ArrayBuffer> {
  const frames = walkFrames(bytes);
  if (nativeZstd) {
    return native(nativeZstd, bytes, maxBytes);
  }
  const parts: Uint8Array[] = [];
  let total = 0;
  for (const frame of frames) {
    const input = bytes.subarray(frame.start, frame.end);
    const part =
      total + frame.boundBytes <= maxBytes
        ? (decodedByWasm(input, frame) ?? fzstd.decompress(input))
        : streamed(input, maxBytes - total);
    total += part.length;
    if (total > maxBytes) {
      throw new OutputTooLarge();
    }
    parts.push(part);
  }
  return concat(parts, total);
}

function native(decompress: NativeZstd, bytes: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(decompress(bytes, { maxOutputLength: Math.max(maxBytes, 1) }));
  } catch (error) {
    throw isOverLimit(error) ? new OutputTooLarge() : error;
  }
}

/**
 * undefined = it is not for this decoder, or damaged: it tells no reasons, but its output is then empty or has another length. Frames of
 * clients that compress as they write don't say their length; there is room for the longest that their blocks can have.
 */
function decodedByWasm(input: Uint8Array, { contentBytes, boundBytes }: Frame): Uint8Array | undefined {
  const roomBytes = contentBytes ?? boundBytes;
  if (wasm === undefined || roomBytes === 0 || Math.max(roomBytes, input.length) > mostWasmBytes) {
    return undefined;
  }
  const decoded = wasm.decode(input, roomBytes);
  const isWhole = contentBytes === undefined ? decoded.length > 0 : decoded.length === contentBytes;
  return isWhole ? decoded : undefined;
}

function streamed(frame: Uint8Array, maxBytes: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const stream = new fzstd.Decompress((chunk) => {
    total += chunk.length;
    if (total > maxBytes) {
      throw new OutputTooLarge();
    }
    chunks.push(chunk);
  });
  stream.push(frame, true);
  return concat(chunks, total);
}

function walkFrames(bytes: Uint8Array): Frame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const frames: Frame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const word = view.getUint32(at, true);
    if (word >>> 4 === 0x184d2a5) {
      at += 8 + view.getUint32(at + 4, true);
    } else if (word === magic) {
      const frame = walkFrame(view, at);
      frames.push(frame);
      at = frame.end;
    } else {
      throw new Error(`no zstd frame at byte ${at}`);
    }
  }
  if (at !== bytes.length) {
    throw new Error('the zstd data ends inside a frame');
  }
  return frames;
}

function walkFrame(view: DataView, start: number): Frame {
  const descriptor = view.getUint8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6];
  let at = start + 5;
  const window = singleSegment ? 0 : windowBytes(view.getUint8(at++));
  at += [0, 1, 2, 4][descriptor & 3];
  const content = contentBytes(view, at, sizeBytes);
  at += sizeBytes;
  if (window > maxWindowBytes || (content ?? 0) > Number.MAX_SAFE_INTEGER) {
    throw new Error(`the zstd window of ${window} bytes is too large`);
  }
  const blocks = walkBlocks(view, at);
  const end = blocks.end + (descriptor & 4 ? 4 : 0);
  if (end > view.byteLength) {
    throw new Error('the zstd frame is cut off');
  }
  return { start, end, boundBytes: Math.max(blocks.boundBytes, content ?? 0), contentBytes: content };
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentBytes(view: DataView, at: number, size: number): number | undefined {
  switch (size) {
    case 0:
      return undefined;
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}

function walkBlocks(view: DataView, start: number): { end: number; boundBytes: number } {
  let at = start;
  let boundBytes = 0;
  for (;;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3) {
      throw new Error(`unknown zstd block type at byte ${at}`);
    }
    boundBytes += type === 2 ? maxBlockBytes : size;
    at += 3 + (type === 1 ? 1 : size);
    if (header & 1) {
      return { end: at, boundBytes };
    }
  }
}

function concat(parts: readonly Uint8Array[], total: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

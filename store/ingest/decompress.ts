import zlib from 'node:zlib';
import { unzipSync } from 'fflate';
import { HotspanError } from '../errors';
import { decompressLz4 } from './lz4';
import type { Attachment } from './upload';
import { decompressZstd, isOverLimit, OutputTooLarge } from './zstd';

/** How much one upload may still grow to; `totalBytes` shrinks with every part. */
export interface DecompressBudget {
  readonly partBytes: number;
  totalBytes: number;
}

export type Compression = 'gzip' | 'zstd' | 'lz4' | 'zip' | 'none';

/** Compression inside compression is followed this deep. */
const maxDepth = 3;
const maxZipMembers = 256;

/** By the first bytes, never by name or type: clients mislabel. */
export function sniffCompression(bytes: Uint8Array): Compression {
  const [a, b, c, d] = bytes;
  if (a === 0x1f && b === 0x8b) {
    return 'gzip';
  }
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) {
    return 'zstd';
  }
  if (a === 0x04 && b === 0x22 && c === 0x4d && d === 0x18) {
    return 'lz4';
  }
  return a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04 ? 'zip' : 'none';
}

/**
 * Takes every layer of compression off a part. A zip of several members becomes several attachments with the members' names.
 * Throws `too_large` before the output passes the budget, `unreadable_profile` when the data is damaged.
 */
export function unpack(part: Attachment, budget: DecompressBudget, depth = 0): Attachment[] {
  const compression = sniffCompression(part.bytes);
  if (compression === 'none') {
    spend(budget, part);
    return [part];
  }
  if (depth === maxDepth) {
    throw new HotspanError('unreadable_profile', `${part.name} is compressed more than ${maxDepth} times over`);
  }
  const maxBytes = Math.min(budget.partBytes, budget.totalBytes);
  const members = attempt(part, compression, budget, () =>
    compression === 'zip'
      ? unzip(part, maxBytes)
      : [{ name: part.name, bytes: inflate(part.bytes, compression, maxBytes) }]
  );
  return members.flatMap((member) => unpack(member, budget, depth + 1));
}

function spend(budget: DecompressBudget, part: Attachment): void {
  if (part.bytes.length > budget.partBytes || part.bytes.length > budget.totalBytes) {
    throw tooLarge(part, budget);
  }
  budget.totalBytes -= part.bytes.length;
}

function attempt(
  part: Attachment,
  compression: Compression,
  budget: DecompressBudget,
  run: () => Attachment[]
): Attachment[] {
  try {
    return run();
  } catch (error) {
    if (error instanceof OutputTooLarge) {
      throw tooLarge(part, budget);
    }
    const cutOff = error instanceof RangeError;
    const reason = cutOff ? 'it is cut off' : error instanceof Error ? error.message : String(error);
    throw new HotspanError('unreadable_profile', `${part.name}: the ${compression} data is damaged: ${reason}`);
  }
}

function tooLarge(part: Attachment, budget: DecompressBudget): HotspanError {
  const limit =
    budget.partBytes <= budget.totalBytes
      ? `limits.partBytes = ${budget.partBytes} bytes`
      : 'what limits.decompressedBytes leaves for it';
  return new HotspanError('too_large', `${part.name} is larger than ${limit} when decompressed`);
}

function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  compression: 'gzip' | 'zstd' | 'lz4',
  maxBytes: number
): Uint8Array<ArrayBuffer> {
  switch (compression) {
    case 'gzip':
      return gunzip(bytes, maxBytes);
    case 'zstd':
      return decompressZstd(bytes, maxBytes);
    case 'lz4':
      return decompressLz4(bytes, maxBytes);
  }
}

function gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(zlib.gunzipSync(bytes, { maxOutputLength: Math.max(maxBytes, 1) }));
  } catch (error) {
    throw isOverLimit(error) ? new OutputTooLarge() : error;
  }
}

/** Sizes come from the zip's directory; a member that inflates to another size is damaged. */
function unzip(part: Attachment, maxBytes: number): Attachment[] {
  let members = 0;
  let total = 0;
  const files = unzipSync(part.bytes, {
    filter: (file) => {
      total += file.originalSize;
      if (++members > maxZipMembers || total > maxBytes) {
        throw new OutputTooLarge();
      }
      return !file.name.endsWith('/');
    },
  });
  const attachments = Object.entries(files).map(([name, bytes]) => ({
    name: name.slice(name.lastIndexOf('/') + 1),
    bytes: new Uint8Array(bytes),
  }));
  if (attachments.length === 0) {
    throw new Error('it has no files');
  }
  return attachments.length === 1 ? [{ name: part.name, bytes: attachments[0].bytes }] : attachments;
}

import zlib from 'node:zlib';
import { z } from 'zod';
import type { Place } from './places';
import { intakes, type UploadRequest } from './upload-request';

/**
 * A record of a segment file; docs/formats/spool.md draws it.
 *
 *   0  magic "HSR1"   4  header length u32   8  body length u32   12  CRC-32 of bytes 4..12, header and body
 *   16 header, JSON   .. body, the request's bytes as sent
 *
 * Numbers are little-endian. Records follow each other without gaps.
 */
const magic = 0x31525348;
export const prefixBytes = 16;
const maxHeaderBytes = 1 << 20;

export interface RecordHeader {
  readonly id: string;
  readonly request: UploadRequest;
  /** Content key where the upload was read before it was stored; '' = stored first, read later. */
  readonly key: string;
  /** Where the profiles of the request belong, in their order; absent = one profile of its own under `id`, or not known yet. */
  readonly places?: readonly Place[];
  /** Records with the files that this one's cumulative files were compared with; absent = it has none, or is not read yet. */
  readonly previous?: ReadonlyArray<{ readonly segment: string; readonly offset: number; readonly length: number }>;
}

const headerSchema = z.object({
  id: z.uuid(),
  key: z.string(),
  places: z.array(z.object({ id: z.uuid(), part: z.number().int().nonnegative() })).optional(),
  previous: z
    .array(
      z.object({ segment: z.string(), offset: z.number().int().nonnegative(), length: z.number().int().nonnegative() })
    )
    .optional(),
  request: z.object({
    intake: z.enum(intakes),
    tenant: z.string(),
    receivedMs: z.number(),
    peer: z.string(),
    contentType: z.string(),
    query: z.string(),
    headers: z.record(z.string(), z.string()),
  }),
});

/** Prefix and header of a record; the body follows. */
export function encodeRecordHead(header: RecordHeader, body: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(prefixBytes + json.length);
  head.writeUInt32LE(magic, 0);
  head.writeUInt32LE(json.length, 4);
  head.writeUInt32LE(body.length, 8);
  json.copy(head, prefixBytes);
  head.writeUInt32LE(zlib.crc32(body, checksumOf(head)), 12);
  return head;
}

/** CRC-32 of lengths and header, to be continued over the body. */
function checksumOf(head: Buffer): number {
  return zlib.crc32(head.subarray(prefixBytes), zlib.crc32(head.subarray(4, 12)));
}

export interface ParsedRecord {
  readonly header: RecordHeader;
  /** A view into what was given. */
  readonly body: Buffer;
  readonly length: number;
}

/** Lengths of the record that starts with these bytes; undefined = no record starts here. */
export function recordLengths(prefix: Buffer): { headerBytes: number; bodyBytes: number; length: number } | undefined {
  if (prefix.length < prefixBytes || prefix.readUInt32LE(0) !== magic) {
    return undefined;
  }
  const headerBytes = prefix.readUInt32LE(4);
  const bodyBytes = prefix.readUInt32LE(8);
  return headerBytes > maxHeaderBytes
    ? undefined
    : { headerBytes, bodyBytes, length: prefixBytes + headerBytes + bodyBytes };
}

/** A complete record; undefined when it is cut off or its checksum is wrong. */
export function parseRecord(bytes: Buffer): ParsedRecord | undefined {
  const lengths = recordLengths(bytes);
  if (!lengths || bytes.length < lengths.length) {
    return undefined;
  }
  const head = bytes.subarray(0, prefixBytes + lengths.headerBytes);
  const body = bytes.subarray(head.length, lengths.length);
  if (zlib.crc32(body, checksumOf(head)) !== bytes.readUInt32LE(12)) {
    return undefined;
  }
  const header = headerSchema.safeParse(parseJson(head.subarray(prefixBytes).toString('utf8')));
  return header.success ? { header: header.data, body, length: lengths.length } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where the next record may start after damage. */
export function findMagic(bytes: Buffer, from: number): number {
  return bytes.indexOf('HSR1', from, 'latin1');
}

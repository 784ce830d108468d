import { open } from 'node:fs/promises';
import fs from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';
import { HotspanError } from '../errors';
import { parseRecord, type RecordHeader } from './segment-format';
import { isSegmentName, listSegments, syncDirectory } from './segments';
import type { Position } from './checkpoint';
import type { RecordRef } from './spool';
import type { TimedQuestion, TimedSamples } from './timed-samples';
import type { Attachment } from './upload';
import type { UploadRequest } from './upload-request';

/** Uploads as they came, by the place that `profiles.raw_segment`, `raw_offset` and `raw_length` name. */
export interface RawUploads {
  read(ref: RecordRef): Promise<RawUpload>;
}

export interface RawUpload {
  readonly header: RecordHeader;
  /** The request's body. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Its decompressed parts, on demand. */
  attachments(): Promise<readonly Attachment[]>;
  /** Samples with the times at which they were taken, read anew. */
  timedSamples(question: TimedQuestion): Promise<TimedSamples>;
}

/** What reads a stored request: a parse pool. */
export interface RequestReader {
  attachments(request: UploadRequest, body: Uint8Array<ArrayBuffer>): Promise<readonly Attachment[]>;
  timedSamples(request: UploadRequest, body: Uint8Array<ArrayBuffer>, question: TimedQuestion): Promise<TimedSamples>;
}

export function makeRawUploads(dir: string, reader: RequestReader): RawUploads {
  return {
    read: async (ref) => {
      const record = parseRecord(await readRecord(dir, ref));
      if (!record) {
        throw new HotspanError('no_raw', 'the raw upload is damaged on disk');
      }
      const body = new Uint8Array(record.body);
      const { request } = record.header;
      return {
        header: record.header,
        body,
        attachments: () => reader.attachments(request, body),
        timedSamples: (question) => reader.timedSamples(request, body, question),
      };
    },
  };
}

async function readRecord(dir: string, ref: RecordRef): Promise<Buffer> {
  if (!isSegmentName(ref.segment)) {
    throw new HotspanError('no_raw', 'the profile has no raw upload');
  }
  try {
    const file = await open(path.join(dir, ref.segment), 'r');
    try {
      const bytes = Buffer.alloc(ref.length);
      const { bytesRead } = await file.read(bytes, 0, ref.length, ref.offset);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') {
      throw new HotspanError('no_raw', 'the raw upload is past its retention');
    }
    throw error;
  }
}

export interface RawRetention {
  readonly dir: string;
  /** 0 = for ever. */
  readonly retentionMs: number;
  readonly maxBytes: number;
  readonly logger: Logger;
}

/** Deletes whole old segments by age and by total size, oldest first, never at or past the checkpoint. */
export function deleteOldSegments(settings: RawRetention, checkpoint: Position, nowMs: number): string[] {
  const { dir, retentionMs, maxBytes, logger } = settings;
  const segments = listSegments(dir).map((name) => ({ name, ...sizeAndTime(path.join(dir, name)) }));
  let total = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const deleted: string[] = [];
  for (const { name, sizeBytes, writtenMs } of segments) {
    const tooOld = retentionMs > 0 && writtenMs < nowMs - retentionMs;
    if (name >= checkpoint.segment || !(tooOld || total > maxBytes)) {
      break;
    }
    fs.unlinkSync(path.join(dir, name));
    total -= sizeBytes;
    deleted.push(name);
  }
  if (deleted.length > 0) {
    syncDirectory(dir);
    logger.info({ segments: deleted }, 'deleted raw uploads past their retention');
  }
  return deleted;
}

function sizeAndTime(file: string): { sizeBytes: number; writtenMs: number } {
  const { size, mtimeMs } = fs.statSync(file);
  return { sizeBytes: size, writtenMs: mtimeMs };
}

/** Bytes and number of all segment files. */
export function rawUsage(dir: string): { files: number; bytes: number } {
  const names = listSegments(dir);
  return { files: names.length, bytes: names.reduce((sum, name) => sum + fs.statSync(path.join(dir, name)).size, 0) };
}

import fs from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { HotspanError } from '../errors';
import { readCheckpoint, writeCheckpoint, type Position } from './checkpoint';
import { encodeRecordHead, type RecordHeader } from './segment-format';
import { listSegments, makeDirectory, nextSegmentName, scanSegment, syncDirectory, truncateSegment } from './segments';

/** Where a record lies. */
export interface RecordRef {
  readonly segment: string;
  readonly offset: number;
  readonly length: number;
}

export interface StoredRecord {
  readonly ref: RecordRef;
  readonly header: RecordHeader;
}

export interface SpoolSettings {
  readonly dir: string;
  /** Most bytes that may wait for insertion. */
  readonly maxPendingBytes: number;
  readonly logger: Logger;
}

export interface Spool {
  /** Records behind the checkpoint at start, oldest first; who has replayed some takes them out, as their headers are in memory. */
  readonly toReplay: StoredRecord[];
  /** Returns when the record is on disk. Throws `spool_full`. */
  append(header: RecordHeader, body: Uint8Array): Promise<RecordRef>;
  /** The record's rows are in the engine (or it is none's): the checkpoint may pass it. */
  done(ref: RecordRef): void;
  pendingBytes(): number;
  pendingRecords(): number;
  /** First position that is not inserted yet. */
  checkpoint(): Position;
  /** Writes the checkpoint and closes. */
  close(): Promise<void>;
}

interface Waiter {
  readonly head: Buffer;
  readonly body: Uint8Array;
  readonly resolve: (ref: RecordRef) => void;
  readonly reject: (error: unknown) => void;
}

interface OpenSegment {
  readonly name: string;
  /** UTC hour by the clock when it was opened; its name may have a later one, see `nextSegmentName`. */
  readonly hour: string;
  readonly file: FileHandle;
  size: number;
}

interface Pending {
  readonly ref: RecordRef;
  done: boolean;
}

const checkpointEveryMs = 1000;
/** Upper bound of one write; more waiters make the next group. */
const groupBytes = 16 * 2 ** 20;

/** Opens the folder, cuts a torn tail, and finds what has to be read again. */
export function openSpool(settings: SpoolSettings): Spool {
  makeDirectory(settings.dir);
  const start = readCheckpoint(settings.dir);
  const toReplay = recover(settings, start);
  return new SegmentSpool(settings, toReplay, start);
}

function recover({ dir, logger }: SpoolSettings, start: Position): StoredRecord[] {
  const names = listSegments(dir).filter((name) => name >= start.segment);
  return names.flatMap((name, at) => {
    const from = name === start.segment ? start.offset : 0;
    const { records, end, sizeBytes, damagedBytes } = scanSegment(path.join(dir, name), from);
    if (damagedBytes > 0) {
      logger.error({ segment: name, damagedBytes }, 'a segment file has damaged records; they are skipped');
    }
    if (end < sizeBytes && at === names.length - 1) {
      logger.warn({ segment: name, cutBytes: sizeBytes - end }, 'cut a torn record off the end of the last segment');
      truncateSegment(path.join(dir, name), end);
    }
    return records.map(({ header, offset, length }) => ({ header, ref: { segment: name, offset, length } }));
  });
}

class SegmentSpool implements Spool {
  private readonly waiters: Waiter[] = [];
  /** By segment and offset, in order of the file. */
  private readonly pending = new Map<string, Pending>();
  private pendingSize = 0;
  private current: OpenSegment | undefined;
  private writing: Promise<void> | undefined;
  /** End of the last record of the inserted prefix, and what of that is written down. */
  private passed: Position;
  private saved: Position;
  private saving: Promise<void> | undefined;
  private readonly timer: NodeJS.Timeout;
  private freeCheck = { atMs: -Infinity, allowedBytes: Infinity };

  constructor(
    private readonly settings: SpoolSettings,
    readonly toReplay: StoredRecord[],
    start: Position
  ) {
    this.passed = start;
    this.saved = start;
    toReplay.forEach(({ ref }) => this.track(ref));
    this.timer = setInterval(() => void this.saveCheckpoint(), checkpointEveryMs).unref();
  }

  async append(header: RecordHeader, body: Uint8Array): Promise<RecordRef> {
    const allowed = Math.min(this.settings.maxPendingBytes, this.allowedByDisk());
    if (this.pendingSize + body.length > allowed) {
      throw new HotspanError(
        'spool_full',
        `${this.pendingSize} bytes wait for the engine, ${Math.round(allowed)} are allowed`
      );
    }
    return new Promise((resolve, reject) => {
      this.waiters.push({ head: encodeRecordHead(header, body), body, resolve, reject });
      this.writing ??= this.writeGroups().finally(() => {
        this.writing = undefined;
      });
    });
  }

  done(ref: RecordRef): void {
    const entry = this.pending.get(keyOf(ref));
    if (entry) {
      entry.done = true;
    }
    for (const [key, first] of this.pending) {
      if (!first.done) {
        break;
      }
      this.pending.delete(key);
      this.pendingSize -= first.ref.length;
      this.passed = { segment: first.ref.segment, offset: first.ref.offset + first.ref.length };
    }
  }

  pendingBytes(): number {
    return this.pendingSize;
  }

  pendingRecords(): number {
    return this.pending.size;
  }

  checkpoint(): Position {
    for (const { ref } of this.pending.values()) {
      return { segment: ref.segment, offset: ref.offset };
    }
    return this.passed;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.saving;
    await this.saveCheckpoint();
    await this.current?.file.close();
    this.current = undefined;
  }

  /** One write and one fdatasync for all that wait; those that come meanwhile make the next group. */
  private async writeGroups(): Promise<void> {
    // Uploads that arrive in the same turn of the event loop share the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiters.length > 0) {
      const group = this.takeGroup();
      try {
        this.settle(group, await this.writeGroup(group));
      } catch (error) {
        this.settings.logger.error({ error }, 'writing to the spool failed');
        await this.abandonSegment();
        group.forEach(({ reject }) => reject(writeError(error)));
      }
    }
  }

  private takeGroup(): Waiter[] {
    let bytes = 0;
    let taken = 0;
    while (taken < this.waiters.length && (taken === 0 || bytes + this.waiters[taken].body.length <= groupBytes)) {
      bytes += this.waiters[taken++].body.length;
    }
    return this.waiters.splice(0, taken);
  }

  private async writeGroup(group: readonly Waiter[]): Promise<RecordRef[]> {
    const segment = await this.segmentOfNow();
    const refs: RecordRef[] = [];
    let offset = segment.size;
    for (const { head, body } of group) {
      const length = head.length + body.length;
      refs.push({ segment: segment.name, offset, length });
      offset += length;
    }
    await writeAll(
      segment.file,
      group.flatMap(({ head, body }) => [head, body]),
      segment.size
    );
    await segment.file.datasync();
    segment.size = offset;
    return refs;
  }

  private settle(group: readonly Waiter[], refs: readonly RecordRef[]): void {
    refs.forEach((ref, at) => {
      this.track(ref);
      group[at].resolve(ref);
    });
  }

  private track(ref: RecordRef): void {
    this.pending.set(keyOf(ref), { ref, done: false });
    this.pendingSize += ref.length;
  }

  /** One file per hour and process start: a file that an earlier process left is never appended to. */
  private async segmentOfNow(): Promise<OpenSegment> {
    const hour = new Date().toISOString().slice(0, 13).replace(/\D/g, '');
    if (this.current?.hour === hour) {
      return this.current;
    }
    await this.current?.file.close();
    this.current = undefined;
    const name = nextSegmentName(this.settings.dir, hour, this.checkpoint().segment);
    const file = await open(path.join(this.settings.dir, name), 'wx');
    syncDirectory(this.settings.dir);
    this.current = { name, hour, file, size: 0 };
    return this.current;
  }

  /** After a failed write or sync nothing is known about the pages: cut back to what was synced and use a new file. */
  private async abandonSegment(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (!current) {
      return;
    }
    for (const step of [() => current.file.truncate(current.size), () => current.file.close()]) {
      await step().catch((error: unknown) => {
        this.settings.logger.error({ error, segment: current.name }, 'closing a failed segment failed');
      });
    }
  }

  /** One at a time: a disk that is slower than the timer must not have two writers of one file. */
  private saveCheckpoint(): Promise<void> {
    this.saving ??= this.writeCheckpoint().finally(() => {
      this.saving = undefined;
    });
    return this.saving;
  }

  private async writeCheckpoint(): Promise<void> {
    const now = this.checkpoint();
    if (now.segment === this.saved.segment && now.offset === this.saved.offset) {
      return;
    }
    try {
      await writeCheckpoint(this.settings.dir, now);
      this.saved = now;
    } catch (error) {
      this.settings.logger.error({ error }, 'writing the checkpoint failed; a restart will look at more records');
    }
  }

  /** A tenth of what is free, looked up every five seconds. */
  private allowedByDisk(): number {
    const nowMs = performance.now();
    if (nowMs - this.freeCheck.atMs > 5000) {
      this.freeCheck = { atMs: nowMs, allowedBytes: (freeBytes(this.settings.dir) + this.pendingSize) / 10 };
    }
    return this.freeCheck.allowedBytes;
  }
}

/** Throws `spool_failed` when the folder is gone. */
function freeBytes(dir: string): number {
  try {
    const { bavail, bsize } = fs.statfsSync(dir);
    return bavail * bsize;
  } catch (error) {
    throw writeError(error);
  }
}

function keyOf(ref: RecordRef): string {
  return `${ref.segment}/${ref.offset}`;
}

async function writeAll(file: FileHandle, buffers: readonly Uint8Array[], position: number): Promise<void> {
  let at = position;
  // writev may stop early; what is left is written again from there.
  let rest = buffers.filter((buffer) => buffer.length > 0);
  while (rest.length > 0) {
    const batch = rest.slice(0, 512);
    const { bytesWritten } = await file.writev(batch, at);
    at += bytesWritten;
    rest = [...dropBytes(batch, bytesWritten), ...rest.slice(512)];
  }
}

function dropBytes(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  return buffers.flatMap((buffer) => {
    const drop = Math.min(left, buffer.length);
    left -= drop;
    return drop === buffer.length ? [] : [buffer.subarray(drop)];
  });
}

function writeError(error: unknown): HotspanError {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new HotspanError('spool_full', 'the disk of the data folder is full')
    : new HotspanError(
        'spool_failed',
        `the upload could not be written to disk${typeof code === 'string' ? `: ${code}` : ''}`
      );
}

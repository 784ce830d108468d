import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { EngineError, type Engine, type TableName } from '../engines/engine';
import type { ProfileRow } from '../engines/rows';
import { encodeProfileRow } from '../engines/table-rows';
import { frameOwner, stackOwner, type ContentDraft, type ContentFilter } from './content-filter';
import { ArrivalRate, collectMs } from './arrival-rate';
import type { EncodedUpload } from './encode-upload';

/** An upload on its way into the engine. `inserted` is called once, when its rows are durable (or given up on). */
export interface InsertItem {
  readonly row: ProfileRow;
  readonly encoded: EncodedUpload;
  readonly inserted: () => void;
}

export interface BatcherSettings {
  readonly engine: Pick<Engine, 'insert'>;
  readonly logger: Logger;
  /** Which rows of stacks and frames are in their tables already. */
  readonly content: ContentFilter;
  /** Resolves when the tables exist. */
  readonly whenReady: Promise<void>;
  readonly onInsert?: (uploads: number, seconds: number) => void;
  /** Uploads that questions see from now on. */
  readonly onProfiles?: (uploads: readonly InsertItem[]) => void;
  readonly onInsertError?: () => void;
  /** Of one batch; default 500 uploads and 16 MiB of rows. */
  readonly most?: BatchSize;
  /** Rows in memory that make the batcher full, default 128 MiB; it still takes what comes then. */
  readonly fullBytes?: number;
}

export interface BatchSize {
  readonly uploads: number;
  readonly bytes: number;
}

export interface Batcher {
  add(item: InsertItem): void;
  /** Uploads that are not inserted yet. */
  size(): number;
  /** So many rows wait that an upload should stay on disk unread for now: the engine is away or slower than what comes. */
  isFull(): boolean;
  /** Returns when the batcher isn't full. Never, once it was stopped full. */
  room(): Promise<void>;
  /** Returns when everything added so far is inserted, or `false` after the time is over. */
  drain(timeoutMs: number): Promise<boolean>;
  /** Tries no more. */
  stop(): void;
}

const defaultMost: BatchSize = { uploads: 500, bytes: 16 * 2 ** 20 };
const defaultFullBytes = 128 * 2 ** 20;
const maxPartitionDays = 50;
const retryMs = { first: 100, most: 5000 };
/** Refusals of one batch before its uploads are tried one by one. */
const maxRefusals = 5;

export function startBatcher(settings: BatcherSettings): Batcher {
  return new InsertBatcher(settings);
}

class InsertBatcher implements Batcher {
  private readonly queue: InsertItem[] = [];
  private queueBytes = 0;
  private running: Promise<void> | undefined;
  private inFlight = 0;
  private flushedMs = -Infinity;
  private readonly rate = new ArrivalRate();
  private draining = false;
  private stopped = false;
  private readonly wake = new Set<() => void>();
  private waitingForRoom: Array<() => void> = [];
  private readonly most: BatchSize;
  private readonly fullBytes: number;

  constructor(private readonly settings: BatcherSettings) {
    this.most = settings.most ?? defaultMost;
    this.fullBytes = settings.fullBytes ?? defaultFullBytes;
  }

  add(item: InsertItem): void {
    this.queue.push(item);
    this.queueBytes += sizeOf(item);
    this.rate.add(performance.now());
    if (this.hasBatch()) {
      this.wakeUp();
    }
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  size(): number {
    return this.queue.length + this.inFlight;
  }

  isFull(): boolean {
    return this.queueBytes >= this.fullBytes;
  }

  async room(): Promise<void> {
    while (this.isFull()) {
      await new Promise<void>((resolve) => this.waitingForRoom.push(resolve));
    }
  }

  async drain(timeoutMs: number): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    this.draining = true;
    this.wakeUp();
    while (this.size() > 0 && performance.now() < until && !this.stopped) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.draining = false;
    return this.size() === 0;
  }

  stop(): void {
    this.stopped = true;
    this.wakeUp();
  }

  private async run(): Promise<void> {
    await this.settings.whenReady;
    while (this.queue.length > 0 && !this.stopped) {
      const waitMs = this.collectFor();
      if (waitMs > 0) {
        await this.pause(waitMs);
        continue;
      }
      const batch = this.take();
      this.inFlight = batch.length;
      await this.insertBatch(batch);
      this.inFlight = 0;
      this.flushedMs = performance.now();
    }
  }

  private hasBatch(): boolean {
    return this.queue.length >= this.most.uploads || this.queueBytes >= this.most.bytes;
  }

  /** How much longer the next batch collects. */
  private collectFor(): number {
    if (this.hasBatch() || this.draining) {
      return 0;
    }
    const nowMs = performance.now();
    return this.flushedMs + collectMs(this.rate.perSecond(nowMs)) - nowMs;
  }

  private take(): InsertItem[] {
    const days = new Set<bigint>();
    let bytes = 0;
    let taken = 0;
    for (const item of this.queue) {
      const size = sizeOf(item);
      days.add(item.row.startNs / 86_400_000_000_000n);
      const tooMuch = taken === this.most.uploads || bytes + size > this.most.bytes || days.size > maxPartitionDays;
      if (taken > 0 && tooMuch) {
        break;
      }
      bytes += size;
      taken++;
    }
    this.queueBytes -= bytes;
    const batch = this.queue.splice(0, taken);
    this.tellRoom();
    return batch;
  }

  private tellRoom(): void {
    if (!this.isFull()) {
      const waiting = this.waitingForRoom;
      this.waitingForRoom = [];
      waiting.forEach((resolve) => resolve());
    }
  }

  /** Retries until the engine has the rows. What it refuses again and again is tried one by one, then without samples. */
  private async insertBatch(batch: readonly InsertItem[]): Promise<void> {
    const outcome = await this.insertUntilDone(batch);
    if (outcome === 'done') {
      batch.forEach(({ inserted }) => inserted());
    } else if (outcome === 'refused' && batch.length > 1) {
      for (const item of batch) {
        await this.insertBatch([item]);
      }
    } else if (outcome === 'refused') {
      await this.insertWithoutSamples(batch[0]);
    }
  }

  private async insertWithoutSamples(item: InsertItem): Promise<void> {
    const { logger } = this.settings;
    logger.error({ profile: item.row.id }, 'the engine refuses the rows of an upload; it is listed without samples');
    const row: ProfileRow = {
      ...item.row,
      status: 'unreadable',
      reason: 'the engine refused the rows of this upload',
      types: [],
      totals: [],
      counts: [],
      endpointCounts: new Map(),
    };
    const outcome = await this.insertUntilDone([{ row, encoded: noRows, inserted: item.inserted }]);
    if (outcome === 'refused') {
      logger.error(
        { profile: item.row.id },
        'the engine refuses an upload altogether; it stays in its segment file only'
      );
    }
    if (outcome !== 'stopped') {
      item.inserted();
    }
  }

  private async insertUntilDone(batch: readonly InsertItem[]): Promise<'done' | 'refused' | 'stopped'> {
    const draft = this.settings.content.draft();
    const tables = this.encodable(batch, draft);
    if (tables === undefined) {
      return 'refused';
    }
    const token = randomUUID();
    let refusals = 0;
    for (let waitMs = retryMs.first; !this.stopped; waitMs = Math.min(waitMs * 2, retryMs.most)) {
      try {
        await this.insertTables(tables, token, batch.length);
        draft.commit();
        this.settings.onProfiles?.(batch);
        return 'done';
      } catch (error) {
        this.settings.onInsertError?.();
        this.settings.logger.warn({ error, uploads: batch.length }, 'inserting failed; it is tried again');
        if (isRefusal(error) && ++refusals >= maxRefusals) {
          return 'refused';
        }
        await this.pause(waitMs);
      }
    }
    return 'stopped';
  }

  /** Undefined = a row holds what its column can't: the upload it belongs to must not take the others or the process with it. */
  private encodable(batch: readonly InsertItem[], draft: ContentDraft): TableRows | undefined {
    try {
      return joinTables(batch, draft);
    } catch (error) {
      this.settings.logger.warn({ error, uploads: batch.length }, 'rows could not be encoded');
      return undefined;
    }
  }

  /**
   * `profiles` last: a profile exists when its row there does. The others go in together, and all have ended before one failure
   * is told. The token makes a repeated insert of the same bytes harmless.
   */
  private async insertTables(
    { frames, stacks, samples, profile_spans, profiles }: TableRows,
    token: string,
    uploads: number
  ): Promise<void> {
    const started = performance.now();
    const insert = async (table: TableName, rows: Uint8Array<ArrayBuffer>) => {
      if (rows.length > 0) {
        await this.settings.engine.insert(table, rows, `${token}-${table}`);
      }
    };
    const outcomes = await Promise.allSettled([
      insert('samples', samples),
      insert('profile_spans', profile_spans),
      insert('stacks', stacks),
      insert('frames', frames),
    ]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) {
      throw failed.reason;
    }
    await insert('profiles', profiles);
    this.settings.onInsert?.(uploads, (performance.now() - started) / 1000);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.wake.add(done);
    });
  }

  private wakeUp(): void {
    this.wake.forEach((done) => done());
  }
}

/**
 * ClickHouse's codes for data that it can't take, however often it is sent: everything else (memory, disk, too many parts,
 * a missing table) passes.
 */
const refusalCodes = new Set([6, 26, 27, 32, 33, 69, 72, 117, 128, 130, 131, 321, 349]);

function isRefusal(error: unknown): boolean {
  return (error instanceof EngineError && refusalCodes.has(error.code)) || error instanceof RangeError;
}

const noContent = { ids: new BigUint64Array(0), offsets: new Uint32Array(1), bytes: new Uint8Array(0) };
const noRows: EncodedUpload = {
  samples: new Uint8Array(0),
  spans: new Uint8Array(0),
  stacks: noContent,
  frames: noContent,
};

type TableRows = Readonly<Record<TableName, Uint8Array<ArrayBuffer>>>;

function sizeOf({ encoded: { samples, stacks, frames, spans } }: InsertItem): number {
  return samples.length + stacks.bytes.length + frames.bytes.length + spans.length;
}

function joinTables(batch: readonly InsertItem[], draft: ContentDraft): TableRows {
  const frames: Uint8Array[] = [];
  const stacks: Uint8Array[] = [];
  for (const { row, encoded } of batch) {
    const day = Math.floor(row.receivedMs / 86_400_000);
    draft.addUnseen(frameOwner(row.tenant, day), encoded.frames, frames);
    draft.addUnseen(stackOwner(row.tenant, row.service, day), encoded.stacks, stacks);
  }
  return {
    frames: concat(frames),
    stacks: concat(stacks),
    samples: concat(batch.map(({ encoded }) => encoded.samples)),
    profile_spans: concat(batch.map(({ encoded }) => encoded.spans)),
    profiles: concat(batch.map(({ row }) => encodeProfileRow(row))),
  };
}

function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

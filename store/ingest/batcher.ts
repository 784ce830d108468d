import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { EngineError, type Engine, type TableName } from '../engines/engine';
import type { ProfileRow } from '../engines/rows';
import { encodeProfileRow } from '../engines/table-rows';
import { ContentFilter, type ContentDraft } from './content-filter';
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
  /** Resolves when the tables exist. */
  readonly whenReady: Promise<void>;
  readonly onInsert?: (uploads: number, seconds: number) => void;
  readonly onInsertError?: () => void;
}

export interface Batcher {
  add(item: InsertItem): void;
  /** Uploads that are not inserted yet. */
  size(): number;
  /** Returns when everything added so far is inserted, or `false` after the time is over. */
  drain(timeoutMs: number): Promise<boolean>;
  /** Tries no more. */
  stop(): void;
}

const maxUploads = 500;
const maxBytes = 16 * 2 ** 20;
/** Under load a batch collects this long, counted from the end of the one before. */
const collectMs = 1000;
/** Fewer waiting uploads than this are inserted at once. */
const busyUploads = 8;
const maxPartitionDays = 50;
const retryMs = { first: 100, most: 5000 };
/** Refusals of one batch before its uploads are tried one by one. */
const maxRefusals = 5;
/** Half of the memory that is given to remembering ids: 32 bytes each. */
const rememberedIds = 500_000;

export function startBatcher(settings: BatcherSettings): Batcher {
  return new InsertBatcher(settings);
}

class InsertBatcher implements Batcher {
  private queue: InsertItem[] = [];
  private running: Promise<void> | undefined;
  private inFlight = 0;
  private stopped = false;
  private readonly wake = new Set<() => void>();
  private readonly content = new ContentFilter(rememberedIds);

  constructor(private readonly settings: BatcherSettings) {}

  add(item: InsertItem): void {
    this.queue.push(item);
    if (this.queue.length >= maxUploads) {
      this.wakeUp();
    }
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  size(): number {
    return this.queue.length + this.inFlight;
  }

  async drain(timeoutMs: number): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    this.wakeUp();
    while (this.size() > 0 && performance.now() < until && !this.stopped) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.size() === 0;
  }

  stop(): void {
    this.stopped = true;
    this.wakeUp();
  }

  private async run(): Promise<void> {
    await this.settings.whenReady;
    while (this.queue.length > 0 && !this.stopped) {
      const batch = this.take();
      this.inFlight = batch.length;
      await this.insertBatch(batch);
      this.inFlight = 0;
      if (this.queue.length >= busyUploads && this.queue.length < maxUploads) {
        await this.pause(collectMs);
      }
    }
  }

  private take(): InsertItem[] {
    const days = new Set<bigint>();
    let bytes = 0;
    let taken = 0;
    for (const { row, encoded } of this.queue) {
      bytes +=
        encoded.samples.length + encoded.stacks.bytes.length + encoded.frames.bytes.length + encoded.spans.length;
      days.add(row.startNs / 86_400_000_000_000n);
      if (taken > 0 && (taken === maxUploads || bytes > maxBytes || days.size > maxPartitionDays)) {
        break;
      }
      taken++;
    }
    return this.queue.splice(0, taken);
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
    const draft = this.content.draft();
    const tables = joinTables(batch, draft);
    const token = randomUUID();
    let refusals = 0;
    for (let waitMs = retryMs.first; !this.stopped; waitMs = Math.min(waitMs * 2, retryMs.most)) {
      try {
        await this.insertTables(tables, token, batch.length);
        draft.commit();
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

  /** `profiles` last: a profile exists when its row there does. The token makes a repeated insert of the same bytes harmless. */
  private async insertTables(
    tables: ReadonlyMap<TableName, Uint8Array<ArrayBuffer>>,
    token: string,
    uploads: number
  ): Promise<void> {
    const started = performance.now();
    for (const [table, rows] of tables) {
      if (rows.length > 0) {
        await this.settings.engine.insert(table, rows, `${token}-${table}`);
      }
    }
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

function joinTables(batch: readonly InsertItem[], draft: ContentDraft): Map<TableName, Uint8Array<ArrayBuffer>> {
  const pieces: Record<TableName, Uint8Array[]> = {
    frames: [],
    stacks: [],
    samples: [],
    profile_spans: [],
    profiles: [],
  };
  for (const { row, encoded } of batch) {
    const day = Math.floor(row.receivedMs / 86_400_000);
    pieces.frames.push(...draft.unseen(`f\0${row.tenant}\0${day}`, encoded.frames));
    pieces.stacks.push(...draft.unseen(`s\0${row.tenant}\0${row.service}\0${day}`, encoded.stacks));
    pieces.samples.push(encoded.samples);
    pieces.profile_spans.push(encoded.spans);
    pieces.profiles.push(encodeProfileRow(row));
  }
  const order: readonly TableName[] = ['frames', 'stacks', 'samples', 'profile_spans', 'profiles'];
  return new Map(order.map((table) => [table, concat(pieces[table])]));
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

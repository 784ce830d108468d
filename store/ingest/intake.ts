import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ProfileRow } from '../engines/rows';
import { HotspanError } from '../errors';
import type { Batcher } from './batcher';
import type { Duplicates } from './duplicates';
import { fingerprint } from './fingerprint';
import type { ParsePool } from './parse-pool';
import type { ProfileSequence } from './profile-sequence';
import type { RawUploads } from './raw-uploads';
import type { ParsedUpload } from './read-upload';
import type { RecordRef, Spool, StoredRecord } from './spool';
import type { UploadRequest } from './upload-request';

/** From a request's bytes to an acknowledged upload: read, recognise repeats, write to disk, hand to the batcher. */
export interface Intake {
  accept(request: UploadRequest, body: Uint8Array<ArrayBuffer>): Promise<Accepted>;
  /** Reads a stored record again and inserts it, under its old id and a new number. */
  readStored(record: StoredRecord): Promise<void>;
  /** Uploads acknowledged but not read yet. */
  deferred(): number;
}

export interface Accepted {
  readonly id: string;
  readonly repeated: boolean;
  readonly deferred: boolean;
}

export interface IntakeSettings {
  readonly pool: ParsePool;
  readonly spool: Spool;
  readonly batcher: Batcher;
  readonly duplicates: Duplicates;
  readonly rawUploads: RawUploads;
  readonly sequence: ProfileSequence;
  readonly logger: Logger;
  /** An upload that would wait longer than this for a worker is stored first and read later. */
  readonly maxWaitMs: number;
}

export function makeIntake(settings: IntakeSettings): Intake {
  const { pool, spool, duplicates, sequence } = settings;
  const backlog: Array<{ readonly record: StoredRecord; readonly print: string }> = [];
  /** Uploads that are being accepted or wait to be read, by what they look like unread. */
  const underWay = new Map<string, Promise<Accepted>>();
  let reading = 0;

  const defer = async (request: UploadRequest, body: Uint8Array<ArrayBuffer>, print: string): Promise<Accepted> => {
    const header = { id: randomUUID(), request, key: '' };
    const ref = await spool.append(header, body);
    backlog.push({ record: { header, ref }, print });
    void readBacklog();
    return { id: header.id, repeated: false, deferred: true };
  };

  /** One at a time: fresh uploads go first, they have somebody waiting. */
  const readBacklog = async (): Promise<void> => {
    if (reading > 0) {
      return;
    }
    reading = 1;
    for (let next = backlog.shift(); next; next = backlog.shift()) {
      await readStored(settings, next.record);
      underWay.delete(next.print);
    }
    reading = 0;
  };

  const readThenStore = async (request: UploadRequest, body: Uint8Array<ArrayBuffer>): Promise<Accepted> => {
    const parsed = await pool.parse({ request, body, sequence: sequence.next(), keepUnreadable: false });
    const { uploadKey } = parsed.row;
    const stored = await duplicates.once(uploadKey, request.receivedMs, async () => {
      const header = { id: randomUUID(), request, key: uploadKey };
      enqueue(settings, parsed, header.id, await spool.append(header, body));
      return header.id;
    });
    return { ...stored, deferred: false };
  };

  return {
    accept: async (request, body) => {
      const print = fingerprint(request, body);
      const same = underWay.get(print);
      if (same) {
        return { ...(await same), repeated: true };
      }
      const late = pool.waitMs() > settings.maxWaitMs;
      const accepting = late ? defer(request, body, print) : readThenStore(request, body);
      underWay.set(print, accepting);
      try {
        const accepted = await accepting;
        if (!accepted.deferred) {
          underWay.delete(print);
        }
        return accepted;
      } catch (error) {
        underWay.delete(print);
        throw error;
      }
    },
    readStored: (record) => readStored(settings, record),
    deferred: () => backlog.length + reading,
  };
}

async function readStored(settings: IntakeSettings, { header, ref }: StoredRecord): Promise<void> {
  const { pool, spool, duplicates, rawUploads, sequence, logger } = settings;
  try {
    const { body } = await rawUploads.read(ref);
    const parsed = await parseStored(pool, header.request, body, sequence);
    const { repeated, id } = await duplicates.once(
      parsed.row.uploadKey,
      header.request.receivedMs,
      async () => header.id
    );
    if (repeated && id !== header.id) {
      spool.done(ref);
      return;
    }
    enqueue(settings, parsed, header.id, ref);
  } catch (error) {
    // Nothing can be made of this record, now or later: its bytes stay until the raw retention takes them.
    logger.error({ error, profile: header.id }, 'a stored upload could not be read again');
    spool.done(ref);
  }
}

/** A worker that dies of an upload must not keep it from being listed: it is read again as one that can't be read. */
async function parseStored(
  pool: ParsePool,
  request: UploadRequest,
  body: Uint8Array<ArrayBuffer>,
  sequence: ProfileSequence
): Promise<ParsedUpload> {
  try {
    return await pool.parse({ request, body, sequence: sequence.next(), keepUnreadable: true });
  } catch (error) {
    const unreadableReason = error instanceof HotspanError ? error.message : String(error);
    return pool.parse({ request, body, sequence: sequence.next(), keepUnreadable: true, unreadableReason });
  }
}

function enqueue({ batcher, spool }: IntakeSettings, parsed: ParsedUpload, id: string, ref: RecordRef): void {
  const row: ProfileRow = { ...parsed.row, id, rawSegment: ref.segment, rawOffset: ref.offset, rawLength: ref.length };
  batcher.add({ row, encoded: parsed, inserted: () => spool.done(ref) });
}

import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ProfileRow } from '../engines/rows';
import { HotspanError } from '../errors';
import type { Batcher } from './batcher';
import type { CumulativeFiles } from './cumulative-files';
import type { CumulativeFile } from './cumulative-parts';
import type { Duplicates } from './duplicates';
import { fingerprint } from './fingerprint';
import type { OpenGroups } from './open-groups';
import type { ParsePool, UploadJob } from './parse-pool';
import type { StoredRequest } from './parse-worker';
import { ownPlaces, placeKey, type Place } from './places';
import type { ProfileSequence } from './profile-sequence';
import type { RawUploads } from './raw-uploads';
import type { ParsedRequest } from './read-request';
import type { RecordRef, Spool } from './spool';
import { isJoined, maxProfiles, type UploadRequest } from './upload-request';

/** From a request's bytes to an acknowledged upload: read, recognise repeats, write to disk, hand to the batcher. */
export interface Intake {
  accept(request: UploadRequest, body: Uint8Array<ArrayBuffer>): Promise<Accepted>;
  /** Reads a stored record again and inserts it, under its old ids and new numbers; `present` = places that are inserted already. */
  readStored(record: WaitingRecord, present?: ReadonlySet<string>): Promise<void>;
  /** Uploads acknowledged but not read yet. */
  deferred(): number;
  /** Reads no more stored records: what is not inserted is read again after the next start. */
  stop(): void;
}

/** A record on disk by its upload's id. Its header is read with its bytes: two kilobytes each are too much where many wait. */
export interface WaitingRecord {
  readonly id: string;
  readonly ref: RecordRef;
}

export interface Accepted {
  /** Of the request's first profile. */
  readonly id: string;
  readonly repeated: boolean;
  readonly deferred: boolean;
  /** Profiles of the request that were not taken, and why. */
  readonly rejected: number;
  readonly reason: string;
}

const nothingRejected = { rejected: 0, reason: '' };

export interface IntakeSettings {
  readonly pool: ParsePool;
  readonly spool: Spool;
  readonly batcher: Batcher;
  readonly duplicates: Duplicates;
  readonly rawUploads: RawUploads;
  readonly sequence: ProfileSequence;
  readonly groups: OpenGroups;
  readonly cumulative: CumulativeFiles;
  readonly logger: Logger;
  /** An upload that would wait longer than this for a worker is stored first and read later, as is one that comes while the batcher is full. */
  readonly maxWaitMs: number;
}

export function makeIntake(settings: IntakeSettings): Intake {
  const { pool, spool, batcher, duplicates, sequence } = settings;
  const backlog: Array<WaitingRecord & { readonly print: string }> = [];
  /** Uploads that are being accepted or wait to be read, by what they look like unread. */
  const underWay = new Map<string, Promise<Accepted>>();
  let reading = 0;
  const state: IntakeState = { stopped: false };

  const defer = async (request: UploadRequest, body: Uint8Array<ArrayBuffer>, print: string): Promise<Accepted> => {
    const id = randomUUID();
    const ref = await spool.append({ id, request, key: '' }, body);
    backlog.push({ id, ref, print });
    void readBacklog();
    return { id, repeated: false, deferred: true, ...nothingRejected };
  };

  /** One at a time: fresh uploads go first, they have somebody waiting. */
  const readBacklog = async (): Promise<void> => {
    if (reading > 0) {
      return;
    }
    reading = 1;
    for (let next = backlog.shift(); next; next = backlog.shift()) {
      await readStored(settings, state, next);
      underWay.delete(next.print);
    }
    reading = 0;
  };

  const readThenStore = async (request: UploadRequest, body: Uint8Array<ArrayBuffer>): Promise<Accepted> => {
    const numbers = sequence.next(maxProfiles(request.intake));
    const job = { request, body, sequence: numbers, keepUnreadable: false };
    const read = await pool.parse(job);
    const { rejected, reason } = read;
    const stored = await duplicates.once(read.key, request.receivedMs, () =>
      compared(settings, job, read, undefined, async (parsed, previous) => {
        const { places, ref } = await storeParsed(settings, parsed, { request, body, previous });
        settings.cumulative.remember(cumulativeFilesOf(parsed), ref);
        enqueue(settings, parsed, places, ref);
        return places[0].id;
      })
    );
    return { ...stored, deferred: false, rejected, reason };
  };

  return {
    accept: async (request, body) => {
      const print = fingerprint(request, body);
      const same = underWay.get(print);
      if (same) {
        return { ...(await same), repeated: true };
      }
      const late = pool.waitMs() > settings.maxWaitMs || batcher.isFull();
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
    readStored: (record, present) => readStored(settings, state, record, present),
    deferred: () => backlog.length + reading,
    stop: () => {
      state.stopped = true;
    },
  };
}

function cumulativeFilesOf({ uploads }: ParsedRequest): CumulativeFile[] {
  return uploads.flatMap(({ cumulative }) => cumulative);
}

/**
 * Goes on with a request once its cumulative files are compared with those before, for which it is read again; most requests have
 * none. `recorded`: what they were compared with when the request was first read.
 */
async function compared<Result>(
  { cumulative, pool, rawUploads }: IntakeSettings,
  job: UploadJob,
  parsed: ParsedRequest,
  recorded: readonly RecordRef[] | undefined,
  goOn: (parsed: ParsedRequest, previous: readonly RecordRef[] | undefined) => Promise<Result>
): Promise<Result> {
  const files = cumulativeFilesOf(parsed);
  if (files.length === 0) {
    return goOn(parsed, undefined);
  }
  return cumulative.inTurn(files, async () => {
    const previous = recorded ?? (await cumulative.previousOf(files));
    const requests = await readRecords(rawUploads, previous);
    if (requests.length === 0) {
      return goOn(parsed, previous);
    }
    const again = await pool.parse({ ...job, previous: { keys: files.map(({ key }) => key), requests } });
    return goOn(again, previous);
  });
}

/** Those that are still there. */
async function readRecords(rawUploads: RawUploads, refs: readonly RecordRef[]): Promise<StoredRequest[]> {
  const found = await Promise.allSettled(refs.map((ref) => rawUploads.read(ref)));
  return found.flatMap((one) =>
    one.status === 'fulfilled' ? [{ request: one.value.header.request, body: one.value.body }] : []
  );
}

interface Stored {
  readonly places: readonly Place[];
  readonly ref: RecordRef;
}

/** Writes a request that was read. Its record names the places of its profiles, so that a replay puts them there again. */
async function storeParsed(
  { spool, groups }: IntakeSettings,
  { key, uploads }: ParsedRequest,
  { request, body, previous }: StoredRequest & { readonly previous?: readonly RecordRef[] }
): Promise<Stored> {
  const append = async (places: readonly Place[]) => {
    const ref = await spool.append({ id: places[0].id, request, key, places, previous }, body);
    return { places, ref };
  };
  if (!isJoined(request.intake)) {
    return append([{ id: randomUUID(), part: 0 }]);
  }
  const rows = uploads.map(({ row }) => row);
  for (;;) {
    const taken = groups.take(rows, request.receivedMs);
    if (await taken.firstsAreStored()) {
      return append(taken.places).then(
        (stored) => {
          taken.stored();
          return stored;
        },
        (error: unknown) => {
          taken.failed(error);
          throw error;
        }
      );
    }
    taken.failed(new Error('the first request of the profile could not be stored'));
  }
}

interface IntakeState {
  stopped: boolean;
}

async function readStored(
  settings: IntakeSettings,
  state: IntakeState,
  { id: ownId, ref }: WaitingRecord,
  present: ReadonlySet<string> = new Set()
): Promise<void> {
  const { pool, spool, batcher, duplicates, rawUploads, sequence, logger } = settings;
  await batcher.room();
  if (state.stopped) {
    return;
  }
  try {
    const { header, body } = await rawUploads.read(ref);
    const job = jobOf(header.request, body, sequence);
    const read = await parseStored(pool, job);
    const { repeated, id } = await duplicates.once(read.key, header.request.receivedMs, async () => header.id);
    if (repeated && id !== header.id) {
      spool.done(ref);
      return;
    }
    await compared(settings, job, read, header.previous, async (parsed) => {
      settings.cumulative.remember(cumulativeFilesOf(parsed), ref);
      const own = ownPlaces(header.id, parsed.uploads.length);
      const places = own.map((place, index) => header.places?.[index] ?? place);
      enqueue(settings, parsed, places, ref, present);
    });
  } catch (error) {
    if (state.stopped) {
      return; // nobody reads any more
    }
    // Nothing can be made of this record, now or later: its bytes stay until the raw retention takes them.
    logger.error({ error, profile: ownId }, 'a stored upload could not be read again');
    spool.done(ref);
  }
}

function jobOf(request: UploadRequest, body: Uint8Array<ArrayBuffer>, sequence: ProfileSequence): UploadJob {
  return { request, body, sequence: sequence.next(maxProfiles(request.intake)), keepUnreadable: true };
}

/** A worker that dies of an upload must not keep it from being listed: it is read again as one that can't be read. */
async function parseStored(pool: ParsePool, job: UploadJob): Promise<ParsedRequest> {
  try {
    return await pool.parse(job);
  } catch (error) {
    const unreadableReason = error instanceof HotspanError ? error.message : String(error);
    return pool.parse({ ...job, unreadableReason });
  }
}

function enqueue(
  { batcher, spool }: IntakeSettings,
  { uploads }: ParsedRequest,
  places: readonly Place[],
  ref: RecordRef,
  present: ReadonlySet<string> = new Set()
): void {
  const items = uploads
    .map((upload, index) => ({ upload, place: places[index] }))
    .filter(({ place }) => !present.has(placeKey(place)));
  let waiting = items.length;
  if (waiting === 0) {
    spool.done(ref);
  }
  const inserted = () => {
    if (--waiting === 0) {
      spool.done(ref);
    }
  };
  for (const { upload, place } of items) {
    const raw = { rawSegment: ref.segment, rawOffset: ref.offset, rawLength: ref.length };
    const row: ProfileRow = { ...upload.row, ...place, ...raw };
    batcher.add({ row, encoded: upload, inserted });
  }
}

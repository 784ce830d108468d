import type { Logger } from 'pino';
import type { Engine } from '../engines/engine';
import type { Duplicates } from './duplicates';
import type { Intake } from './intake';
import { ownPlaces, ownPrefix, placeKey } from './places';
import type { Spool, StoredRecord } from './spool';
import { maxProfiles } from './upload-request';

export interface ReplaySettings {
  readonly engine: Pick<Engine, 'select'>;
  readonly spool: Spool;
  readonly intake: Intake;
  readonly duplicates: Duplicates;
  readonly logger: Logger;
}

const idsPerQuestion = 500;
/** Stored uploads that are read at one time. */
const readAtOnce = 4;

/** After a start: what the engine has of the last day is known again, so repeats are recognised. */
export async function loadKnownKeys(
  engine: Pick<Engine, 'select'>,
  duplicates: Duplicates,
  sinceMs: number,
  limit: number
): Promise<number> {
  const columns = await engine.select(
    {
      sql: `SELECT toString(upload_key) AS upload_key, toString(id) AS id, toUnixTimestamp64Milli(received) AS received_ms
        FROM profiles WHERE received >= fromUnixTimestamp64Milli({since:Int64})
        ORDER BY received DESC LIMIT {limit:UInt64}`,
      params: { since: sinceMs, limit },
    },
    { maxRows: limit, maxSeconds: 60 }
  );
  const keys = columns.strings('upload_key');
  const ids = columns.strings('id');
  const received = columns.bigints('received_ms');
  for (let row = columns.rows - 1; row >= 0; row--) {
    duplicates.remember(keys[row], ids[row], Number(received[row]));
  }
  return columns.rows;
}

/** Records behind the checkpoint, which are forgotten: those that the engine has are passed, the others are read again and inserted. */
export async function replaySpool(settings: ReplaySettings): Promise<void> {
  const { toReplay } = settings.spool;
  const records = toReplay.length;
  let again = 0;
  while (toReplay.length > 0) {
    again += await replayRecords(toReplay.slice(0, idsPerQuestion), settings);
    toReplay.splice(0, idsPerQuestion);
  }
  if (records > 0) {
    settings.logger.info({ records, readAgain: again }, 'replayed the spool');
  }
}

async function replayRecords(records: readonly StoredRecord[], settings: ReplaySettings): Promise<number> {
  const { engine, spool, intake } = settings;
  const present = await insertedPlaces(engine, records);
  const isThere = ({ header }: StoredRecord) =>
    isKnown(header) && (header.places ?? ownPlaces(header.id, 1)).every((place) => present.has(placeKey(place)));
  const missing = records.filter((record) => !isThere(record));
  records.filter(isThere).forEach(({ ref }) => spool.done(ref));
  const queue = [...missing];
  const read = async () => {
    for (let record = queue.shift(); record; record = queue.shift()) {
      await intake.readStored({ id: record.header.id, ref: record.ref }, present);
    }
  };
  await Promise.all(Array.from({ length: readAtOnce }, read));
  return missing.length;
}

/** Whether the record's places are known: not when it was stored before it was read and may hold several profiles. */
function isKnown({ places, request }: StoredRecord['header']): boolean {
  return places !== undefined || maxProfiles(request.intake) === 1;
}

async function insertedPlaces(
  engine: Pick<Engine, 'select'>,
  records: readonly StoredRecord[]
): Promise<ReadonlySet<string>> {
  const headers = records.map(({ header }) => header);
  const ids = [...new Set(headers.flatMap(({ id, places }) => [id, ...(places ?? []).map((place) => place.id)]))];
  const prefixes = headers.filter((header) => !isKnown(header)).map(({ id }) => ownPrefix(id));
  const byPrefix =
    prefixes.length === 0 ? '' : `OR substring(toString(id), 1, ${prefixes[0].length}) IN {prefixes:Array(String)}`;
  const columns = await engine.select({
    sql: `SELECT toString(id) AS id_text, part FROM profiles
      WHERE id IN (SELECT toUUID(arrayJoin({ids:Array(String)}))) ${byPrefix}`,
    params: { ids, prefixes },
  });
  const found = columns.strings('id_text');
  const part = columns.numbers('part');
  return new Set(found.map((id, row) => placeKey({ id, part: part[row] })));
}

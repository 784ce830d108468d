import type { Engine } from '../engines/engine';
import type { CumulativeFile } from './cumulative-parts';
import type { RecordRef } from './spool';

/** An upload waits for this answer; without one it is as if there was no file before. */
const maxSeconds = 2;

/** The newest stored upload of a process that has a file of the name and began between the two times. */
export async function findPrevious(
  engine: Pick<Engine, 'select' | 'ready'>,
  file: CumulativeFile,
  sinceNs: bigint
): Promise<RecordRef | undefined> {
  if (!engine.ready) {
    return undefined;
  }
  const { tenant, service, instance, name, takenNs } = file;
  const statement = {
    sql: `SELECT toString(raw_segment) AS segment, toFloat64(raw_offset) AS offset, toFloat64(raw_length) AS length
      FROM profiles
      WHERE tenant = {tenant:String} AND service = {service:String} AND instance = {instance:String}
        AND start >= fromUnixTimestamp64Nano({since:Int64}) AND start < fromUnixTimestamp64Nano({before:Int64})
        AND position(attachments, {name:String}) > 0 AND raw_length > 0
      ORDER BY start DESC LIMIT 1`,
    params: { tenant, service, instance, name: `"name":${JSON.stringify(name)}`, since: sinceNs, before: takenNs },
  };
  try {
    const found = await engine.select(statement, { maxSeconds, maxRows: 1 });
    return found.rows === 0
      ? undefined
      : {
          segment: found.strings('segment')[0],
          offset: found.numbers('offset')[0],
          length: found.numbers('length')[0],
        };
  } catch {
    return undefined;
  }
}

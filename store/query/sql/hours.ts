import type { ProfileFilter } from '../../../src/model/profile-filter';
import type { Statement } from '../../engines/engine';
import { uploadsFingerprint } from '../../engines/rows';
import { Bindings } from './bindings';
import { profileCondition } from './profile-condition';
import { uploadCondition, type UploadScope } from './upload-scope';

/**
 * Uploads of a scope by service, hour and retention class, and what they hold of a profile type. `narrow` counts only uploads that meet
 * it too: then `uploads` and `fingerprint` are about all uploads of the scope, as a rollup's entry is.
 */
export function uploadHoursStatement(scope: UploadScope, narrow: ProfileFilter, profileType: string): Statement {
  const bindings = new Bindings();
  const type = bindings.bind('String', profileType);
  const met = profileCondition(bindings, narrow);
  const columns = [
    'toString(service) AS service_name',
    'toUInt32(intDiv(toUnixTimestamp(start), 3600) * 3600) AS hour',
    'retention_days',
    'count() AS uploads',
    `${uploadsFingerprint} AS fingerprint`,
    `toFloat64(countIf(${met})) AS counted`,
    `toFloat64(countIf(${met} AND has(types, ${type}))) AS carrying`,
    `toFloat64(sumIf(counts[indexOf(types, ${type})], ${met})) AS samples`,
    `maxIf(part, ${met}) AS last_part`,
  ];
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM profiles WHERE ${uploadCondition(bindings, scope)}
     GROUP BY service_name, hour, retention_days ORDER BY hour, service_name, retention_days`
  );
}

/** What the rollup holds of hours, both ends included: `build`, and which uploads went into it. */
export function builtHoursStatement(
  tenant: string,
  services: readonly string[],
  firstHour: number,
  lastHour: number
): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toString(service) AS service_name, toUnixTimestamp(hour) AS hour, retention_days, max(r.build) AS build,
       argMax(r.uploads, r.build) AS uploads, argMax(r.fingerprint, r.build) AS fingerprint
     FROM rollup_hours AS r
     WHERE tenant = ${bindings.bind('String', tenant)} AND service IN ${bindings.bind('Array(String)', services)}
       AND hour >= toDateTime(${bindings.bind('Int64', firstHour)}, 'UTC') AND hour <= toDateTime(${bindings.bind('Int64', lastHour)}, 'UTC')
     GROUP BY service_name, hour, retention_days`
  );
}

/** µs that some upload of the scope with a profile type covers: the length of the union of their windows. */
export function coveredStatement(scope: UploadScope, profileType: string): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toFloat64(sum(greatest(0, end_us - greatest(start_us, reached)))) AS covered_us FROM (
       SELECT start_us, end_us, max(end_us) OVER (ORDER BY start_us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
       FROM (
         SELECT toUnixTimestamp64Micro(start) AS start_us, greatest(toUnixTimestamp64Micro(end), start_us + 1) AS end_us
         FROM profiles WHERE ${uploadCondition(bindings, scope)} AND has(types, ${bindings.bind('String', profileType)})
       )
     )`
  );
}

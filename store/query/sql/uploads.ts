import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { labelOf } from './profile-fields';
import { uploadCondition, type UploadScope } from './upload-scope';

/**
 * The uploads of a scope, each part of a profile for itself, oldest first: number, part, service, window in µs, asked labels as `label0`, `label1`, …, and what they
 * hold of one profile type.
 */
export function uploadsStatement(scope: UploadScope, profileType: string, labels: readonly string[]): Statement {
  const bindings = new Bindings();
  const type = bindings.bind('String', profileType);
  const labelColumns = labels.map((label, at) => `${labelOf(bindings, label)} AS label${at}`);
  const columns = [
    'profile',
    'part',
    'toString(service) AS service_name',
    'toFloat64(toUnixTimestamp64Micro(start)) AS start_us',
    'toFloat64(toUnixTimestamp64Micro(end)) AS end_us',
    `toFloat64(totals[indexOf(types, ${type})]) AS type_total`,
    `counts[indexOf(types, ${type})] AS type_count`,
    `toUInt8(has(types, ${type})) AS carries`,
    ...labelColumns,
  ];
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM profiles WHERE ${uploadCondition(bindings, scope)} ORDER BY start, profile`
  );
}

/** Number of profiles that the uploads of a scope are parts of. */
export function distinctProfilesStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toFloat64(uniqExact(id)) AS profiles FROM profiles WHERE ${uploadCondition(bindings, scope)}`
  );
}

/** Profile types that uploads of the scope carry, with the number of uploads. */
export function presentTypesStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toString(arrayJoin(types)) AS type, toFloat64(count()) AS uploads FROM profiles
     WHERE ${uploadCondition(bindings, scope)} GROUP BY type`
  );
}

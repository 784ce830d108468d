import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { uploadCondition, type UploadScope } from './upload-scope';

const columns = [
  'toString(id) AS uuid',
  'profile AS number',
  'toString(service) AS service_name',
  'toString(env) AS env_name',
  'toString(version) AS version_name',
  'toString(host) AS host_name',
  'toString(runtime) AS runtime_name',
  'toString(language) AS language_name',
  'instance',
  'toFloat64(toUnixTimestamp64Micro(start)) AS start_us',
  'toFloat64(toUnixTimestamp64Micro(end)) AS end_us',
  'toFloat64(toUnixTimestamp64Milli(received)) AS received_ms',
  'mapKeys(labels) AS label_names',
  'mapValues(labels) AS label_values',
  'types',
  'arrayMap(total -> toFloat64(total), totals) AS type_totals',
  'counts',
  'sample_count',
  'toFloat64(size_bytes) AS size',
  'toString(status) AS status_name',
  'reason',
  'toString(format) AS format_name',
  'toString(intake) AS intake_name',
  'runtime_info',
  'attachments',
  'toString(raw_segment) AS raw_segment_name',
  'toFloat64(raw_offset) AS raw_offset_bytes',
  'toFloat64(raw_length) AS raw_length_bytes',
];

/** Everything about one upload. */
export function profileDetailStatement(tenant: string, id: string): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM profiles
     WHERE tenant = ${bindings.bind('String', tenant)} AND id = ${bindings.bind('UUID', id)} LIMIT 1`
  );
}

/** The newest upload of a scope, with everything about it. */
export function newestProfileStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM profiles WHERE ${uploadCondition(bindings, scope)} ORDER BY start DESC, profile DESC LIMIT 1`
  );
}

/** The upload of the same process just before or after one. */
export function neighbourStatement(
  tenant: string,
  upload: { readonly service: string; readonly instance: string; readonly startUs: number; readonly number: bigint },
  side: 'previous' | 'next'
): Statement {
  const bindings = new Bindings();
  const start = `fromUnixTimestamp64Micro(${bindings.bind('Int64', upload.startUs)}, 'UTC')`;
  const [sign, direction] = side === 'previous' ? ['<', 'DESC'] : ['>', 'ASC'];
  const micros = 'toUnixTimestamp64Micro(start)';
  const startUs = bindings.bind('Int64', upload.startUs);
  return bindings.statement(
    `SELECT toString(id) AS uuid FROM profiles
     WHERE tenant = ${bindings.bind('String', tenant)} AND service = ${bindings.bind('String', upload.service)}
       AND instance = ${bindings.bind('String', upload.instance)}
       AND start ${side === 'previous' ? '<=' : '>='} ${side === 'previous' ? `${start} + toIntervalMicrosecond(1)` : start}
       AND (${micros} ${sign} ${startUs} OR (${micros} = ${startUs} AND profile ${sign} ${bindings.bind('UInt64', upload.number)}))
     ORDER BY start ${direction}, profile ${direction} LIMIT 1`
  );
}

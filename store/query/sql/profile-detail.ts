import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { nearCondition } from './part-scope';
import { oneRowPerProfile, profileStart, uploadCondition, type UploadScope } from './upload-scope';

const columns = [
  'toString(id) AS uuid',
  'profile AS number',
  'part',
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
  'mapKeys(endpoint_counts) AS endpoint_names',
  'arrayMap(count -> toFloat64(count), mapValues(endpoint_counts)) AS endpoint_requests',
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

/** Everything about one profile: a row per part, the first one first. */
export function profileDetailStatement(tenant: string, id: string): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM profiles
     WHERE tenant = ${bindings.bind('String', tenant)} AND id = ${bindings.bind('UUID', id)} ORDER BY part LIMIT 1 BY part`
  );
}

/** The first part of the newest profile of a scope. */
export function newestRowStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM profiles
     WHERE part = 0 AND ${uploadCondition(bindings, scope)} ORDER BY start DESC, profile DESC LIMIT 1`
  );
}

/** Everything about the newest profile of a scope, all its parts. */
export function newestProfileStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  const newest = `SELECT id FROM ${oneRowPerProfile(bindings, scope)} ORDER BY ${profileStart(scope)} DESC, profile DESC LIMIT 1`;
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM profiles
     WHERE ${nearCondition(bindings, scope, 'profiles')} AND id IN (${newest}) ORDER BY part LIMIT 1 BY part`
  );
}

/** The profile of the same process just before or after one, both told by their first parts. */
export function neighbourStatement(
  tenant: string,
  upload: {
    readonly service: string;
    readonly instance: string;
    readonly firstStartUs: number;
    readonly number: bigint;
  },
  side: 'previous' | 'next'
): Statement {
  const bindings = new Bindings();
  const start = `fromUnixTimestamp64Micro(${bindings.bind('Int64', upload.firstStartUs)}, 'UTC')`;
  const [sign, direction] = side === 'previous' ? ['<', 'DESC'] : ['>', 'ASC'];
  const micros = 'toUnixTimestamp64Micro(start)';
  const startUs = bindings.bind('Int64', upload.firstStartUs);
  return bindings.statement(
    `SELECT toString(id) AS uuid FROM profiles
     WHERE part = 0 AND tenant = ${bindings.bind('String', tenant)} AND service = ${bindings.bind('String', upload.service)}
       AND instance = ${bindings.bind('String', upload.instance)}
       AND start ${side === 'previous' ? '<=' : '>='} ${side === 'previous' ? `${start} + toIntervalMicrosecond(1)` : start}
       AND (${micros} ${sign} ${startUs} OR (${micros} = ${startUs} AND profile ${sign} ${bindings.bind('UInt64', upload.number)}))
     ORDER BY start ${direction}, profile ${direction} LIMIT 1`
  );
}

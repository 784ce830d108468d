import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { spanEntryCondition, spanWindow, type SpanMatch, type UploadScope } from './upload-scope';

/** Where the samples of spans lie: few uploads, named by number. */
export interface SpanPlace {
  readonly uploads: UploadScope;
  readonly profiles: readonly bigint[];
  readonly services: readonly string[];
  /** First and last hour of the uploads, seconds since 1970. */
  readonly firstHour: number;
  readonly lastHour: number;
  readonly spans: SpanMatch;
}

/** Samples of spans in all types, by type, stack and thread. */
export function spanSamplesStatement(place: SpanPlace): Statement {
  const bindings = new Bindings();
  const conditions = [
    `s.tenant = ${bindings.bind('String', place.uploads.tenant)}`,
    `s.service IN ${bindings.bind('Array(String)', place.services)}`,
    `s.hour >= toDateTime(${bindings.bind('Int64', place.firstHour)}, 'UTC')`,
    `s.hour <= toDateTime(${bindings.bind('Int64', place.lastHour)}, 'UTC')`,
    `s.profile IN ${bindings.bind('Array(UInt64)', place.profiles)}`,
  ];
  return bindings.statement(
    `SELECT toString(s.profile_type) AS type_key, s.stack AS stack_key, toString(s.thread) AS thread_key,
       toFloat64(sum(s.value)) AS value_sum, toFloat64(sum(s.count)) AS samples,
       toFloat64(sumIf(s.value, e.mark = 1)) AS inferred_sum
     FROM samples AS s INNER JOIN (${entries(bindings, place)}) AS e ON s.profile = e.profile AND s.context = e.context
     WHERE ${conditions.join(' AND ')} GROUP BY type_key, stack_key, thread_key`
  );
}

/** What the uploads say about the spans: endpoints, operations and traces. */
export function spanFactsStatement(place: SpanPlace): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT DISTINCT profile AS profile_key, toString(endpoint_name) AS endpoint_text,
       toString(operation_name) AS operation_text, trace_high_id, trace_low_id
     FROM (${entries(bindings, place)}) LIMIT 1000`
  );
}

/** One row per matching entry of the uploads' span dictionaries; `context` is its position. */
function entries(bindings: Bindings, { uploads, profiles, spans }: SpanPlace): string {
  const condition = spanEntryCondition(bindings, spans, 'span_id', 'root_id');
  return `SELECT profile, context, endpoint_name, operation_name, mark, trace_high_id, trace_low_id FROM (
      SELECT profile, arrayEnumerate(span) AS contexts, span, root, endpoint, operation, inferred, trace_high, trace_low
      FROM profile_spans
      WHERE ${spanWindow(bindings, uploads)} AND profile IN ${bindings.bind('Array(UInt64)', profiles)}
      LIMIT 1 BY profile
    ) ARRAY JOIN contexts AS context, span AS span_id, root AS root_id, endpoint AS endpoint_name,
      operation AS operation_name, inferred AS mark, trace_high AS trace_high_id, trace_low AS trace_low_id
    WHERE ${condition}`;
}

/**
 * How many requests of an endpoint the uploads had: as their clients counted them (`counted`), and how many of them have samples
 * (`sampled`, by root span, else by span).
 */
export function endpointRequestsStatement(
  uploads: UploadScope,
  profiles: readonly bigint[],
  endpoint: string
): Statement {
  const bindings = new Bindings();
  const numbers = bindings.bind('Array(UInt64)', profiles);
  const name = bindings.bind('String', endpoint);
  return bindings.statement(
    `SELECT
       (SELECT toFloat64(sum(endpoint_counts[${name}])) FROM profiles
        WHERE tenant = ${bindings.bind('String', uploads.tenant)} AND profile IN ${numbers}) AS counted,
       (SELECT toFloat64(uniqExact(if(root_id = 0, span_id, root_id))) FROM (
          SELECT span, root, endpoint FROM profile_spans
          WHERE ${spanWindow(bindings, uploads)} AND profile IN ${numbers}
        ) ARRAY JOIN span AS span_id, root AS root_id, endpoint AS endpoint_name
        WHERE endpoint_name = ${name} AND (span_id != 0 OR root_id != 0)) AS sampled`
  );
}

/** Public id, window, and place of the raw upload of profiles. */
export function rawPlacesStatement(uploads: UploadScope, profiles: readonly bigint[]): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT profile AS number, toString(id) AS uuid, toString(service) AS service_name,
       toFloat64(toUnixTimestamp64Micro(start)) AS start_us, toFloat64(toUnixTimestamp64Micro(end)) AS end_us,
       toString(raw_segment) AS segment, toFloat64(raw_offset) AS offset_bytes, toFloat64(raw_length) AS length_bytes
     FROM profiles
     WHERE tenant = ${bindings.bind('String', uploads.tenant)} AND profile IN ${bindings.bind('Array(UInt64)', profiles)}
     ORDER BY start, profile`
  );
}

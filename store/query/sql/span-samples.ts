import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { contextCondition, entryWindow, type ContextFilter, type HourRange } from './samples';
import { spanEntryCondition, spanHolders, type SpanMatch, type UploadScope } from './upload-scope';

/** Where rows of uploads lie: few uploads, named by number. */
export interface UploadPlace extends HourRange {
  readonly uploads: UploadScope;
  readonly profiles: readonly bigint[];
}

/** Where the samples of spans lie. */
export interface SpanPlace extends UploadPlace {
  readonly spans: SpanMatch;
}

/** Entries of span dictionaries that are of the spans: parallel lists. `inferred`: found by thread and time. */
export interface SpanEntries {
  readonly profiles: readonly bigint[];
  readonly contexts: readonly number[];
  readonly inferred: readonly boolean[];
}

/** Which of the spans' samples. */
export interface WantedSamples {
  readonly types: readonly string[];
  readonly contexts: readonly ContextFilter[];
}

/**
 * Samples of spans in several types, by type, stack and thread. An hour of a service is read for it, so its entries come as values: the
 * engine then reads two columns of the types' rows in the hour, and the rest of matching rows only.
 */
export function spanSamplesStatement(place: UploadPlace, entries: SpanEntries, wanted: WantedSamples): Statement {
  const bindings = new Bindings();
  const marked = inferredOf(entries);
  const isMarked = marked.contexts.length === 0 ? '0' : isEntry(bindings, marked);
  const ofEntries = isEntry(bindings, entries);
  const conditions = [
    `s.tenant = ${bindings.bind('String', place.uploads.tenant)}`,
    `s.service IN ${bindings.bind('Array(String)', place.services)}`,
    `s.profile_type IN ${bindings.bind('Array(String)', wanted.types)}`,
    `s.hour >= toDateTime(${bindings.bind('Int64', place.firstHour)}, 'UTC')`,
    `s.hour <= toDateTime(${bindings.bind('Int64', place.lastHour)}, 'UTC')`,
    ...wanted.contexts.map((filter) => contextCondition(bindings, place, filter)),
  ];
  return bindings.statement(
    `SELECT toString(s.profile_type) AS type_key, s.stack AS stack_key, toString(s.thread) AS thread_key,
       toFloat64(sum(s.value)) AS value_sum, toFloat64(sum(s.count)) AS samples,
       toFloat64(sumIf(s.value, ${isMarked})) AS inferred_sum, toFloat64(sumIf(s.count, ${isMarked})) AS inferred_samples
     FROM samples AS s WHERE ${ofEntries} AND ${conditions.join(' AND ')} GROUP BY type_key, stack_key, thread_key`
  );
}

type EntryKeys = Pick<SpanEntries, 'profiles' | 'contexts'>;

function inferredOf({ profiles, contexts, inferred }: SpanEntries): EntryKeys {
  return {
    profiles: profiles.filter((_, at) => inferred[at]),
    contexts: contexts.filter((_, at) => inferred[at]),
  };
}

/** Whether a row of `samples` is of one of the entries. */
function isEntry(bindings: Bindings, { profiles, contexts }: EntryKeys): string {
  const distinct = [...new Set(profiles)];
  const single = [
    `s.profile IN ${bindings.bind('Array(UInt64)', distinct)}`,
    `s.context IN ${bindings.bind('Array(UInt32)', [...new Set(contexts)])}`,
  ];
  if (distinct.length < 2) {
    return single.join(' AND ');
  }
  const pairs = `arrayZip(${bindings.bind('Array(UInt64)', profiles)}, ${bindings.bind('Array(UInt32)', contexts)})`;
  return `${single.join(' AND ')} AND (s.profile, s.context) IN ${pairs}`;
}

/** `UploadSpans` of the uploads that may be in the scope, as they hold the spans: a row each. */
export function heldSpansStatement(scope: UploadScope, spans: SpanMatch): Statement {
  const bindings = new Bindings();
  return bindings.statement(uploadSpans(bindings, spans, spanHolders(bindings, scope, spans)));
}

/** The same of uploads that are known. */
export function placedSpansStatement(place: SpanPlace): Statement {
  const bindings = new Bindings();
  const numbers = bindings.bind('Array(UInt64)', place.profiles);
  return bindings.statement(
    uploadSpans(bindings, place.spans, `${entryWindow(bindings, place)} AND profile IN ${numbers}`)
  );
}

function uploadSpans(bindings: Bindings, spans: SpanMatch, condition: string): string {
  const isOfSpans = spanEntryCondition(bindings, spans, 'span_id', 'root_id');
  return `SELECT profile AS profile_key,
      arrayFilter((at, span_id, root_id) -> ${isOfSpans}, arrayEnumerate(span), span, root) AS context_keys,
      arrayMap(at -> inferred[at], context_keys) AS inferred_marks,
      arrayMap(at -> toString(endpoint[at]), context_keys) AS endpoint_texts,
      arrayMap(at -> toString(operation[at]), context_keys) AS operation_texts,
      arrayMap(at -> trace_high[at], context_keys) AS trace_high_ids,
      arrayMap(at -> trace_low[at], context_keys) AS trace_low_ids
    FROM profile_spans WHERE ${condition} LIMIT 1 BY profile`;
}

/** One row, if an entry of the spans was found by thread and time. */
export function inferredEntriesStatement(place: SpanPlace): Statement {
  const bindings = new Bindings();
  const condition = spanEntryCondition(bindings, place.spans, 'span_id', 'root_id');
  return bindings.statement(
    `SELECT mark FROM (
      SELECT span, root, inferred FROM profile_spans
      WHERE ${entryWindow(bindings, place)} AND profile IN ${bindings.bind('Array(UInt64)', place.profiles)}
    ) ARRAY JOIN span AS span_id, root AS root_id, inferred AS mark
    WHERE mark = 1 AND ${condition} LIMIT 1`
  );
}

/**
 * One row: the entries of an endpoint in the uploads' span dictionaries (`profile_keys`, `context_keys`), and how many requests they are
 * of: as the clients counted them (`counted`), and how many have samples (`sampled`, by root span, else by span).
 */
export function endpointEntriesStatement(place: UploadPlace, endpoint: string): Statement {
  const bindings = new Bindings();
  const numbers = bindings.bind('Array(UInt64)', place.profiles);
  const name = bindings.bind('String', endpoint);
  return bindings.statement(
    `SELECT groupArray(profile) AS profile_keys, groupArray(context) AS context_keys,
       toFloat64(uniqExactIf(if(root_id = 0, span_id, root_id), span_id != 0 OR root_id != 0)) AS sampled,
       (SELECT toFloat64(sum(endpoint_counts[${name}])) FROM profiles
        WHERE tenant = ${bindings.bind('String', place.uploads.tenant)} AND profile IN ${numbers}) AS counted
     FROM (
       SELECT profile, arrayEnumerate(span) AS contexts, span, root, endpoint FROM profile_spans
       WHERE ${entryWindow(bindings, place)} AND profile IN ${numbers} LIMIT 1 BY profile
     ) ARRAY JOIN contexts AS context, span AS span_id, root AS root_id, endpoint AS endpoint_name
     WHERE endpoint_name = ${name}`
  );
}

/** Public id, window, profile types, and place of the raw upload of profiles. */
export function rawPlacesStatement(uploads: UploadScope, profiles: readonly bigint[]): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT profile AS number, toString(id) AS uuid, toString(service) AS service_name,
       toFloat64(toUnixTimestamp64Micro(start)) AS start_us, toFloat64(toUnixTimestamp64Micro(end)) AS end_us,
       arrayMap(type -> toString(type), types) AS type_names, toString(raw_segment) AS segment, toFloat64(raw_offset) AS offset_bytes, toFloat64(raw_length) AS length_bytes
     FROM profiles
     WHERE tenant = ${bindings.bind('String', uploads.tenant)} AND profile IN ${bindings.bind('Array(UInt64)', profiles)}
     ORDER BY start, profile`
  );
}

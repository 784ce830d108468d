import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { finds } from './profile-condition';
import { profileNumbers, spanEntryCondition, spanWindow, type SpanMatch, type UploadScope } from './upload-scope';

/** Which samples a question is about: of which uploads, of which type, and what they ran for. */
export interface SampleScope {
  readonly uploads: UploadScope;
  readonly profileType: string;
  /** Services of the uploads: the sort key's second column. */
  readonly services: readonly string[];
  /** Hours in which the uploads start, seconds since 1970, both included. */
  readonly firstHour: number;
  readonly lastHour: number;
  /** The uploads' numbers when they are few; else they are looked up again. */
  readonly profiles?: readonly bigint[];
  readonly spans?: SpanMatch;
  readonly contexts: readonly ContextFilter[];
}

/** A stack filter on something that is not in the stack. '' stands for samples that have none. */
export interface ContextFilter {
  readonly dimension: 'thread' | 'endpoint' | 'span';
  readonly match: 'any' | 'regex';
  /** Whole values, patterns, or span ids. */
  readonly values: readonly string[];
  readonly spanIds: readonly bigint[];
  readonly exclude: boolean;
}

export type SampleKey = 'profile' | 'stack' | 'context' | 'thread' | 'endpoint' | 'span' | 'inferred';

/** Keys that only the entries of span dictionaries have. */
const entryKeys: readonly SampleKey[] = ['endpoint', 'span', 'inferred'];

/** How to join values of uploads: `sum`, or the average over `coveredUs`, each value weighted with its upload's length. */
export type Merge = { readonly kind: 'sum' } | { readonly kind: 'average'; readonly coveredUs: number };

/**
 * Values of samples grouped by `keys`. Averages come as `value` (whole part) and `fraction` (0 ≤ fraction < 1), exactly, as
 * value × length needs more than 64 bits.
 */
export function samplesStatement(scope: SampleScope, keys: readonly SampleKey[], merge: Merge): Statement {
  const bindings = new Bindings();
  const needsEntries = keys.some((key) => entryKeys.includes(key));
  const columns = [...keys.map(keyColumn), ...valueColumns(bindings, merge), 'toFloat64(sum(count)) AS samples'];
  const from = [
    'samples AS s',
    needsEntries
      ? `LEFT JOIN (${spanEntries(bindings, scope)}) AS e ON s.profile = e.profile AND s.context = e.context`
      : '',
    merge.kind === 'average' ? `INNER JOIN (${lengths(bindings, scope)}) AS l ON s.profile = l.profile` : '',
  ];
  const group = keys.length === 0 ? '' : `GROUP BY ${keys.join('_key, ')}_key`;
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM ${from.join(' ')} WHERE ${sampleCondition(bindings, scope)} ${group}`
  );
}

function keyColumn(key: SampleKey): string {
  switch (key) {
    case 'thread':
      return 'toString(s.thread) AS thread_key';
    case 'endpoint':
      return 'toString(e.endpoint) AS endpoint_key';
    case 'span':
    case 'inferred':
      return `e.${key} AS ${key}_key`;
    default:
      return `s.${key} AS ${key}_key`;
  }
}

function valueColumns(bindings: Bindings, merge: Merge): string[] {
  if (merge.kind === 'sum') {
    return ['toFloat64(sum(s.value)) AS value_sum'];
  }
  const covered = `toInt128(${bindings.bind('UInt64', merge.coveredUs)})`;
  const weighted = 'sum(toInt128(s.value) * l.length_us)';
  return [
    `toFloat64(intDiv(${weighted}, ${covered})) AS value_sum`,
    `toFloat64(${weighted} % ${covered}) / toFloat64(${covered}) AS fraction`,
  ];
}

function lengths(bindings: Bindings, scope: SampleScope): string {
  const length = 'greatest(1, toUnixTimestamp64Micro(end) - toUnixTimestamp64Micro(start)) AS length_us';
  return `SELECT profile, ${length} FROM profiles WHERE profile IN (${profilesOf(bindings, scope)})`;
}

/** One row per entry of the uploads' span dictionaries; `context` is its position. */
function spanEntries(bindings: Bindings, scope: SampleScope): string {
  return `SELECT profile, context, span, endpoint, inferred FROM (
    SELECT profile, arrayEnumerate(span) AS contexts, span AS spans, endpoint AS endpoints, inferred AS marks FROM profile_spans
    WHERE ${spanWindow(bindings, scope.uploads)} AND profile IN (${profilesOf(bindings, scope)})
  ) ARRAY JOIN contexts AS context, spans AS span, endpoints AS endpoint, marks AS inferred`;
}

/** Stacks of the samples in scope, as a subquery. */
export function stacksOf(bindings: Bindings, scope: SampleScope): string {
  return `SELECT DISTINCT s.stack FROM samples AS s WHERE ${sampleCondition(bindings, scope)}`;
}

function sampleCondition(bindings: Bindings, scope: SampleScope): string {
  const conditions = [
    `s.tenant = ${bindings.bind('String', scope.uploads.tenant)}`,
    `s.service IN ${bindings.bind('Array(String)', scope.services)}`,
    `s.profile_type = ${bindings.bind('String', scope.profileType)}`,
    `s.hour >= toDateTime(${bindings.bind('Int64', scope.firstHour)}, 'UTC')`,
    `s.hour <= toDateTime(${bindings.bind('Int64', scope.lastHour)}, 'UTC')`,
    `s.profile IN (${profilesOf(bindings, scope)})`,
    ...scope.contexts.map((filter) => contextCondition(bindings, scope, filter)),
  ];
  if (scope.spans !== undefined) {
    const condition = spanEntryCondition(bindings, scope.spans, 'span', 'root');
    conditions.push(`(s.profile, s.context) IN (${entriesWith(bindings, scope, condition)})`);
  }
  return conditions.join(' AND ');
}

function profilesOf(bindings: Bindings, scope: SampleScope): string {
  return scope.profiles === undefined
    ? profileNumbers(bindings, scope.uploads)
    : `SELECT arrayJoin(${bindings.bind('Array(UInt64)', scope.profiles)})`;
}

/** (profile, context) of entries of span dictionaries that meet a condition on `span`, `root`, `endpoint`. */
function entriesWith(bindings: Bindings, scope: SampleScope, condition: string): string {
  return `SELECT profile, context FROM (
    SELECT profile, arrayEnumerate(span) AS contexts, span AS spans, root AS roots, endpoint AS endpoints FROM profile_spans
    WHERE ${spanWindow(bindings, scope.uploads)} AND profile IN (${profilesOf(bindings, scope)})
  ) ARRAY JOIN contexts AS context, spans AS span, roots AS root, endpoints AS endpoint WHERE ${condition}`;
}

function contextCondition(bindings: Bindings, scope: SampleScope, filter: ContextFilter): string {
  const condition =
    filter.dimension === 'thread' ? threadCondition(bindings, filter) : entryCondition(bindings, scope, filter);
  return filter.exclude ? `NOT (${condition})` : `(${condition})`;
}

function threadCondition(bindings: Bindings, { match, values }: ContextFilter): string {
  return match === 'regex'
    ? values.map((value) => finds(bindings, 'toString(s.thread)', value)).join(' OR ')
    : `s.thread IN ${bindings.bind('Array(String)', values)}`;
}

function entryCondition(bindings: Bindings, scope: SampleScope, filter: ContextFilter): string {
  const inEntries = (condition: string) => `(s.profile, s.context) IN (${entriesWith(bindings, scope, condition)})`;
  const wanted = inEntries(entryMatch(bindings, filter));
  if (filter.match === 'any' && filter.values.includes('')) {
    const some = filter.dimension === 'span' ? 'span != 0' : `endpoint != ''`;
    return `${wanted} OR NOT (${inEntries(some)})`;
  }
  return wanted;
}

function entryMatch(bindings: Bindings, { dimension, match, values, spanIds }: ContextFilter): string {
  if (dimension === 'span') {
    return `span IN ${bindings.bind('Array(UInt64)', spanIds)}`;
  }
  return match === 'regex'
    ? `(${values.map((value) => finds(bindings, 'toString(endpoint)', value)).join(' OR ')})`
    : `endpoint IN ${bindings.bind('Array(String)', values)}`;
}

import type { ProfileFilter } from '../../../src/model/profile-filter';
import type { Statement } from '../../engines/engine';
import type { ContextDimension } from '../../../src/model/dimensions';
import { Bindings } from './bindings';
import { finds, profileCondition } from './profile-condition';
import { profileNumbers, spanEntryCondition, spanWindow, type SpanMatch, type UploadScope } from './upload-scope';

/** Services and hours in which uploads of them start, seconds since 1970, both ends included: how tables of samples are sorted. */
export interface HourRange {
  readonly services: readonly string[];
  readonly firstHour: number;
  readonly lastHour: number;
}

/** Which samples a question is about: of which uploads, of which type, and what they ran for. */
export interface SampleScope extends HourRange {
  readonly uploads: UploadScope;
  readonly profileType: string;
  /** Hours of services that are read from the rollup; only for questions by stack. */
  readonly rolledUp?: RolledUp;
  /** With `rolledUp`: the hours of services whose single samples are read beside it, as parallel lists, and how many uploads they have. */
  readonly single?: {
    readonly services: readonly string[];
    readonly hours: readonly number[];
    readonly uploads: number;
  };
  /** The uploads' numbers when they are few; else they are looked up again. */
  readonly profiles?: readonly bigint[];
  readonly spans?: SpanMatch;
  readonly contexts: readonly ContextFilter[];
  /** Only samples of these stacks, or of all but these. */
  readonly stacks?: { readonly only: readonly bigint[] } | { readonly not: readonly bigint[] };
}

/** Stacks and the mask of each, parallel lists: bit k is set where the stack counts for row k of `rows`. */
export interface StackMasks {
  readonly stacks: readonly bigint[];
  readonly masks: readonly bigint[];
  readonly rows: number;
  /** What is summed: values, or numbers of samples. */
  readonly count: 'value' | 'samples';
}

/** Hours of `samples_1h`: the numbers of the builds that hold them as they are now. `filter` is on service and version. */
export interface RolledUp {
  readonly builds: readonly bigint[];
  readonly filter: ProfileFilter;
}

/** A stack filter on something that is not in the stack. '' stands for samples that have none. */
export interface ContextFilter {
  readonly dimension: ContextDimension;
  readonly match: 'any' | 'regex';
  /** Whole values, patterns, or span ids. */
  readonly values: readonly string[];
  readonly spanIds: readonly bigint[];
  readonly exclude: boolean;
}

export type SampleKey = 'profile' | 'stack' | 'context' | ContextDimension | 'inferred';

/** Keys that only the entries of span dictionaries have. */
export const entryKeys: readonly SampleKey[] = ['endpoint', 'span', 'sampleLabel', 'inferred'];

/** How to join values of uploads: `sum`, or the average over `coveredUs`, each value weighted with its upload's length. */
export type Merge =
  | { readonly kind: 'sum' }
  | { readonly kind: 'average'; readonly coveredUs: number }
  /** Σ value × length, for who divides later. */
  | { readonly kind: 'weighted' };

/**
 * Values of samples grouped by `keys`. Averages come as `value` (whole part) and `fraction` (0 ≤ fraction < 1), exactly, as
 * value × length needs more than 64 bits; in order of the stack, as fractions are carried from row to row.
 */
export function samplesStatement(scope: SampleScope, keys: readonly SampleKey[], merge: Merge): Statement {
  const bindings = new Bindings();
  const names = keys.map((key) => `${key}_key`);
  const columns = [...names, ...valueColumns(bindings, merge), 'toFloat64(sum(sample_count)) AS samples'];
  const group = keys.length === 0 ? '' : `GROUP BY ${names.join(', ')}`;
  const order = merge.kind === 'average' && keys.length > 0 ? `ORDER BY ${names.join(', ')}` : '';
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM (${sources(bindings, scope, keys, merge).join(' UNION ALL ')}) ${group} ${order}`
  );
}

/** Sums of the samples of some stacks by upload, a column `row0`, `row1`, … per row. */
export function masksStatement(scope: SampleScope, masks: StackMasks): Statement {
  const bindings = new Bindings();
  const ids = bindings.bind('Array(UInt64)', masks.stacks);
  const part = masks.count === 'value' ? 's.value' : 'toInt64(s.count)';
  const where = `${sampleCondition(bindings, scope)} AND s.stack IN ${ids}`;
  if (masks.rows === 1) {
    return bindings.statement(
      `SELECT s.profile AS profile_key, toFloat64(sum(${part})) AS row0 FROM samples AS s WHERE ${where} GROUP BY profile_key`
    );
  }
  const mask = `transform(s.stack, ${ids}, ${bindings.bind('Array(UInt64)', masks.masks)}, toUInt64(0))`;
  const sums = Array.from(
    { length: masks.rows },
    (_, row) => `toFloat64(sumIf(part, bitTest(mask, ${row}))) AS row${row}`
  );
  return bindings.statement(
    `SELECT profile_key, ${sums.join(', ')} FROM (
       SELECT s.profile AS profile_key, ${part} AS part, ${mask} AS mask FROM samples AS s WHERE ${where}
     ) GROUP BY profile_key`
  );
}

/** Rows to sum up: the keys, `part` of the value, `sample_count`. */
function sources(bindings: Bindings, scope: SampleScope, keys: readonly SampleKey[], merge: Merge): string[] {
  const { rolledUp, single } = scope;
  const fromSamples = single?.hours.length === 0 ? [] : [singleSamples(bindings, scope, keys, merge)];
  const fromRollup = rolledUp === undefined ? [] : [rolledUpSamples(bindings, scope, rolledUp, keys, merge)];
  return [...fromSamples, ...fromRollup];
}

function singleSamples(bindings: Bindings, scope: SampleScope, keys: readonly SampleKey[], merge: Merge): string {
  const isAverage = merge.kind !== 'sum';
  const part = isAverage ? 'toInt128(s.value) * l.length_us' : 's.value';
  const from = [
    'samples AS s',
    keys.some((key) => entryKeys.includes(key))
      ? `LEFT JOIN (${spanEntries(bindings, scope, keys)}) AS e ON s.profile = e.profile AND s.context = e.context`
      : '',
    isAverage ? `INNER JOIN (${lengths(bindings, scope)}) AS l ON s.profile = l.profile` : '',
  ];
  const columns = [...keys.map(keyColumn), `${part} AS part`, 'toUInt64(s.count) AS sample_count'];
  return `SELECT ${columns.join(', ')} FROM ${from.join(' ')} WHERE ${sampleCondition(bindings, scope)}`;
}

function rolledUpSamples(
  bindings: Bindings,
  scope: SampleScope,
  { builds, filter }: RolledUp,
  keys: readonly SampleKey[],
  merge: Merge
): string {
  if (keys.some((key) => key !== 'stack')) {
    throw new TypeError(`the rollup knows stacks only, not ${keys.join(', ')}`);
  }
  const columns = [
    ...keys.map((key) => `s.${key} AS ${key}_key`),
    `s.${merge.kind === 'sum' ? 'value' : 'weighted'} AS part`,
    's.count AS sample_count',
  ];
  const conditions = [
    ...keyConditions(bindings, scope),
    `s.build IN ${bindings.bind('Array(UInt64)', builds)}`,
    profileCondition(bindings, filter),
  ];
  return `SELECT ${columns.join(', ')} FROM samples_1h AS s WHERE ${conditions.join(' AND ')}`;
}

function keyColumn(key: SampleKey): string {
  switch (key) {
    case 'thread':
      return 'toString(s.thread) AS thread_key';
    case 'endpoint':
      return 'toString(e.endpoint) AS endpoint_key';
    case 'sampleLabel':
      return 'e.label AS sampleLabel_key';
    case 'span':
    case 'inferred':
      return `e.${key} AS ${key}_key`;
    default:
      return `s.${key} AS ${key}_key`;
  }
}

function valueColumns(bindings: Bindings, merge: Merge): string[] {
  if (merge.kind === 'sum') {
    return ['toFloat64(sum(part)) AS value_sum'];
  }
  if (merge.kind === 'weighted') {
    return ['sum(part) AS weighted_sum'];
  }
  const covered = `toInt128(${bindings.bind('UInt64', merge.coveredUs)})`;
  return [
    `toFloat64(intDiv(sum(part), ${covered})) AS value_sum`,
    `toFloat64(sum(part) % ${covered}) / toFloat64(${covered}) AS fraction`,
  ];
}

function lengths(bindings: Bindings, scope: SampleScope): string {
  const length = 'greatest(1, toUnixTimestamp64Micro(end) - toUnixTimestamp64Micro(start)) AS length_us';
  return `SELECT profile, ${length} FROM profiles WHERE profile IN (${profilesOf(bindings, scope)})`;
}

/** Rows of `profile_spans` of the scope's services and hours. */
export function entryWindow(bindings: Bindings, scope: HourRange & Pick<SampleScope, 'uploads'>): string {
  const from = `toDateTime(${bindings.bind('Int64', scope.firstHour)}, 'UTC')`;
  const to = `toDateTime(${bindings.bind('Int64', scope.lastHour + 3600)}, 'UTC')`;
  const services = bindings.bind('Array(String)', scope.services);
  return `${spanWindow(bindings, scope.uploads)} AND service IN ${services} AND start >= ${from} AND start < ${to}`;
}

/** One row per entry of the uploads' span dictionaries; `context` is its position, `label` only there when it is a key. */
function spanEntries(bindings: Bindings, scope: SampleScope, keys: readonly SampleKey[]): string {
  const { column, join, name } = keys.includes('sampleLabel') ? labelsOfEntries : noLabels;
  return `SELECT profile, context, span, endpoint, inferred${name} FROM (
    SELECT profile, arrayEnumerate(span) AS contexts, span AS spans, endpoint AS endpoints, inferred AS marks${column} FROM profile_spans
    WHERE ${entryWindow(bindings, scope)} AND profile IN (${profilesOf(bindings, scope)})
  ) ARRAY JOIN contexts AS context, spans AS span, endpoints AS endpoint, marks AS inferred${join}`;
}

/** An upload without any label has an empty list, whatever it has of spans. */
const labelsOfEntries = {
  column: ', arrayResize(labels, length(span)) AS texts',
  join: ', texts AS label',
  name: ', label',
};
const noLabels = { column: '', join: '', name: '' };

function sampleCondition(bindings: Bindings, scope: SampleScope): string {
  const conditions = [
    ...keyConditions(bindings, scope),
    ...(scope.single === undefined ? [] : [placeCondition(bindings, scope.single)]),
    `s.profile IN (${profilesOf(bindings, scope)})`,
    ...scope.contexts.map((filter) => contextCondition(bindings, scope, filter)),
    ...stackConditions(bindings, scope),
  ];
  if (scope.spans !== undefined) {
    const condition = spanEntryCondition(bindings, scope.spans, 'span', 'root');
    conditions.push(`(s.profile, s.context) IN (${entriesWith(bindings, scope, condition)})`);
  }
  return conditions.join(' AND ');
}

/** On rows of `samples` or `samples_1h`: the first columns of their sort key. */
function keyConditions(
  bindings: Bindings,
  { uploads, services, profileType, firstHour, lastHour }: SampleScope
): string[] {
  return [
    `s.tenant = ${bindings.bind('String', uploads.tenant)}`,
    `s.service IN ${bindings.bind('Array(String)', services)}`,
    `s.profile_type = ${bindings.bind('String', profileType)}`,
    `s.hour >= toDateTime(${bindings.bind('Int64', firstHour)}, 'UTC')`,
    `s.hour <= toDateTime(${bindings.bind('Int64', lastHour)}, 'UTC')`,
  ];
}

function stackConditions(bindings: Bindings, { stacks }: SampleScope): string[] {
  if (stacks === undefined) {
    return [];
  }
  const [word, ids] = 'only' in stacks ? ['IN', stacks.only] : ['NOT IN', stacks.not];
  return [`s.stack ${word} ${bindings.bind('Array(UInt64)', ids)}`];
}

function placeCondition(bindings: Bindings, { services, hours }: NonNullable<SampleScope['single']>): string {
  const listed = `s.hour IN (SELECT toDateTime(arrayJoin(${bindings.bind('Array(UInt32)', [...new Set(hours)])}), 'UTC'))`;
  const pairs = `arrayZip(${bindings.bind('Array(String)', services)}, ${bindings.bind('Array(UInt32)', hours)})`;
  return `${listed} AND (toString(s.service), toUnixTimestamp(s.hour)) IN (
    SELECT place.1, place.2 FROM (SELECT arrayJoin(${pairs}) AS place)
  )`;
}

function profilesOf(bindings: Bindings, scope: EntryScope): string {
  return scope.profiles === undefined
    ? `${profileNumbers(bindings, scope.uploads)} AND ${startCondition(bindings, scope)}`
    : `SELECT arrayJoin(${bindings.bind('Array(UInt64)', scope.profiles)})`;
}

/** Leaves out uploads of other hours than are read: a week has a million of them. */
function startCondition(bindings: Bindings, { firstHour, lastHour, single }: EntryScope): string {
  const second = (seconds: number) => `fromUnixTimestamp64Milli(${bindings.bind('Int64', seconds * 1000)}, 'UTC')`;
  const range = `start >= ${second(firstHour)} AND start < ${second(lastHour + 3600)}`;
  if (single === undefined) {
    return range;
  }
  const hours = bindings.bind('Array(UInt32)', [...new Set(single.hours)]);
  return `${range} AND toUInt32(intDiv(toUnixTimestamp(start), 3600) * 3600) IN (SELECT arrayJoin(${hours}))`;
}

/** (profile, context) of entries of span dictionaries that meet a condition on `span`, `root`, `endpoint`; or on `label`. */
function entriesWith(bindings: Bindings, scope: EntryScope, condition: string, { column, join } = noLabels): string {
  return `SELECT profile, context FROM (
    SELECT profile, arrayEnumerate(span) AS contexts, span AS spans, root AS roots, endpoint AS endpoints${column} FROM profile_spans
    WHERE ${entryWindow(bindings, scope)} AND profile IN (${profilesOf(bindings, scope)})
  ) ARRAY JOIN contexts AS context, spans AS span, roots AS root, endpoints AS endpoint${join} WHERE ${condition}`;
}

/** Of which uploads the entries are. */
type EntryScope = HourRange & Pick<SampleScope, 'uploads' | 'profiles' | 'single'>;

/** On rows of `samples` named `s`. */
export function contextCondition(bindings: Bindings, scope: EntryScope, filter: ContextFilter): string {
  const { dimension } = filter;
  const condition =
    dimension === 'thread' ? threadCondition(bindings, filter) : entryCondition(bindings, scope, filter, dimension);
  return filter.exclude ? `NOT (${condition})` : `(${condition})`;
}

function threadCondition(bindings: Bindings, { match, values }: ContextFilter): string {
  return match === 'regex'
    ? values.map((value) => finds(bindings, 'toString(s.thread)', value)).join(' OR ')
    : `s.thread IN ${bindings.bind('Array(String)', values)}`;
}

function entryCondition(
  bindings: Bindings,
  scope: EntryScope,
  filter: ContextFilter,
  dimension: keyof typeof saysSome
): string {
  const labels = dimension === 'sampleLabel' ? labelsOfEntries : noLabels;
  const inEntries = (condition: string) =>
    `(s.profile, s.context) IN (${entriesWith(bindings, scope, condition, labels)})`;
  const wanted = inEntries(entryMatch(bindings, filter));
  if (filter.match === 'any' && filter.values.includes('')) {
    return `${wanted} OR NOT (${inEntries(saysSome[dimension])})`;
  }
  return wanted;
}

/** Conditions on an entry that has something to say. */
const saysSome = { span: 'span != 0', endpoint: `endpoint != ''`, sampleLabel: `label != ''` } as const;

function entryMatch(bindings: Bindings, filter: ContextFilter): string {
  const { dimension, match, values, spanIds } = filter;
  if (dimension === 'span') {
    return `span IN ${bindings.bind('Array(UInt64)', spanIds)}`;
  }
  if (dimension === 'sampleLabel') {
    return labelMatch(bindings, filter);
  }
  return match === 'regex'
    ? `(${values.map((value) => finds(bindings, 'toString(endpoint)', value)).join(' OR ')})`
    : `endpoint IN ${bindings.bind('Array(String)', values)}`;
}

/** On the text of an entry's labels: one of them is wanted. */
function labelMatch(bindings: Bindings, { match, values }: ContextFilter): string {
  const lines = `splitByChar('\\n', label)`;
  return match === 'regex'
    ? `arrayExists(line -> ${values.map((value) => finds(bindings, 'line', value)).join(' OR ')}, ${lines})`
    : `hasAny(${lines}, ${bindings.bind('Array(String)', values.filter(Boolean))})`;
}

import type { ProfileFilter } from '../../../src/model/profile-filter';
import type { Bindings } from './bindings';
import { mergedProfiles, nearCondition, readsMergedFields } from './part-scope';
import { profileCondition } from './profile-condition';
import { instant, type Window } from './window';

/** Which uploads a question is about. */
export interface UploadScope {
  readonly tenant: string;
  readonly filter: ProfileFilter;
  readonly window: Window;
  /** UUIDs; absent = all. */
  readonly profileIds?: readonly string[];
  readonly spans?: SpanMatch;
  /** The uploads that hold the spans, where they were looked up already. */
  readonly spanUploads?: readonly UploadSpans[];
  /** Leave out uploads that could not be read. */
  readonly readableOnly: boolean;
  /** With spans: every part of the profiles that they ran in, not only the parts that name them. */
  readonly wholeProfiles?: boolean;
  /** Some profiles here have several parts, and the scope depends on more than each part says for itself (`part-scope.ts`). */
  readonly merged?: boolean;
}

/** `span`: samples of these spans; `root`: samples whose root span is one of these, or the span itself where roots are unknown. */
export interface SpanMatch {
  readonly kind: 'span' | 'root';
  readonly ids: readonly bigint[];
}

/** Entries of an upload's span dictionary that are of spans, and what they say: parallel lists. May be none. */
export interface UploadSpans {
  readonly profile: bigint;
  /** Positions in the dictionary, from 1. */
  readonly contexts: readonly number[];
  /** Found by thread and time. */
  readonly inferred: readonly boolean[];
  readonly endpoints: readonly string[];
  readonly operations: readonly string[];
  /** Upper and lower half of the trace ids. */
  readonly traces: ReadonlyArray<readonly [high: bigint, low: bigint]>;
}

/** The scope as a condition on rows of `profiles`: each part of a profile for itself, but for what only all together know. */
export function uploadCondition(bindings: Bindings, scope: UploadScope): string {
  const conditions = [
    `tenant = ${bindings.bind('String', scope.tenant)}`,
    windowCondition(bindings, scope.window),
    scope.merged && readsMergedFields(scope.filter)
      ? `id IN (SELECT id FROM ${mergedProfiles(bindings, scope)} WHERE ${profileCondition(bindings, scope.filter)})`
      : profileCondition(bindings, scope.filter),
  ];
  if (scope.readableOnly) {
    conditions.push(`status = 'ok'`);
  }
  if (scope.profileIds !== undefined) {
    conditions.push(`id IN ${bindings.bind('Array(UUID)', scope.profileIds)}`);
  }
  if (scope.spans !== undefined) {
    conditions.push(
      scope.wholeProfiles
        ? `id IN (${idsWithSpans(bindings, scope, scope.spans)})`
        : holdsSpans(bindings, scope, scope.spans)
    );
  }
  return conditions.join(' AND ');
}

/**
 * The scope with one row per profile, as what follows FROM. The first part stands for its profile: all parts have its labels, and its
 * start says where in time the profile is. In a merged scope all parts are joined before they are looked at.
 */
export function oneRowPerProfile(bindings: Bindings, scope: UploadScope): string {
  if (!scope.merged) {
    return `profiles WHERE part = 0 AND ${uploadCondition(bindings, scope)}`;
  }
  const conditions = [
    windowCondition(bindings, scope.window, profileStart(scope)),
    profileCondition(bindings, scope.filter),
    ...(scope.readableOnly ? [`status = 'ok'`] : []),
    ...(scope.profileIds === undefined ? [] : [`id IN ${bindings.bind('Array(UUID)', scope.profileIds)}`]),
    ...(scope.spans === undefined ? [] : [`id IN (${idsWithSpans(bindings, scope, scope.spans)})`]),
  ];
  return `${mergedProfiles(bindings, scope)} WHERE ${conditions.join(' AND ')}`;
}

/** When a profile started, to sort and count it by: the start of its first part. */
export function profileStart({ merged }: UploadScope): string {
  return merged ? 'first_start' : 'start';
}

function idsWithSpans(bindings: Bindings, scope: UploadScope, spans: SpanMatch): string {
  return `SELECT id FROM profiles WHERE ${nearCondition(bindings, scope, 'profiles')}
    AND profile IN (${spanProfiles(bindings, scope, spans)})`;
}

/** The numbers of the scope's profiles, as a subquery. */
export function profileNumbers(bindings: Bindings, scope: UploadScope): string {
  return `SELECT profile FROM profiles WHERE ${uploadCondition(bindings, scope)}`;
}

function windowCondition(bindings: Bindings, { kind, fromMs, toMs }: Window, placedAt = 'start'): string {
  const from = instant(bindings, fromMs);
  const to = instant(bindings, toMs);
  return kind === 'starts'
    ? `${placedAt} >= ${from} AND ${placedAt} < ${to}`
    : `start < ${to} AND (end > ${from} OR start >= ${from})`;
}

const lastSecond = 4_294_967_295;

/** Seconds, as DateTime columns hold them. */
function second(bindings: Bindings, seconds: number): string {
  return `toDateTime(${bindings.bind('Int64', Math.min(lastSecond, Math.max(0, seconds)))}, 'UTC')`;
}

/** No upload is taken to be longer than this when spans are looked up by time. */
const longestUploadMs = 24 * 3600_000;

function holdsSpans(bindings: Bindings, scope: UploadScope, spans: SpanMatch): string {
  const { spanUploads } = scope;
  if (spanUploads === undefined) {
    return `profile IN (${spanProfiles(bindings, scope, spans)})`;
  }
  return spanUploads.length === 0
    ? '0'
    : `profile IN ${bindings.bind(
        'Array(UInt64)',
        spanUploads.map(({ profile }) => profile)
      )}`;
}

/** Numbers of the uploads in the scope's tenant and time whose span dictionaries name the spans. */
function spanProfiles(bindings: Bindings, scope: UploadScope, spans: SpanMatch): string {
  return `SELECT profile FROM profile_spans WHERE ${spanHolders(bindings, scope, spans)}`;
}

/** The same as a condition on rows of `profile_spans`. */
export function spanHolders(bindings: Bindings, scope: UploadScope, spans: SpanMatch): string {
  const ids = bindings.bind('Array(UInt64)', spans.ids);
  const holds = spans.kind === 'span' ? `hasAny(span, ${ids})` : `(hasAny(root, ${ids}) OR hasAny(span, ${ids}))`;
  return `${spanWindow(bindings, scope)} AND ${holds}`;
}

/** Rows of `profile_spans` that may belong to uploads of the scope. */
export function spanWindow(bindings: Bindings, { tenant, window }: UploadScope): string {
  const from = second(bindings, Math.floor((window.fromMs - longestUploadMs) / 1000));
  const to = second(bindings, Math.ceil(window.toMs / 1000));
  return `tenant = ${bindings.bind('String', tenant)} AND start >= ${from} AND start <= ${to}`;
}

/** The match as a condition on one entry of `profile_spans`, with the entry's ids in the given SQL. */
export function spanEntryCondition(bindings: Bindings, spans: SpanMatch, span: string, root: string): string {
  const ids = bindings.bind('Array(UInt64)', spans.ids);
  return spans.kind === 'span' ? `${span} IN ${ids}` : `(${root} IN ${ids} OR (${root} = 0 AND ${span} IN ${ids}))`;
}

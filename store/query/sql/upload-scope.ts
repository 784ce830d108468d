import type { ProfileFilter } from '../../../src/model/profile-filter';
import type { Bindings } from './bindings';
import { profileCondition } from './profile-condition';

/** Which uploads a question is about. */
export interface UploadScope {
  readonly tenant: string;
  readonly filter: ProfileFilter;
  readonly window: Window;
  /** UUIDs; absent = all. */
  readonly profileIds?: readonly string[];
  readonly spans?: SpanMatch;
  /** Leave out uploads that could not be read. */
  readonly readableOnly: boolean;
}

/** `starts`: uploads that start in [from, to); `overlaps`: whose window has a part in common with [from, to). */
export interface Window {
  readonly kind: 'starts' | 'overlaps';
  readonly fromMs: number;
  readonly toMs: number;
}

/** `span`: samples of these spans; `root`: samples whose root span is one of these, or the span itself where roots are unknown. */
export interface SpanMatch {
  readonly kind: 'span' | 'root';
  readonly ids: readonly bigint[];
}

/** The scope as a condition on rows of `profiles`. */
export function uploadCondition(bindings: Bindings, scope: UploadScope): string {
  const conditions = [
    `tenant = ${bindings.bind('String', scope.tenant)}`,
    windowCondition(bindings, scope.window),
    profileCondition(bindings, scope.filter),
  ];
  if (scope.readableOnly) {
    conditions.push(`status = 'ok'`);
  }
  if (scope.profileIds !== undefined) {
    conditions.push(`id IN ${bindings.bind('Array(UUID)', scope.profileIds)}`);
  }
  if (scope.spans !== undefined) {
    conditions.push(`profile IN (${spanProfiles(bindings, scope, scope.spans)})`);
  }
  return conditions.join(' AND ');
}

/** The numbers of the scope's profiles, as a subquery. */
export function profileNumbers(bindings: Bindings, scope: UploadScope): string {
  return `SELECT profile FROM profiles WHERE ${uploadCondition(bindings, scope)}`;
}

function windowCondition(bindings: Bindings, { kind, fromMs, toMs }: Window): string {
  const from = instant(bindings, fromMs);
  const to = instant(bindings, toMs);
  return kind === 'starts'
    ? `start >= ${from} AND start < ${to}`
    : `start < ${to} AND (end > ${from} OR start >= ${from})`;
}

/** Nanoseconds since 1970 end in 2262; beyond, comparisons would wrap. */
const lastInstantMs = 9_200_000_000_000;
const lastSecond = 4_294_967_295;

function instant(bindings: Bindings, ms: number): string {
  const possible = Math.min(lastInstantMs, Math.max(0, Math.trunc(ms)));
  return `fromUnixTimestamp64Milli(${bindings.bind('Int64', possible)}, 'UTC')`;
}

/** Seconds, as DateTime columns hold them. */
function second(bindings: Bindings, seconds: number): string {
  return `toDateTime(${bindings.bind('Int64', Math.min(lastSecond, Math.max(0, seconds)))}, 'UTC')`;
}

/** No upload is taken to be longer than this when spans are looked up by time. */
const longestUploadMs = 24 * 3600_000;

function spanProfiles(bindings: Bindings, scope: UploadScope, spans: SpanMatch): string {
  const ids = bindings.bind('Array(UInt64)', spans.ids);
  const holds = spans.kind === 'span' ? `hasAny(span, ${ids})` : `(hasAny(root, ${ids}) OR hasAny(span, ${ids}))`;
  return `SELECT profile FROM profile_spans WHERE ${spanWindow(bindings, scope)} AND ${holds}`;
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

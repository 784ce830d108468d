import type { Columns } from '../engines/engine';
import type { QueryContext, QueryTime } from './context';
import { inMergedScope } from './merged-scope';
import { missingProfile } from './missing-profile';
import { info, type Notice } from './notices';
import type { Restrictions } from './prepare';
import { limits } from './request';
import { rootsStatement } from './sql/spans';
import { readsMergedFields } from './sql/part-scope';
import type { SpanMatch, UploadScope } from './sql/upload-scope';
import { distinctProfilesStatement, uploadsStatement } from './sql/uploads';
import type { Window } from './sql/window';
import { readHeldSpans } from './span-samples';
import type { KnownUpload } from './upload-index';

/** Chosen uploads by column, oldest first; parts of one profile are uploads of their own. Windows in µs since 1970, never empty: `endUs > startUs`. */
export interface Uploads {
  readonly scope: UploadScope;
  readonly length: number;
  readonly profile: ArrayLike<bigint>;
  readonly service: readonly string[];
  readonly startUs: ArrayLike<number>;
  readonly endUs: ArrayLike<number>;
  /** What they hold of the asked profile type, hidden by no filter. */
  readonly total: ArrayLike<number>;
  readonly count: ArrayLike<number>;
  readonly carries: ArrayLike<number>;
  /** Values of the asked labels. */
  readonly labels: ReadonlyArray<readonly string[]>;
  /** How many profiles the uploads are: fewer than uploads where profiles have parts. */
  readonly profileCount: number;
  readonly notices: readonly Notice[];
}

/** Parts of one profile start at most this far apart. */
const partsMarginMs = 3600_000;

/** With an id, uploads are looked for this much before the range: links hand over the bare time of a span. */
const idMarginMs = 10 * 60_000;

/** The scope of a query, before a choice of window. */
export function scopeOf(tenant: string, restrictions: Restrictions, window: Window): UploadScope {
  const { filter, profileIds, spans, wholeUploads } = restrictions;
  return { tenant, filter, window, profileIds, spans, wholeProfiles: wholeUploads, readableOnly: true };
}

/** Every window that may matter for a range: used to see what is there. */
export function widestWindow(restrictions: Restrictions, time: QueryTime): Window {
  return asksForIds(restrictions) ? idWindow(time) : { kind: 'overlaps', fromMs: time.fromMs, toMs: time.toMs };
}

function asksForIds({ profileIds, spans }: Restrictions): boolean {
  return profileIds !== undefined || spans !== undefined;
}

function idWindow({ fromMs, toMs }: QueryTime): Window {
  return { kind: 'overlaps', fromMs: fromMs - idMarginMs, toMs: toMs + 1 };
}

/**
 * Whole uploads that start in [from, to); if none does, those that overlap, with a notice. With a profile id or span, every
 * overlapping one in [from - 10 min, to]. `found`: what `findSpanScope` says, if it was asked already.
 */
export async function chooseUploads(
  context: QueryContext,
  restrictions: Restrictions,
  time: QueryTime,
  profileType: string,
  labels: readonly string[] = [],
  found?: UploadScope
): Promise<Uploads> {
  if (restrictions.profileIds !== undefined) {
    return allPartsOf(context, restrictions, idWindow(time), profileType, labels);
  }
  const ofSpans = found ?? (await findSpanScope(context, restrictions, time));
  if (ofSpans !== undefined) {
    return readUploads(context, ofSpans, profileType, labels);
  }
  const window = { fromMs: time.fromMs, toMs: time.toMs };
  const starting = scopeOf(context.tenant, restrictions, { kind: 'starts', ...window });
  const uploads = await readUploads(context, starting, profileType, labels);
  if (uploads.length > 0) {
    return uploads;
  }
  const overlapping = scopeOf(context.tenant, restrictions, { kind: 'overlaps', ...window });
  const others = await readUploads(context, overlapping, profileType, labels);
  const notice = 'No upload starts in this range; shown are whole uploads that overlap it.';
  return others.length === 0 ? others : { ...others, notices: [info(notice)] };
}

/** Where the uploads are that hold the spans of a question; undefined = it names none, or a profile beside them. */
export async function findSpanScope(
  context: QueryContext,
  restrictions: Restrictions,
  time: QueryTime
): Promise<UploadScope | undefined> {
  const scope = scopeOf(context.tenant, restrictions, idWindow(time));
  if (scope.spans === undefined || scope.profileIds !== undefined) {
    return undefined;
  }
  // Looked up first: the engine then need not read every upload of the range to find these.
  return scope.wholeProfiles ? scope : { ...scope, spanUploads: await readHeldSpans(context, scope, scope.spans) };
}

/** All parts of the profile that is named, if one of them overlaps the window. */
async function allPartsOf(
  context: QueryContext,
  restrictions: Restrictions,
  window: Window,
  profileType: string,
  labels: readonly string[]
): Promise<Uploads> {
  const wide = { ...window, fromMs: window.fromMs - partsMarginMs, toMs: window.toMs + partsMarginMs };
  const parts = await readUploads(context, scopeOf(context.tenant, restrictions, wide), profileType, labels);
  const overlaps = (at: number) => parts.startUs[at] < window.toMs * 1000 && parts.endUs[at] > window.fromMs * 1000;
  if (Array.from({ length: parts.length }, (_, at) => at).some(overlaps)) {
    return parts;
  }
  const ids = restrictions.profileIds ?? [];
  const notices = await Promise.all(ids.map((id) => missingProfile(context, id, window)));
  return { ...someUploads(parts, () => false), profileCount: 0, notices };
}

/** Uploads whose window has a part in common with the range: for series. */
export async function overlappingUploads(
  context: QueryContext,
  restrictions: Restrictions,
  range: QueryTime,
  profileType: string,
  labels: readonly string[] = []
): Promise<Uploads> {
  const window = { kind: 'overlaps', fromMs: range.fromMs, toMs: range.toMs } as const;
  return readUploads(context, scopeOf(context.tenant, restrictions, window), profileType, labels);
}

async function readUploads(
  context: QueryContext,
  scope: UploadScope,
  profileType: string,
  labels: readonly string[]
): Promise<Uploads> {
  const known = context.uploads?.find(scope);
  if (known !== undefined) {
    return knownUploads(known, scope, profileType, labels);
  }
  const options = { signal: context.signal, maxRows: limits.rows };
  const read = (of: UploadScope) => context.engine.select(uploadsStatement(of, profileType, labels), options);
  const { scope: chosen, columns } = await inMergedScope(context, scope, readsMergedFields(scope.filter), read);
  const profileCount = await countProfiles(context, chosen, columns);
  return { ...uploadColumns(columns, labels.length), scope: chosen, profileCount, notices: [] };
}

/** Asked only where there are parts: else every upload is a profile. */
async function countProfiles(context: QueryContext, scope: UploadScope, uploads: Columns): Promise<number> {
  if (!Array.from(uploads.numbers('part')).some((part) => part > 0)) {
    return uploads.rows;
  }
  const counted = await context.engine.select(distinctProfilesStatement(scope), { signal: context.signal });
  return counted.numbers('profiles')[0];
}

function uploadColumns(columns: Columns, labels: number): Omit<Uploads, 'scope' | 'notices' | 'profileCount'> {
  const startUs = columns.numbers('start_us');
  const endUs = Float64Array.from(columns.numbers('end_us'), (end, at) => Math.max(end, startUs[at] + 1));
  return {
    length: columns.rows,
    profile: columns.bigints('profile'),
    service: columns.strings('service_name'),
    startUs,
    endUs,
    total: columns.numbers('type_total'),
    count: columns.numbers('type_count'),
    carries: columns.numbers('carries'),
    labels: Array.from({ length: labels }, (_, at) => columns.strings(`label${at}`)),
  };
}

function knownUploads(
  known: readonly KnownUpload[],
  scope: UploadScope,
  profileType: string,
  labels: readonly string[]
): Uploads {
  const startUs = known.map(({ startNs }) => Number(startNs / 1000n));
  const types = known.map((upload) => upload.types.indexOf(profileType));
  const hasParts = known.some(({ part }) => part > 0);
  return {
    scope,
    length: known.length,
    profileCount: hasParts ? new Set(known.map(({ id }) => id)).size : known.length,
    profile: known.map(({ profile }) => profile),
    service: known.map((upload) => upload.labels.get('service') ?? ''),
    startUs,
    endUs: known.map(({ endNs }, at) => Math.max(Number(endNs / 1000n), startUs[at] + 1)),
    total: known.map(({ totals }, at) => totals[types[at]] ?? 0),
    count: known.map(({ counts }, at) => counts[types[at]] ?? 0),
    carries: types.map((type) => (type < 0 ? 0 : 1)),
    labels: labels.map((label) => known.map((upload) => upload.labels.get(label) ?? '')),
    notices: [],
  };
}

/** The uploads for which `keep` holds. */
export function someUploads(uploads: Uploads, keep: (at: number) => boolean): Uploads {
  const kept = Array.from({ length: uploads.length }, (_, at) => at).filter(keep);
  const pick = <T>(values: ArrayLike<T>) => kept.map((at) => values[at]);
  return {
    ...uploads,
    length: kept.length,
    profile: pick(uploads.profile),
    service: pick(uploads.service),
    startUs: pick(uploads.startUs),
    endUs: pick(uploads.endUs),
    total: pick(uploads.total),
    count: pick(uploads.count),
    carries: pick(uploads.carries),
    labels: uploads.labels.map(pick),
  };
}

/** Length of the union of the uploads' windows in µs. */
export function coveredUs(uploads: Uploads): number {
  let covered = 0;
  let reached = -Infinity;
  for (let at = 0; at < uploads.length; at++) {
    covered += Math.max(0, uploads.endUs[at] - Math.max(reached, uploads.startUs[at]));
    reached = Math.max(reached, uploads.endUs[at]);
  }
  return covered;
}

/** How often the uploads were sampled, in words: said where a span has no samples. */
export function samplingDensity(uploads: Uploads, typeName: string): string {
  const samples = Array.from(uploads.count).reduce((sum, count) => sum + count, 0);
  const seconds = coveredUs(uploads) / 1e6;
  if (samples === 0) {
    return `the ${uploads.profileCount} uploads around it hold no samples of ${typeName} at all`;
  }
  const every = Number(((seconds / samples) * 1000).toPrecision(3));
  return `the ${uploads.profileCount} uploads around it hold ${samples} samples of ${typeName}, one every ${every} ms over all threads`;
}

/** With `root` scope a listed span stands for the part of its trace in this process: its root is looked up. */
export async function withRoots(
  context: QueryContext,
  restrictions: Restrictions,
  time: QueryTime
): Promise<Restrictions> {
  const { spans } = restrictions;
  if (spans === undefined || spans.kind !== 'root') {
    return restrictions;
  }
  const scope: UploadScope = scopeOf(context.tenant, restrictions, idWindow(time));
  const found = await context.engine.select(rootsStatement(scope, spans.ids), { signal: context.signal });
  const match: SpanMatch = { kind: 'root', ids: [...new Set([...spans.ids, ...Array.from(found.bigints('root_id'))])] };
  return { ...restrictions, spans: match };
}

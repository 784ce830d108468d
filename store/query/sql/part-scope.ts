import type { ProfileFilter } from '../../../src/model/profile-filter';
import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { numberFieldNames } from './profile-fields';
import { instant, type Window } from './window';

/** Where to look for profiles. */
export interface Place {
  readonly tenant: string;
  readonly window: Window;
}

/**
 * A profile whose client sends its types apart has several rows, its parts: one `id`, labels that are the same, each with a window,
 * types and files of its own (docs/formats/tables.md). This joins them.
 */

/** Parts of one profile start at most this far apart: further ones may be missed where a question has a range. */
const partsMarginMs = 3600_000;

/** Rows whose profile may have a part in the window. `table` is what `profiles` is called in the statement. */
export function nearCondition(bindings: Bindings, { tenant, window }: Place, table: string): string {
  const from = instant(bindings, window.fromMs - partsMarginMs);
  const to = instant(bindings, window.toMs + partsMarginMs);
  const overlaps =
    window.kind === 'overlaps' ? `(${table}.end > ${from} OR ${table}.start >= ${from})` : `${table}.start >= ${from}`;
  return `${table}.tenant = ${bindings.bind('String', tenant)} AND ${table}.start < ${to} AND ${overlaps}`;
}

/** 1 if profiles in or near a window have more than one part, as a value in another statement. */
export function partsNear(bindings: Bindings, place: Place): string {
  return `(SELECT toUInt8(count() > 0) FROM profiles WHERE part > 0 AND ${nearCondition(bindings, place, 'profiles')})`;
}

/** The same as a statement: `found`. */
export function partsNearStatement(place: Place): Statement {
  const bindings = new Bindings();
  return bindings.statement(`SELECT ${partsNear(bindings, place)} AS found`);
}

/** Whether a filter looks at something that the parts of a profile only have together: its length, size, number of samples. */
export function readsMergedFields(filter: ProfileFilter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.terms.some(readsMergedFields);
    case 'not':
      return readsMergedFields(filter.term);
    case 'compare':
    case 'range':
      return numberFieldNames.has(filter.key);
    default:
      return false;
  }
}

const ofFirstPart = [
  ...['service', 'env', 'version', 'host', 'runtime', 'language', 'instance', 'labels', 'profile', 'received'],
  ...['status', 'format', 'intake'],
];

/**
 * The profiles in or near a window as a table with one row each and the columns of `profiles`: labels of the first part, the
 * union of the windows, sums and lists of all. `ids`: only these, as a subquery.
 */
export function mergedProfiles(bindings: Bindings, place: Place, ids?: string): string {
  const columns = [
    'p.tenant AS tenant',
    'p.id AS id',
    ...ofFirstPart.map((name) => `argMin(p.${name}, p.part) AS ${name}`),
    'argMin(p.start, p.part) AS first_start',
    'groupArray(p.profile) AS profiles',
    'min(p.start) AS start',
    'max(p.end) AS end',
    'groupArrayArray(p.types) AS types',
    'groupArrayArray(p.totals) AS totals',
    'groupArrayArray(p.counts) AS counts',
    'sum(p.sample_count) AS sample_count',
    'sum(p.size_bytes) AS size_bytes',
    `arrayStringConcat(arrayFilter(text -> text != '', arrayMap(one -> one.2, arraySort(groupArray((p.part, p.reason))))), '; ') AS reason`,
  ];
  const chosen = ids === undefined ? '' : `AND p.id IN (${ids})`;
  return `(SELECT ${columns.join(', ')} FROM profiles AS p WHERE ${nearCondition(bindings, place, 'p')} ${chosen} GROUP BY p.tenant, p.id)`;
}

import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { labelOf } from './profile-fields';
import { mergedProfiles, partsNear } from './part-scope';
import { oneRowPerProfile, profileStart, type UploadScope } from './upload-scope';

/** A sort of the list. `after` is the last row already given: its sort value and its number. */
export interface ListOrder {
  readonly column: SortColumn;
  readonly descending: boolean;
  readonly after?: { readonly value: string | number; readonly profile: bigint };
}

/** What may be sorted by: a fixed column, a label, or the total of a profile type. */
export type SortColumn =
  | { readonly kind: 'number'; readonly name: keyof typeof numberColumns }
  | { readonly kind: 'text'; readonly name: keyof typeof textColumns }
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'total'; readonly profileType: string };

export const numberColumns = {
  time: 'toFloat64(toUnixTimestamp64Micro(start))',
  duration: 'toFloat64(toUnixTimestamp64Micro(end) - toUnixTimestamp64Micro(start))',
  size: 'toFloat64(size_bytes)',
  samples: 'toFloat64(sample_count)',
} as const;

export const textColumns = {
  id: 'toString(id)',
  service: 'toString(service)',
  env: 'toString(env)',
  version: 'toString(version)',
  host: 'toString(host)',
  language: 'toString(language)',
  runtime: 'toString(runtime)',
  status: 'toString(status)',
  reason: 'reason',
} as const;

export interface ListPage {
  readonly order: ListOrder;
  readonly labels: readonly string[];
  readonly profileTypes: readonly string[];
  readonly limit: number;
}

/** Rows of the explorer: fixed columns as `c_…`, labels as `label0`…, totals as `total0`…, the sort value as `sort_value`. */
export function profileListStatement(scope: UploadScope, page: ListPage): Statement {
  const bindings = new Bindings();
  return bindings.statement(pageOf(bindings, scope, page, listColumns(bindings, scope, page)));
}

/**
 * The same where profiles have several parts: which profiles are on the page is told by their first parts, if the sort and the scope
 * allow it; their rows are made of all parts.
 */
export function mergedListStatement(scope: UploadScope, page: ListPage): Statement {
  const bindings = new Bindings();
  const chosen: UploadScope = { ...scope, merged: scope.merged || isMerged(page.order.column) };
  const sort = `${sortSql(bindings, chosen, page.order.column)} AS sort_value, profile AS number, id`;
  const ids = `SELECT id FROM (${pageOf(bindings, chosen, page, [sort])})`;
  const rows: UploadScope = { ...scope, merged: true };
  return bindings.statement(
    `SELECT ${listColumns(bindings, rows, page).join(', ')} FROM ${mergedProfiles(bindings, rows, ids)} ${ordered(page.order)}`
  );
}

/** Values that the parts of a profile only have together. */
function isMerged(column: SortColumn): boolean {
  return column.kind === 'total' || (column.kind === 'number' && column.name !== 'time');
}

function pageOf(
  bindings: Bindings,
  scope: UploadScope,
  { order, limit }: ListPage,
  columns: readonly string[]
): string {
  return `SELECT ${columns.join(', ')} FROM ${oneRowPerProfile(bindings, scope)} AND ${afterCondition(bindings, scope, order)}
     ${ordered(order)} LIMIT ${bindings.bind('UInt64', limit)}`;
}

function ordered({ descending }: ListOrder): string {
  const direction = descending ? 'DESC' : 'ASC';
  return `ORDER BY sort_value ${direction}, number ${direction}`;
}

function listColumns(bindings: Bindings, scope: UploadScope, { order, labels, profileTypes }: ListPage): string[] {
  return [
    'profile AS number',
    ...Object.entries({ ...numberColumns, ...textColumns }).map(([name, sql]) => `${sql} AS c_${name}`),
    ...labels.map((label, at) => `${labelOf(bindings, label)} AS label${at}`),
    ...profileTypes.map((type, at) => `${totalOf(bindings, type)} AS total${at}`),
    `${sortSql(bindings, scope, order.column)} AS sort_value`,
  ];
}

function totalOf(bindings: Bindings, profileType: string): string {
  return `toFloat64(totals[indexOf(types, ${bindings.bind('String', profileType)})])`;
}

function sortSql(bindings: Bindings, scope: UploadScope, column: SortColumn): string {
  switch (column.kind) {
    case 'number':
      return column.name === 'time'
        ? `toFloat64(toUnixTimestamp64Micro(${profileStart(scope)}))`
        : numberColumns[column.name];
    case 'text':
      return textColumns[column.name];
    case 'label':
      return labelOf(bindings, column.label);
    case 'total':
      return totalOf(bindings, column.profileType);
  }
}

function afterCondition(bindings: Bindings, scope: UploadScope, { column, descending, after }: ListOrder): string {
  if (after === undefined) {
    return '1';
  }
  const sign = descending ? '<' : '>';
  const value = bindings.bind(typeof after.value === 'number' ? 'Float64' : 'String', after.value);
  const sql = sortSql(bindings, scope, column);
  return `(${sql} ${sign} ${value} OR (${sql} = ${value} AND profile ${sign} ${bindings.bind('UInt64', after.profile)}))`;
}

/** Number of profiles in a scope, and whether any near it have several parts. */
export function profileCountStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toFloat64(count()) AS uploads, ${partsNear(bindings, scope)} AS parts FROM ${oneRowPerProfile(bindings, scope)}`
  );
}

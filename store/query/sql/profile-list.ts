import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { labelOf } from './profile-fields';
import { uploadCondition, type UploadScope } from './upload-scope';

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
} as const;

/** Rows of the explorer: fixed columns as `c_…`, labels as `label0`…, totals as `total0`…, the sort value as `sort_value`. */
export function profileListStatement(
  scope: UploadScope,
  order: ListOrder,
  labels: readonly string[],
  profileTypes: readonly string[],
  limit: number
): Statement {
  const bindings = new Bindings();
  const columns = [
    'profile AS number',
    ...Object.entries({ ...numberColumns, ...textColumns }).map(([name, sql]) => `${sql} AS c_${name}`),
    ...labels.map((label, at) => `${labelOf(bindings, label)} AS label${at}`),
    ...profileTypes.map((type, at) => `${totalOf(bindings, type)} AS total${at}`),
    `${sortSql(bindings, order.column)} AS sort_value`,
  ];
  const direction = order.descending ? 'DESC' : 'ASC';
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM profiles WHERE ${uploadCondition(bindings, scope)} AND ${afterCondition(bindings, order)}
     ORDER BY sort_value ${direction}, number ${direction} LIMIT ${bindings.bind('UInt64', limit)}`
  );
}

function totalOf(bindings: Bindings, profileType: string): string {
  return `toFloat64(totals[indexOf(types, ${bindings.bind('String', profileType)})])`;
}

function sortSql(bindings: Bindings, column: SortColumn): string {
  switch (column.kind) {
    case 'number':
      return numberColumns[column.name];
    case 'text':
      return textColumns[column.name];
    case 'label':
      return labelOf(bindings, column.label);
    case 'total':
      return totalOf(bindings, column.profileType);
  }
}

function afterCondition(bindings: Bindings, { column, descending, after }: ListOrder): string {
  if (after === undefined) {
    return '1';
  }
  const sign = descending ? '<' : '>';
  const value = bindings.bind(typeof after.value === 'number' ? 'Float64' : 'String', after.value);
  const sql = sortSql(bindings, column);
  return `(${sql} ${sign} ${value} OR (${sql} = ${value} AND profile ${sign} ${bindings.bind('UInt64', after.profile)}))`;
}

/** Number of uploads in a scope. */
export function profileCountStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toFloat64(count()) AS uploads FROM profiles WHERE ${uploadCondition(bindings, scope)}`
  );
}

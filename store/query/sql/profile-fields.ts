import type { Bindings } from './bindings';

/** What can be asked about a row of `profiles` beside its labels: the allow-list of columns. Values are SQL of ours. */
const textFields: ReadonlyMap<string, string> = new Map([
  ['service', 'toString(service)'],
  ['env', 'toString(env)'],
  ['version', 'toString(version)'],
  ['host', 'toString(host)'],
  ['runtime', 'toString(runtime)'],
  ['language', 'toString(language)'],
  ['id', 'toString(id)'],
  ['status', 'toString(status)'],
  ['format', 'toString(format)'],
  ['intake', 'toString(intake)'],
]);

/** `scale`: factor from a number without unit, as a user writes it, to the column's unit. */
interface NumberField {
  readonly sql: string;
  readonly scale: number;
}

const numberFields: ReadonlyMap<string, NumberField> = new Map([
  ['duration', { sql: '(toUnixTimestamp64Nano(end) - toUnixTimestamp64Nano(start))', scale: 1e9 }],
  ['size', { sql: 'size_bytes', scale: 1 }],
  ['samples', { sql: 'sample_count', scale: 1 }],
]);

export const numberFieldNames: ReadonlySet<string> = new Set(numberFields.keys());

/** Labels that have a column of their own. */
export const labelColumns = ['service', 'env', 'version', 'host', 'runtime', 'language'] as const;

/** The value of a field or label as text; '' when absent. Number fields are only compared: as text, their names are labels. */
export function textOf(bindings: Bindings, key: string): string {
  return textFields.get(key) ?? `labels[${bindings.bind('String', key)}]`;
}

/** Like `textOf`, never a field that is not a label. */
export function labelOf(bindings: Bindings, label: string): string {
  return labelColumns.some((column) => column === label)
    ? `toString(${label})`
    : `labels[${bindings.bind('String', label)}]`;
}

/** The value of a field or label as a number, NULL when it is none. */
export function numberOf(bindings: Bindings, key: string): NumberField {
  return numberFields.get(key) ?? { sql: `toFloat64OrNull(${textOf(bindings, key)})`, scale: 1 };
}

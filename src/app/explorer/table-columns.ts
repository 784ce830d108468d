import { type DataFrame, type Field, FieldType, dateTimeFormat } from '@grafana/data';
import { profilesFields } from '../../api/frames';
import { formatBytes, formatCount, formatDuration } from '../../model/units';

/** One column of the list. `name` is the frame's field. */
export interface Column {
  name: string;
  title: string;
  width: number;
  isNumber: boolean;
  values: readonly unknown[];
  format: (value: unknown) => string;
}

/** Shown without being asked for, in this order. */
const defaultColumns: string[] = [
  profilesFields.time,
  profilesFields.service,
  profilesFields.env,
  profilesFields.version,
  profilesFields.host,
  profilesFields.language,
  profilesFields.duration,
  profilesFields.samples,
  profilesFields.size,
];

const widths: Record<string, number> = {
  [profilesFields.time]: 180,
  [profilesFields.service]: 170,
  [profilesFields.host]: 150,
};

function formatterOf(field: Field): (value: unknown) => string {
  if (field.type === FieldType.time) {
    return (value) => (value === null ? '' : dateTimeFormat(Number(value)));
  }
  if (field.type !== FieldType.number) {
    return (value) => (value === null || value === undefined ? '' : String(value));
  }
  const byUnit: Record<string, (value: number) => string> = {
    ns: formatDuration,
    ms: (value) => formatDuration(value * 1e6),
    s: (value) => formatDuration(value * 1e9),
    bytes: formatBytes,
    decbytes: formatBytes,
  };
  const format = byUnit[field.config.unit ?? ''] ?? formatCount;
  return (value) => (value === null || value === undefined ? '' : format(Number(value)));
}

function toColumn(field: Field): Column {
  return {
    name: field.name,
    title: field.config.displayName ?? field.name,
    width: widths[field.name] ?? 110,
    isNumber: field.type === FieldType.number,
    values: field.values,
    format: formatterOf(field),
  };
}

/** The default columns that the answer has, then the asked ones. */
export function listColumns(frame: DataFrame, asked: readonly string[]): Column[] {
  const names = [...defaultColumns, ...asked.filter((name) => !defaultColumns.includes(name))];
  return names.flatMap((name) => {
    const field = frame.fields.find((candidate) => candidate.name === name);
    return field ? [toColumn(field)] : [];
  });
}

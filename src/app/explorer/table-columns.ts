import { type DataFrame, type Field, FieldType, dateTimeFormat } from '@grafana/data';
import { profilesFields } from '../../api/frames';
import { formatBytes, formatCount, formatDuration } from '../../model/units';
import { columnOf } from '../store-client';

/** One column of the list. `name` is the frame's field. */
export interface Column {
  name: string;
  title: string;
  width: number;
  isNumber: boolean;
  /** The first click on the header sorts numbers and times from the top, texts from A. */
  largestFirst: boolean;
  values: readonly unknown[];
  format: (value: unknown) => string;
}

/** Shown without being asked for: before and after the asked ones. */
const firstColumns: string[] = [
  profilesFields.time,
  profilesFields.service,
  profilesFields.env,
  profilesFields.version,
  profilesFields.host,
  profilesFields.language,
  profilesFields.duration,
];
const lastColumns: string[] = [profilesFields.samples, profilesFields.size];

const widths: Record<string, number> = {
  [profilesFields.time]: 175,
  [profilesFields.service]: 150,
  [profilesFields.host]: 130,
  [profilesFields.status]: 105,
};
const otherWidth = 88;

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
    width: widths[field.name] ?? otherWidth,
    isNumber: field.type === FieldType.number,
    largestFirst: field.type !== FieldType.string,
    values: field.values,
    format: formatterOf(field),
  };
}

/** The default columns that the answer has, and the asked ones; the status only where an upload could not be read. */
export function listColumns(frame: DataFrame, asked: readonly string[]): Column[] {
  const unreadable = columnOf(frame, profilesFields.status).some((status) => status !== 'ok');
  const status = unreadable ? [profilesFields.status] : [];
  const names = [...new Set([...firstColumns, ...status, ...asked, ...lastColumns])];
  return names.flatMap((name) => {
    const field = frame.fields.find((candidate) => candidate.name === name);
    return field ? [toColumn(field)] : [];
  });
}

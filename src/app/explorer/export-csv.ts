import { type DataFrame, dateTimeFormatISO } from '@grafana/data';
import { profilesFields } from '../../api/frames';
import { csvText } from '../../ui/csv';
import { type Column } from './table-columns';

/** The list as CSV: ids and exact numbers, times as ISO 8601. */
export function listCsv(frame: DataFrame, columns: readonly Column[]): string {
  const ids = frame.fields.find(({ name }) => name === profilesFields.id)?.values ?? [];
  const header = [profilesFields.id, ...columns.map(({ name }) => name)];
  const cell = ({ name, values }: Column, row: number) =>
    name === profilesFields.time ? dateTimeFormatISO(Number(values[row]), { timeZone: 'utc' }) : values[row];
  const rows = Array.from({ length: frame.length }, (_, row) => [
    ids[row],
    ...columns.map((column) => cell(column, row)),
  ]);
  return csvText(header, rows);
}

/** Hands a text to the user as a file. Without a target Grafana's router would take the click, or the file lose its name. */
export function saveText(text: string, fileName: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = fileName;
  anchor.target = '_self';
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

import { csvCell, csvText } from './csv';

/** A table as text for the clipboard; spreadsheet programs can't take its cells for formulas. */
export function tableText(
  format: 'csv' | 'tsv',
  header: readonly string[],
  rows: ReadonlyArray<readonly unknown[]>
): string {
  return format === 'csv' ? csvText(header, rows) : [header, ...rows].map(tsvLine).join('');
}

/** Tabs and line ends inside a cell become spaces: TSV has no quotes. */
function tsvLine(row: readonly unknown[]): string {
  return (
    row.map((cell) => csvCell(typeof cell === 'string' ? cell.replace(/[\t\r\n]+/g, ' ') : cell)).join('\t') + '\n'
  );
}

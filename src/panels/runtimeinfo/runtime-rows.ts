import { type DataFrame } from '@grafana/data';
import { runtimeFields } from '../../api/frames';
import { searchTexts } from '../../model/text-search';
import { fieldByName, textAt } from '../../ui/panel-fields';

export interface RuntimeRow {
  readonly group: string;
  readonly key: string;
  readonly value: string;
  /** Value in the other profile; undefined = nothing is compared. */
  readonly other?: string;
  /** This row is the heading of its group. */
  readonly heading?: boolean;
}

export const differs = ({ value, other }: RuntimeRow) => other !== undefined && other !== value;

export function readRuntimeFrame(frame: DataFrame): RuntimeRow[] {
  const field = (name: string) => fieldByName(frame, name);
  const other = field(runtimeFields.other);
  return Array.from({ length: frame.length }, (_, row) => ({
    group: textAt(field(runtimeFields.group), row),
    key: textAt(field(runtimeFields.key), row),
    value: textAt(field(runtimeFields.value), row),
    other: other && textAt(other, row),
  }));
}

/** Rows that the search finds, under a heading per group in the frame's order; rows that differ come first in theirs. */
export function groupedRows(rows: readonly RuntimeRow[], search: string, onlyDifferences: boolean): RuntimeRow[] {
  const found = searchRuntime(rows, search).filter((row) => !onlyDifferences || differs(row));
  return [...groupRows(found)].flatMap(([group, members]) => [
    { group, key: '', value: '', heading: true },
    ...members.filter(differs),
    ...members.filter((row) => !differs(row)),
  ]);
}

function groupRows(rows: readonly RuntimeRow[]): Map<string, RuntimeRow[]> {
  const groups = new Map<string, RuntimeRow[]>();
  for (const row of rows) {
    const members = groups.get(row.group);
    if (members) {
      members.push(row);
    } else {
      groups.set(row.group, [row]);
    }
  }
  return groups;
}

function searchRuntime(rows: readonly RuntimeRow[], search: string): RuntimeRow[] {
  const texts = rows.map(({ group, key, value, other = '' }) => [group, key, value, other].join(' '));
  const { mask, error } = searchTexts(texts, search);
  return search.trim() === '' || error !== undefined ? [...rows] : rows.filter((_, i) => mask[i] === 1);
}

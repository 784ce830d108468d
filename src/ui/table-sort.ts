import { type Field } from '@grafana/data';
import { numberAt, textAt } from './panel-fields';

export interface TableSort {
  readonly id: string;
  readonly descending: boolean;
}

/** The sort after a click on a header: numbers start with the largest, texts with A; a second click turns it round. */
export function nextSort(now: TableSort | undefined, id: string, numeric: boolean): TableSort {
  return now?.id === id ? { id, descending: !now.descending } : { id, descending: numeric };
}

/** Rows in the order of a field; equal rows stay in their order, empty cells come last. */
export function sortRows(rows: readonly number[], field: Field, numeric: boolean, descending: boolean): number[] {
  const order = numeric ? compareNumbers(field, descending) : compareTexts(field, descending);
  return [...rows].sort((a, b) => order(a, b) || a - b);
}

function compareNumbers(field: Field, descending: boolean) {
  return (a: number, b: number) => {
    const left = numberAt(field, a);
    const right = numberAt(field, b);
    if (Number.isNaN(left) || Number.isNaN(right)) {
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    }
    return descending ? right - left : left - right;
  };
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function compareTexts(field: Field, descending: boolean) {
  return (a: number, b: number) => {
    const left = textAt(field, a);
    const right = textAt(field, b);
    if (left === '' || right === '') {
      return Number(left === '') - Number(right === '');
    }
    return collator.compare(left, right) * (descending ? -1 : 1);
  };
}

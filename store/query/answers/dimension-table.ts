import type { Dimension, Measure } from '../../../src/api/query';
import {
  dimensionTable,
  isContextDimension,
  type ContextDimension,
  type DimensionRow,
} from '../../../src/model/dimensions';
import type { QueryContext } from '../context';
import { eachContextName } from '../context-names';
import { readKeys, readStacks, type KeyRows, type SampleQuestion } from '../read-samples';

export interface DimensionTable {
  readonly rows: readonly DimensionRow[];
  /** Value of all samples, with or without a row. */
  readonly total: number;
  readonly samples: number;
}

/** Every row of a dimension. */
export async function readDimension(
  context: QueryContext,
  question: SampleQuestion,
  dimension: Dimension
): Promise<DimensionTable> {
  if (!isContextDimension(dimension)) {
    const rows = await readStacks(context, context.stacks.open(context.tenant), question);
    const { total, samples } = sums(rows.value, rows.samples);
    return { rows: dimensionTable(rows.dictionary, rows, dimension), total, samples };
  }
  return readContext(context, question, dimension);
}

async function readContext(
  context: QueryContext,
  question: SampleQuestion,
  dimension: ContextDimension
): Promise<DimensionTable> {
  const rows = await readKeys(context, question, [dimension]);
  return rows === undefined ? { rows: [], total: 0, samples: 0 } : contextTable(rows, dimension);
}

function contextTable({ columns, value, samples }: KeyRows, dimension: ContextDimension): DimensionTable {
  const rows = new Map<string, { name: string; self: number; total: number; samples: number }>();
  eachContextName(columns, dimension, (name, at) => {
    const row = rows.get(name) ?? { name, self: 0, total: 0, samples: 0 };
    row.self += value[at];
    row.total += value[at];
    row.samples += samples[at];
    rows.set(name, row);
  });
  return { rows: [...rows.values()], ...sums(value, samples) };
}

function sums(value: ArrayLike<number>, samples: ArrayLike<number>): { total: number; samples: number } {
  let total = 0;
  let count = 0;
  for (let at = 0; at < value.length; at++) {
    total += value[at];
    count += samples[at];
  }
  return { total, samples: count };
}

/** Largest first; equal ones by name. */
export function sorted(rows: readonly DimensionRow[], measure: Measure): DimensionRow[] {
  const first = measure === 'total' || measure === 'totalShare' ? 'total' : 'self';
  const second = first === 'self' ? 'total' : 'self';
  return [...rows].sort((a, b) => b[first] - a[first] || b[second] - a[second] || (a.name < b.name ? -1 : 1));
}

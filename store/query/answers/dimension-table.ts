import type { Dimension, Measure } from '../../../src/api/query';
import { absentNames, dimensionTable, isContextDimension, type DimensionRow } from '../../../src/model/dimensions';
import { formatSpanId } from '../../../src/model/span-id';
import type { QueryContext } from '../context';
import { readKeys, readStacks, type SampleQuestion } from '../read-samples';

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

type ContextDimension = keyof typeof absentNames;

async function readContext(
  context: QueryContext,
  question: SampleQuestion,
  dimension: ContextDimension
): Promise<DimensionTable> {
  const rows = await readKeys(context, question, [dimension]);
  if (rows === undefined) {
    return { rows: [], total: 0, samples: 0 };
  }
  const { columns } = rows;
  const names =
    dimension === 'span' ? Array.from(columns.bigints('span_key'), formatSpanId) : columns.strings(`${dimension}_key`);
  return contextTable(names, rows.value, rows.samples, dimension);
}

function contextTable(
  names: readonly string[],
  value: ArrayLike<number>,
  samples: ArrayLike<number>,
  dimension: ContextDimension
): DimensionTable {
  const rows = new Map<string, { name: string; self: number; total: number; samples: number }>();
  names.forEach((written, at) => {
    const name = written === '' ? absentNames[dimension] : written;
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

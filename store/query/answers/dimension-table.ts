import type { Dimension, Measure } from '../../../src/api/query';
import {
  absentNames,
  dimensionTable,
  isContextDimension,
  type ContextDimension,
  type DimensionRow,
} from '../../../src/model/dimensions';
import type { QueryContext } from '../context';
import { eachContextName } from '../context-names';
import { readRecent } from '../read-recent';
import { readKeys, readStacks, type KeyRows } from '../read-samples';
import { mergeSums } from '../recent-uploads';
import type { SampleQuestion } from '../sample-question';

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

/** Rows of a dimension that are asked for by name; without names all. */
export async function readNamed(
  context: QueryContext,
  question: SampleQuestion,
  dimension: Dimension,
  names: readonly string[]
): Promise<DimensionTable> {
  if (names.length === 0 || isContextDimension(dimension)) {
    return readDimension(context, question, dimension);
  }
  const store = context.stacks.open(context.tenant);
  const rows = await readStacks(context, store, question);
  const named = names.map((name) => store.named.row(rows.dictionary, rows, dimension, name));
  return { rows: named, ...sums(rows.value, rows.samples) };
}

async function readContext(
  context: QueryContext,
  question: SampleQuestion,
  dimension: ContextDimension
): Promise<DimensionTable> {
  const recent = dimension === 'thread' ? await recentThreads(context, question) : undefined;
  if (recent !== undefined) {
    return recent;
  }
  const rows = await readKeys(context, question, [dimension]);
  return rows === undefined
    ? { rows: [], total: 0, samples: 0 }
    : contextTable((visit) => eachContextName(rows.columns, dimension, visit), rows);
}

/** The table of few uploads, mostly from memory. */
async function recentThreads(context: QueryContext, question: SampleQuestion): Promise<DimensionTable | undefined> {
  if (question.restrictions.stackFilters.length > 0) {
    return undefined;
  }
  const store = context.stacks.open(context.tenant);
  const recent = await readRecent(context, store, question, 'thread');
  if (recent === undefined) {
    return undefined;
  }
  const merged = mergeSums(recent.sums);
  const nameOf = (thread: number) => recent.threads[thread] || absentNames.thread;
  return contextTable((visit) => merged.key.forEach((thread, at) => visit(nameOf(thread), at)), merged);
}

/** `eachName` goes over what the rows are called. */
function contextTable(
  eachName: (visit: (name: string, row: number) => void) => void,
  { value, samples }: Pick<KeyRows, 'value' | 'samples'>
): DimensionTable {
  const rows = new Map<string, { name: string; self: number; total: number; samples: number }>();
  eachName((name, at) => {
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

import type { ProfileType } from '../../src/model/profile-types';
import type { StackDictionary } from '../../src/model/stack-dictionary';
import { stackMask } from '../../src/model/stack-filter';
import type { Columns } from '../engines/engine';
import type { Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import { isPlan, planOf, type UploadPlan } from './plan';
import type { Restrictions } from './prepare';
import { resolveStackFilters } from './resolve-stack-filters';
import { samplesStatement, type Merge, type SampleKey, type SampleScope } from './sql/samples';
import type { StackStore } from './stack-store';

/** Values of samples by row. `stack` points into `dictionary`; other keys are there when they were asked for. */
export interface SampleRows {
  readonly dictionary: StackDictionary;
  readonly length: number;
  readonly stack: Uint32Array;
  readonly value: Float64Array;
  readonly samples: Float64Array;
  readonly key: (name: 'thread' | 'endpoint') => readonly string[];
  readonly id: (name: 'profile' | 'span') => ArrayLike<bigint>;
  readonly context: () => ArrayLike<number>;
}

/** What is read: one profile type of chosen uploads, under the query's restrictions. */
export interface SampleQuestion {
  /** Uploads one by one, or a plan for many. */
  readonly uploads: Uploads | UploadPlan;
  readonly profileType: ProfileType;
  readonly restrictions: Restrictions;
  /** Values of several uploads of average types are averaged, else left as they are. */
  readonly averaged: boolean;
}

/** Rows of one answer may be this many; more is refused with a hint. */
const maxSampleRows = 8_000_000;

/** Reads samples grouped by stack and the given keys, keeping those whose stacks pass the stack filters. */
export async function readStacks(
  context: QueryContext,
  store: StackStore,
  question: SampleQuestion,
  keys: readonly SampleKey[] = []
): Promise<SampleRows> {
  const asked = scopeAndMerge(question);
  if (asked === undefined) {
    return noRows(store);
  }
  const statement = samplesStatement(asked.scope, ['stack', ...keys], asked.merge);
  const [columns, filters] = await Promise.all([
    context.engine.select(statement, { signal: context.signal, maxRows: maxSampleRows }),
    resolveStackFilters(context, question.restrictions.stackFilters),
  ]);
  const stack = await context.stacks.load(store, asked.scope, columns.bigints('stack_key'), context.signal);
  const dictionary = store.view();
  const mask = stackMask(dictionary, filters);
  const kept = mask === undefined ? undefined : rowsThat(stack, mask);
  return pickRows(columns, dictionary, stack, roundedValues(columns), kept);
}

/** Reads samples grouped by keys that are not the stack; only for questions without stack filters. */
export async function readKeys(
  context: QueryContext,
  question: SampleQuestion,
  keys: readonly SampleKey[]
): Promise<
  { readonly columns: Columns; readonly value: Float64Array; readonly samples: ArrayLike<number> } | undefined
> {
  const asked = scopeAndMerge(question);
  if (asked === undefined) {
    return undefined;
  }
  const statement = samplesStatement(asked.scope, keys, asked.merge);
  const columns = await context.engine.select(statement, { signal: context.signal, maxRows: maxSampleRows });
  return { columns, value: roundedValues(columns), samples: columns.numbers('samples') };
}

interface ScopeAndMerge {
  readonly scope: SampleScope;
  readonly merge: Merge;
}

/** undefined = no upload carries the type. */
function scopeAndMerge({ uploads, profileType, restrictions, averaged }: SampleQuestion): ScopeAndMerge | undefined {
  const plan = isPlan(uploads) ? uploads : planOf(uploads);
  const { scope, rolledUp, single, profiles, carryingCount } = plan;
  if (carryingCount === 0) {
    return undefined;
  }
  // One upload needs no averaging: its values stay exact.
  const isAverage = averaged && profileType.merge === 'average' && carryingCount > 1;
  return {
    scope: {
      ...plan.range,
      uploads: scope,
      profileType: profileType.id,
      rolledUp,
      single,
      profiles,
      spans: restrictions.wholeUploads ? undefined : restrictions.spans,
      contexts: restrictions.contextFilters,
    },
    merge: isAverage ? { kind: 'average', coveredUs: plan.coveredUs } : { kind: 'sum' },
  };
}

/**
 * Averages are whole numbers too: the fraction left over by one row is carried to the next, so that the sum of all rows is the exact
 * sum, rounded once.
 */
function roundedValues(columns: Columns): Float64Array {
  const value = Float64Array.from(columns.numbers('value_sum'));
  if (columns.names.includes('fraction')) {
    const fraction = columns.numbers('fraction');
    let carried = 0;
    for (let row = 0; row < value.length; row++) {
      carried += fraction[row];
      const whole = Math.round(carried);
      value[row] += whole;
      carried -= whole;
    }
  }
  return value;
}

function rowsThat(stack: Uint32Array, keeps: (stack: number) => boolean): Uint32Array {
  const rows = new Uint32Array(stack.length);
  let count = 0;
  for (let row = 0; row < stack.length; row++) {
    if (keeps(stack[row])) {
      rows[count++] = row;
    }
  }
  return rows.subarray(0, count);
}

function pickRows(
  columns: Columns,
  dictionary: StackDictionary,
  stack: Uint32Array,
  value: Float64Array,
  kept: Uint32Array | undefined
): SampleRows {
  const samples = Float64Array.from(columns.numbers('samples'));
  const pick = <T>(values: ArrayLike<T>): T[] => Array.from(kept ?? [], (row) => values[row]);
  return {
    dictionary,
    length: kept?.length ?? stack.length,
    stack: kept ? kept.map((row) => stack[row]) : stack,
    value: kept ? Float64Array.from(kept, (row) => value[row]) : value,
    samples: kept ? Float64Array.from(kept, (row) => samples[row]) : samples,
    key: (name) => (kept ? pick(columns.strings(`${name}_key`)) : columns.strings(`${name}_key`)),
    id: (name) => (kept ? pick(columns.bigints(`${name}_key`)) : columns.bigints(`${name}_key`)),
    context: () => (kept ? pick(columns.numbers('context_key')) : columns.numbers('context_key')),
  };
}

function noRows(store: StackStore): SampleRows {
  return {
    dictionary: store.view(),
    length: 0,
    stack: new Uint32Array(0),
    value: new Float64Array(0),
    samples: new Float64Array(0),
    key: () => [],
    id: () => [],
    context: () => [],
  };
}

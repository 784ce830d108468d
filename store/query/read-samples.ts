import type { StackDictionary } from '../../src/model/stack-dictionary';
import { stackMask } from '../../src/model/stack-filter';
import type { Columns } from '../engines/engine';
import type { QueryContext } from './context';
import { isPlan, planOf } from './plan';
import { fitsOnePortion, readPortions } from './read-entries';
import { maxSampleRows, readKept } from './read-kept';
import { readRecent } from './read-recent';
import { mergeSums, type UploadSums } from './recent-uploads';
import { resolveStackFilters } from './resolve-stack-filters';
import type { SampleQuestion } from './sample-question';
import {
  masksStatement,
  samplesStatement,
  type Merge,
  type SampleKey,
  type SampleScope,
  type StackMasks,
} from './sql/samples';
import type { StackStore } from './stack-store';

/** Values of samples by stack; `stack` points into `dictionary`. */
export interface StackRows {
  readonly dictionary: StackDictionary;
  readonly length: number;
  readonly stack: Uint32Array;
  readonly value: Float64Array;
  readonly samples: Float64Array;
  /** A further key that was asked for. */
  readonly key: (name: 'thread' | 'endpoint') => readonly string[];
}

/** Values of samples by other keys, which are columns. */
export interface KeyRows {
  readonly columns: Columns;
  readonly value: Float64Array;
  readonly samples: ArrayLike<number>;
}

/** Reads samples grouped by stack, keeping those whose stacks pass the stack filters. More `keys` are for few uploads. */
export async function readStacks(
  context: QueryContext,
  store: StackStore,
  question: SampleQuestion,
  keys: ReadonlyArray<'thread' | 'endpoint'> = []
): Promise<StackRows> {
  const sums = keys.length > 0 ? undefined : await readSumsInMemory(context, store, question);
  if (sums !== undefined) {
    const filters = await resolveStackFilters(context, question.restrictions.stackFilters);
    const dictionary = store.view();
    return rowsOfSums(dictionary, mergeSums(sums), stackMask(dictionary, filters));
  }
  const asked = scopeAndMerge(question, ['stack', ...keys]);
  if (asked === undefined) {
    return noRows(store);
  }
  const { columns, stack, keeps } = await readFiltered(context, store, question, asked, keys);
  return pickRows(columns, store.view(), stack, keeps);
}

/** Sums that are kept, after those that are not there were read. */
async function readSumsInMemory(
  context: QueryContext,
  store: StackStore,
  question: SampleQuestion
): Promise<readonly UploadSums[] | undefined> {
  const recent = await readRecent(context, store, question, 'stack');
  return recent?.sums ?? readKept(context, store, question);
}

/** Reads samples grouped by keys that are not the stack. Stack filters become a list of stacks. */
export async function readKeys(
  context: QueryContext,
  question: SampleQuestion,
  keys: readonly SampleKey[]
): Promise<KeyRows | undefined> {
  const asked = scopeAndMerge(question, keys);
  const stacks = asked && (await stacksThatPass(context, question));
  if (asked === undefined || stacks === 'none') {
    return undefined;
  }
  const scope = { ...asked.scope, stacks };
  const columns = await readSums(context, { ...asked, scope }, keys);
  return { columns, value: roundedValues(columns), samples: columns.numbers('samples') };
}

/** Reads single samples of some stacks by upload, one column per bit of the stacks' masks. */
export async function readMasks(
  context: QueryContext,
  question: SampleQuestion,
  masks: StackMasks
): Promise<Columns | undefined> {
  const asked = scopeAndMerge(question, ['profile']);
  if (asked === undefined || masks.stacks.length === 0) {
    return undefined;
  }
  return context.engine.select(masksStatement(asked.scope, masks), { signal: context.signal, maxRows: maxSampleRows });
}

/** The stacks that pass the question's filters, or fewer: those that don't. undefined = all pass. */
async function stacksThatPass(
  context: QueryContext,
  question: SampleQuestion
): Promise<SampleScope['stacks'] | 'none'> {
  const asked = scopeAndMerge(question, ['stack']);
  if (question.restrictions.stackFilters.length === 0 || asked === undefined) {
    return undefined;
  }
  const store = context.stacks.open(context.tenant);
  const { columns, stack, keeps } = await readFiltered(context, store, question, asked);
  const ids = columns.bigints('stack_key');
  const kept: bigint[] = [];
  const dropped: bigint[] = [];
  stack.forEach((index, row) => (keeps?.(index) === false ? dropped : kept).push(ids[row]));
  if (kept.length === 0) {
    return 'none';
  }
  return dropped.length === 0 ? undefined : kept.length <= dropped.length ? { only: kept } : { not: dropped };
}

/** Rows by stack, and which of their stacks pass the filters. */
async function readFiltered(
  context: QueryContext,
  store: StackStore,
  question: SampleQuestion,
  asked: ScopeAndMerge,
  keys: readonly SampleKey[] = []
) {
  const [columns, filters] = await Promise.all([
    readSums(context, asked, ['stack', ...keys]),
    resolveStackFilters(context, question.restrictions.stackFilters),
  ]);
  const stack = await context.stacks.load(store, asked.scope, columns.bigints('stack_key'), context.signal);
  return { columns, stack, keeps: stackMask(store.view(), filters) };
}

/** Sums by keys, in one statement or in portions that fit the engine's memory. */
function readSums(
  context: QueryContext,
  { scope, merge, uploads }: ScopeAndMerge,
  keys: readonly SampleKey[]
): Promise<Columns> {
  const single = scope.single?.uploads ?? uploads;
  return fitsOnePortion(scope, keys, single)
    ? context.engine.select(samplesStatement(scope, keys, merge), { signal: context.signal, maxRows: maxSampleRows })
    : readPortions(context, { scope, merge }, keys, single);
}

interface ScopeAndMerge {
  readonly scope: SampleScope;
  readonly merge: Merge;
  /** How many of them carry the type. */
  readonly uploads: number;
}

/** undefined = no upload carries the type. */
function scopeAndMerge(
  { uploads, profileType, restrictions, averaged }: SampleQuestion,
  keys: readonly SampleKey[]
): ScopeAndMerge | undefined {
  const plan = isPlan(uploads) ? uploads : planOf(uploads);
  const { scope, rolledUp, single, profiles, carryingCount } = plan;
  if (carryingCount === 0) {
    return undefined;
  }
  // The rollup knows stacks and nothing else of a sample.
  const sources = keys.every((key) => key === 'stack') ? { rolledUp, single } : {};
  // One upload needs no averaging: its values stay exact.
  const isAverage = averaged && profileType.merge === 'average' && carryingCount > 1;
  return {
    uploads: carryingCount,
    scope: {
      ...plan.range,
      uploads: scope,
      profileType: profileType.id,
      ...sources,
      profiles,
      spans: restrictions.wholeUploads ? undefined : restrictions.spans,
      contexts: restrictions.contextFilters,
    },
    merge: isAverage ? { kind: 'average', coveredUs: plan.coveredUs } : { kind: 'sum' },
  };
}

/**
 * Averages are whole numbers too: the fraction left over by one row is carried to the next, so that the sum of all rows is the exact
 * sum, rounded once. `rows`: only these.
 */
function roundedValues(columns: Columns, rows?: Uint32Array): Float64Array {
  const value = picked(columns.numbers('value_sum'), rows);
  if (columns.names.includes('fraction')) {
    const fraction = picked(columns.numbers('fraction'), rows);
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

function picked(values: ArrayLike<number>, rows: Uint32Array | undefined): Float64Array {
  return rows === undefined ? Float64Array.from(values) : Float64Array.from(rows, (row) => values[row]);
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
  keeps: ((stack: number) => boolean) | undefined
): StackRows {
  const rows = keeps === undefined ? undefined : rowsThat(stack, keeps);
  return {
    dictionary,
    length: rows?.length ?? stack.length,
    stack: rows === undefined ? stack : rows.map((row) => stack[row]),
    value: roundedValues(columns, rows),
    samples: picked(columns.numbers('samples'), rows),
    key: (name) => {
      const texts = columns.strings(`${name}_key`);
      return rows === undefined ? texts : Array.from(rows, (row) => texts[row]);
    },
  };
}

function rowsOfSums(
  dictionary: StackDictionary,
  { key: stack, value, samples }: UploadSums,
  keeps: ((stack: number) => boolean) | undefined
): StackRows {
  const all = { dictionary, length: stack.length, stack, value, samples, key: () => [] };
  if (keeps === undefined) {
    return all;
  }
  const rows = rowsThat(stack, keeps);
  const kept = { stack: rows.map((row) => stack[row]), value: picked(value, rows), samples: picked(samples, rows) };
  return { ...all, ...kept, length: rows.length };
}

function noRows(store: StackStore): StackRows {
  const none = new Float64Array(0);
  return { dictionary: store.view(), length: 0, stack: new Uint32Array(0), value: none, samples: none, key: () => [] };
}

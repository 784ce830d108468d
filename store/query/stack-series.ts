import type { Dimension, Measure } from '../../src/api/query';
import { DimensionRows, type StackDimension } from '../../src/model/dimensions';
import { stackMask } from '../../src/model/stack-filter';
import type { Columns } from '../engines/engine';
import { someUploads, type Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import { digestOf } from './digest';
import { halves } from './id-table';
import { keepsSums } from './kept-sums';
import { planSeries } from './plan';
import { readRecent, type RecentSums } from './read-recent';
import { readMasks, readStacks, type StackRows } from './read-samples';
import { mergeSums } from './recent-uploads';
import { resolveStackFilters } from './resolve-stack-filters';
import type { SampleQuestion } from './sample-question';
import type { Window } from './sql/window';
import type { StackStore } from './stack-store';
import { UploadValuesTable } from './upload-values-table';
import { uploadIndex, type UploadValues } from './upload-values';

/** Series look at uploads one by one. */
export type UploadQuestion = SampleQuestion & { readonly uploads: Uploads };

/** Which rows are wanted. */
export interface RowChoice<D extends Dimension> {
  readonly dimension: D;
  readonly rows: readonly string[];
  readonly topN: number;
  readonly measure: Measure;
}

/** Rows of one statement: each is a bit of a stack's mask. */
const rowsPerStatement = 60;

/**
 * Values by upload of the rows that are wanted, which the sums by stack tell where they are not named. What uploads are worth is kept, as
 * they never change: who asks again reads only those that came since. Only the side that the measure is about is filled in.
 */
export async function stackRows(
  context: QueryContext,
  asked: UploadQuestion,
  choice: RowChoice<StackDimension>
): Promise<Map<string, UploadValues>> {
  const store = context.stacks.open(context.tenant);
  const samples = choice.rows.length > 0 ? undefined : await readSeriesStacks(context, store, asked);
  const names =
    samples === undefined
      ? [...new Set(choice.rows)]
      : largestNames(new DimensionRows(samples.dictionary, choice.dimension), samples, choice);
  const read = (uploads: Uploads, rows: readonly string[]) =>
    readRows(context, store, { ...asked, uploads }, { ...choice, rows }, samples);
  const values =
    keepsSums(context.engine) && asked.restrictions.spans === undefined
      ? await keptValues(store, asked, keptRows(store, asked, choice, names), read)
      : await read(asked.uploads, names);
  return new Map(names.map((name, row) => [name, valuesOf(name, values[row])]));
}

/** A value of 0 is none. */
function valuesOf(name: string, values: Float64Array): UploadValues {
  return { name, self: values, total: values, seen: Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)) };
}

/** Samples by stack, from the rollup where that knows them. */
async function readSeriesStacks(context: QueryContext, store: StackStore, asked: UploadQuestion): Promise<StackRows> {
  const few = await readRecent(context, store, asked, 'stack');
  const uploads =
    few === undefined ? await planSeries(context, asked.restrictions, asked.uploads, asked.profileType) : asked.uploads;
  return readStacks(context, store, { ...asked, uploads });
}

/** A row and what is known of it; `key` says what its values by upload depend on, beside the uploads. */
interface KeptRow {
  readonly name: string;
  readonly key: string;
  readonly table: UploadValuesTable;
}

function keptRows(
  { kept }: StackStore,
  { profileType, restrictions: { stackFilters, contextFilters } }: UploadQuestion,
  { dimension, measure }: RowChoice<StackDimension>,
  names: readonly string[]
): KeptRow[] {
  const side = [isOfSelf(measure) ? 'self' : 'total', measure === 'profiles' ? 'samples' : 'value'];
  const common = digestOf([profileType.id, dimension, side, stackFilters, contextFilters]);
  return names.map((name) => {
    const key = `${common} ${name}`;
    return { name, key, table: kept.rows.find(key) ?? new UploadValuesTable() };
  });
}

type ReadRows = (uploads: Uploads, names: readonly string[]) => Promise<Float64Array[]>;

/** Values of rows by upload; what is not known is read. */
async function keptValues(
  store: StackStore,
  { uploads }: UploadQuestion,
  rows: readonly KeptRow[],
  read: ReadRows
): Promise<Float64Array[]> {
  // A row that was not asked for before must not have the others read anew.
  const ids = halves(uploads.profile);
  const isNew = new Set(rows.filter(({ table }) => table.isEmpty));
  const groups = [rows.filter((row) => !isNew.has(row)), [...isNew]];
  for (const group of groups.filter(({ length }) => length > 0)) {
    await readMissing(store, { uploads, ids }, group, read);
  }
  return rows.map(({ table }) =>
    Float64Array.from({ length: uploads.length }, (_, at) => table.get(ids[at * 2], ids[at * 2 + 1]) ?? 0)
  );
}

/** `ids`: halves of the uploads' numbers. */
async function readMissing(
  store: StackStore,
  { uploads, ids }: { readonly uploads: Uploads; readonly ids: Uint32Array },
  rows: readonly KeptRow[],
  read: ReadRows
): Promise<void> {
  const isKnown = (at: number) =>
    uploads.carries[at] === 0 || rows.every(({ table }) => table.get(ids[at * 2], ids[at * 2 + 1]) !== undefined);
  const missing = someUploads(uploads, (at) => !isKnown(at));
  if (missing.length === 0) {
    return;
  }
  const narrowed = { ...missing, scope: { ...missing.scope, window: startsOf(missing) } };
  const values = await read(
    narrowed,
    rows.map(({ name }) => name)
  );
  const missingIds = halves(missing.profile);
  rows.forEach(({ key, table }, row) => {
    values[row].forEach((value, at) => table.set(missingIds[at * 2], missingIds[at * 2 + 1], value));
    store.kept.rows.keep(key, table);
  });
}

/** The least window in which the uploads start, oldest first. */
function startsOf({ startUs, length }: Uploads): Window {
  return { kind: 'starts', fromMs: Math.floor(startUs[0] / 1000), toMs: Math.floor(startUs[length - 1] / 1000) + 1 };
}

/** Values of the choice's rows by upload. `samples`: sums of stacks that hold all there are of the rows. */
async function readRows(
  context: QueryContext,
  store: StackStore,
  asked: UploadQuestion,
  choice: RowChoice<StackDimension>,
  samples: StackRows | undefined
): Promise<Float64Array[]> {
  const recent = await readRecent(context, store, asked, 'stack');
  if (recent !== undefined) {
    const filters = await resolveStackFilters(context, asked.restrictions.stackFilters);
    return recentValues(store, asked.uploads, choice, recent, stackMask(store.view(), filters));
  }
  return maskedValues(context, store, asked, choice, samples ?? (await readSeriesStacks(context, store, asked)));
}

/** Sums the rows' stacks by upload in the engine, one column per row, so that no sample comes here. */
async function maskedValues(
  context: QueryContext,
  store: StackStore,
  asked: UploadQuestion,
  { dimension, rows: names, measure }: RowChoice<StackDimension>,
  samples: StackRows
): Promise<Float64Array[]> {
  const rows = new DimensionRows(samples.dictionary, dimension);
  const found = names.map(() => new Float64Array(asked.uploads.length));
  for (let first = 0; first < names.length; first += rowsPerStatement) {
    const part = names.slice(first, first + rowsPerStatement);
    const bits = new Map(part.map((name, bit) => [rows.row(name), bit]));
    const masks = stackMasks(samples.stack, rows, bits, measure, store);
    const count = measure === 'profiles' ? 'samples' : 'value';
    const columns = await readMasks(context, asked, { ...masks, rows: part.length, count });
    addMasked(columns, asked.uploads, found.slice(first, first + part.length));
  }
  return found;
}

/** The same of few uploads whose sums are in memory. */
function recentValues(
  store: StackStore,
  uploads: Uploads,
  { dimension, rows: names, measure }: RowChoice<StackDimension>,
  { carrying, sums }: RecentSums,
  keeps: ((stack: number) => boolean) | undefined
): Float64Array[] {
  const { key: stack } = mergeSums(sums);
  const rows = new DimensionRows(store.view(), dimension);
  const wanted = new Map(names.map((name, at) => [rows.row(name), at]));
  const indexes = wantedPerStack(rows, keeps === undefined ? stack : stack.filter(keeps), wanted, measure);
  const found = names.map(() => new Float64Array(uploads.length));
  const uploadOf = uploadIndex(uploads);
  sums.forEach((one, at) => {
    const upload = uploadOf.get(carrying.profile[at]) ?? 0;
    const parts = measure === 'profiles' ? one.samples : one.value;
    sumsOfWanted(one.key, parts, indexes, names.length).forEach((sum, row) => {
      found[row][upload] += sum;
    });
  });
  return found;
}

/** For stacks on some of the wanted rows: which. */
function wantedPerStack(
  rows: DimensionRows,
  stacks: Uint32Array,
  wanted: ReadonlyMap<number, number>,
  measure: Measure
): Map<number, number[]> {
  const indexes = new Map<number, number[]>();
  const found: number[] = [];
  for (const stack of stacks) {
    const count = isOfSelf(measure) ? 1 : rows.totalOf(stack, found);
    found[0] = isOfSelf(measure) ? rows.selfOf(stack) : found[0];
    const own = found.slice(0, count).flatMap((row) => wanted.get(row) ?? []);
    if (own.length > 0) {
      indexes.set(stack, own);
    }
  }
  return indexes;
}

function sumsOfWanted(
  stacks: Uint32Array,
  parts: Float64Array,
  indexes: ReadonlyMap<number, readonly number[]>,
  length: number
): Float64Array {
  const sums = new Float64Array(length);
  for (let at = 0; at < stacks.length; at++) {
    for (const row of indexes.get(stacks[at]) ?? []) {
      sums[row] += parts[at];
    }
  }
  return sums;
}

/** For stacks on some of the rows: bit k is set where the stack counts for row k. */
function stackMasks(
  stacks: Uint32Array,
  rows: DimensionRows,
  bits: ReadonlyMap<number, number>,
  measure: Measure,
  store: StackStore
): { readonly stacks: bigint[]; readonly masks: bigint[] } {
  const ids: bigint[] = [];
  const masks: bigint[] = [];
  const found: number[] = [];
  for (const stack of stacks) {
    const count = isOfSelf(measure) ? 1 : rows.totalOf(stack, found);
    found[0] = isOfSelf(measure) ? rows.selfOf(stack) : found[0];
    let mask = 0n;
    for (let k = 0; k < count; k++) {
      const bit = bits.get(found[k]);
      mask |= bit === undefined ? 0n : 1n << BigInt(bit);
    }
    if (mask !== 0n) {
      ids.push(store.idOfStack(stack));
      masks.push(mask);
    }
  }
  return { stacks: ids, masks };
}

export function isOfSelf(measure: Measure): boolean {
  return measure === 'self' || measure === 'selfShare';
}

function addMasked(columns: Columns | undefined, uploads: Uploads, found: readonly Float64Array[]): void {
  if (columns === undefined) {
    return;
  }
  const uploadOf = uploadIndex(uploads);
  const profiles = columns.bigints('profile_key');
  found.forEach((values, row) => {
    const sums = columns.numbers(`row${row}`);
    for (let at = 0; at < columns.rows; at++) {
      const upload = uploadOf.get(profiles[at]);
      if (upload !== undefined) {
        values[upload] += sums[at];
      }
    }
  });
}

function largestNames(
  rows: DimensionRows,
  samples: Pick<StackRows, 'length' | 'stack' | 'value'>,
  { measure, topN }: { readonly measure: Measure; readonly topN: number }
): string[] {
  const bySelf = isOfSelf(measure);
  const sums: number[] = [];
  const found: number[] = [];
  for (let at = 0; at < samples.length; at++) {
    const stack = samples.stack[at];
    const count = bySelf ? 1 : rows.totalOf(stack, found);
    if (bySelf) {
      found[0] = rows.selfOf(stack);
    }
    for (let k = 0; k < count; k++) {
      if (found[k] >= 0) {
        sums[found[k]] = (sums[found[k]] ?? 0) + samples.value[at];
      }
    }
  }
  const order = Object.keys(sums).map(Number);
  order.sort((a, b) => sums[b] - sums[a] || (rows.names[a] < rows.names[b] ? -1 : 1));
  return order.slice(0, topN).map((row) => rows.names[row]);
}

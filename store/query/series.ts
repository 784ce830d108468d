import type { Dimension, Measure } from '../../src/api/query';
import {
  DimensionRows,
  isContextDimension,
  type ContextDimension,
  type StackDimension,
} from '../../src/model/dimensions';
import { stackMask } from '../../src/model/stack-filter';
import type { ProfileType } from '../../src/model/profile-types';
import type { Columns } from '../engines/engine';
import { someUploads, type Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import { eachContextName } from './context-names';
import { planSeries } from './plan';
import { contextFilter, type Restrictions } from './prepare';
import { readKeys, readMasks, readStacks, type StackRows } from './read-samples';
import type { SampleQuestion } from './sample-question';
import { readRecent, type RecentSums } from './read-recent';
import { mergeSums } from './recent-uploads';
import { resolveStackFilters } from './resolve-stack-filters';
import type { StackStore } from './stack-store';

/** What one row of a dimension (or, without one, the whole profile) is worth in every upload. Index = upload. */
export interface UploadValues {
  readonly name: string;
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** 1 where the upload has samples of the row. */
  readonly seen: Uint8Array;
}

/** Values per upload of a type as a whole, after all filters: what shares are shares of. */
export async function wholeValues(
  context: QueryContext,
  uploads: Uploads,
  profileType: ProfileType,
  restrictions: Restrictions
): Promise<UploadValues> {
  const values = emptyValues('', uploads.length);
  if (!restrictsSamples(restrictions)) {
    values.self.set(Float64Array.from(uploads.total));
    values.seen.set(Uint8Array.from(uploads.count, (count) => (count > 0 ? 1 : 0)));
  } else {
    const rows = await readPerUpload(context, question(uploads, profileType, restrictions), undefined);
    rows.forEach(({ upload, value }) => add(values, upload, value, value));
  }
  values.total.set(values.self);
  return values;
}

function restrictsSamples({ spans, wholeUploads, stackFilters, contextFilters }: Restrictions): boolean {
  return (spans !== undefined && !wholeUploads) || stackFilters.length > 0 || contextFilters.length > 0;
}

/** Series look at uploads one by one. */
type UploadQuestion = SampleQuestion & { readonly uploads: Uploads };

function question(uploads: Uploads, profileType: ProfileType, restrictions: Restrictions): UploadQuestion {
  return { uploads, profileType, restrictions, averaged: false };
}

function emptyValues(name: string, uploads: number): UploadValues {
  return { name, self: new Float64Array(uploads), total: new Float64Array(uploads), seen: new Uint8Array(uploads) };
}

function add(values: UploadValues, upload: number, self: number, total: number): void {
  values.self[upload] += self;
  values.total[upload] += total;
  values.seen[upload] = 1;
}

/**
 * Values per upload of the rows asked for by name, or of the `topN` largest. Names that nothing was sampled of give zeros.
 */
export async function rowValues(
  context: QueryContext,
  uploads: Uploads,
  profileType: ProfileType,
  restrictions: Restrictions,
  choice: {
    readonly dimension: Dimension;
    readonly rows: readonly string[];
    readonly topN: number;
    readonly measure: Measure;
  }
): Promise<UploadValues[]> {
  const asked = question(uploads, profileType, restrictions);
  const { dimension } = choice;
  const byName = isContextDimension(dimension)
    ? await contextRows(context, asked, { ...choice, dimension })
    : await stackRows(context, asked, { ...choice, dimension });
  if (choice.rows.length > 0) {
    return choice.rows.map((name) => byName.get(name) ?? emptyValues(name, uploads.length));
  }
  return largest([...byName.values()], choice.measure, choice.topN);
}

function largest(rows: readonly UploadValues[], measure: Measure, topN: number): UploadValues[] {
  const by = isOfSelf(measure) ? 'self' : 'total';
  const weight = (row: UploadValues) => row[by].reduce((sum, value) => sum + value, 0);
  return rows
    .map((row) => ({ row, size: weight(row) }))
    .sort((a, b) => b.size - a.size || (a.row.name < b.row.name ? -1 : 1))
    .slice(0, topN)
    .map(({ row }) => row);
}

/** Which rows are wanted. */
interface RowChoice<D extends Dimension> {
  readonly dimension: D;
  readonly rows: readonly string[];
  readonly topN: number;
  readonly measure: Measure;
}

/** Two passes: which rows are largest, then only their values by upload. */
async function contextRows(
  context: QueryContext,
  asked: UploadQuestion,
  { dimension, rows, topN }: RowChoice<ContextDimension>
): Promise<Map<string, UploadValues>> {
  const wanted = rows.length > 0 ? rows : await largestContexts(context, asked, dimension, topN);
  const filter = contextFilter({ dimension, match: 'any', values: [...wanted] });
  const contextFilters = [...asked.restrictions.contextFilters, filter];
  const found = new Map(wanted.map((name) => [name, emptyValues(name, asked.uploads.length)]));
  const narrowed = { ...asked, restrictions: { ...asked.restrictions, contextFilters } };
  for (const { upload, value, key } of await readPerUpload(context, narrowed, dimension)) {
    const values = found.get(key);
    if (values !== undefined) {
      add(values, upload, value, value);
    }
  }
  return found;
}

async function largestContexts(
  context: QueryContext,
  asked: UploadQuestion,
  dimension: ContextDimension,
  topN: number
): Promise<string[]> {
  const rows = await readKeys(context, asked, [dimension]);
  if (rows === undefined) {
    return [];
  }
  const sums = new Map<string, number>();
  eachContextName(rows.columns, dimension, (name, at) => sums.set(name, (sums.get(name) ?? 0) + rows.value[at]));
  return [...sums]
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, topN)
    .map(([name]) => name);
}

/** Rows of one statement: each is a bit of a stack's mask. */
const rowsPerStatement = 60;

/**
 * Two passes over the samples. The first sums by stack, which the rollup mostly knows: it tells which rows are wanted and which stacks
 * they are on. The second sums these stacks by upload, one column per row, so that no sample comes here. Only the side that the measure
 * is about is filled in.
 */
async function stackRows(
  context: QueryContext,
  asked: UploadQuestion,
  choice: RowChoice<StackDimension>
): Promise<Map<string, UploadValues>> {
  const store = context.stacks.open(context.tenant);
  const recent = await readRecent(context, store, asked, 'stack');
  if (recent !== undefined) {
    const filters = await resolveStackFilters(context, asked.restrictions.stackFilters);
    return recentStackRows(store, asked.uploads, choice, recent, stackMask(store.view(), filters));
  }
  const plan = await planSeries(context, asked.restrictions, asked.uploads, asked.profileType);
  const samples = await readStacks(context, store, { ...asked, uploads: plan });
  const rows = new DimensionRows(samples.dictionary, choice.dimension);
  const wanted = choice.rows.length > 0 ? [...new Set(choice.rows)] : largestNames(rows, samples, choice);
  const found = wanted.map((name) => emptyValues(name, asked.uploads.length));
  for (let first = 0; first < wanted.length; first += rowsPerStatement) {
    const part = found.slice(first, first + rowsPerStatement);
    const bits = new Map(part.map(({ name }, bit) => [rows.row(name), bit]));
    const masks = stackMasks(samples.stack, rows, bits, choice.measure, store);
    const count = choice.measure === 'profiles' ? 'samples' : 'value';
    addMasked(await readMasks(context, asked, { ...masks, rows: part.length, count }), asked.uploads, part);
  }
  return new Map(found.map((values) => [values.name, values]));
}

/** The same of few uploads whose sums are in memory. */
function recentStackRows(
  store: StackStore,
  uploads: Uploads,
  choice: RowChoice<StackDimension>,
  { carrying, sums }: RecentSums,
  keeps: ((stack: number) => boolean) | undefined
): Map<string, UploadValues> {
  const { key: stack, value } = mergeSums(sums);
  const rows = new DimensionRows(store.view(), choice.dimension);
  const kept = keeps === undefined ? stack : stack.filter(keeps);
  const byStack = { stack: kept, value: kept === stack ? value : value.filter((_, at) => keeps?.(stack[at])) };
  const wanted =
    choice.rows.length > 0
      ? [...new Set(choice.rows)]
      : largestNames(rows, { ...byStack, length: kept.length }, choice);
  const found = wanted.map((name) => emptyValues(name, uploads.length));
  const indexes = wantedPerStack(rows, kept, new Map(wanted.map((name, at) => [rows.row(name), at])), choice.measure);
  const uploadOf = uploadIndex(uploads);
  sums.forEach((one, at) => {
    const upload = uploadOf.get(carrying.profile[at]) ?? 0;
    const parts = choice.measure === 'profiles' ? one.samples : one.value;
    sumsOfWanted(one.key, parts, indexes, wanted.length).forEach((sum, row) => {
      if (sum !== 0) {
        add(found[row], upload, sum, sum);
      }
    });
  });
  return new Map(found.map((values) => [values.name, values]));
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

function isOfSelf(measure: Measure): boolean {
  return measure === 'self' || measure === 'selfShare';
}

function addMasked(columns: Columns | undefined, uploads: Uploads, found: readonly UploadValues[]): void {
  if (columns === undefined) {
    return;
  }
  const uploadOf = uploadIndex(uploads);
  const profiles = columns.bigints('profile_key');
  found.forEach((values, row) => {
    const sums = columns.numbers(`row${row}`);
    for (let at = 0; at < columns.rows; at++) {
      const upload = uploadOf.get(profiles[at]);
      if (upload !== undefined && sums[at] !== 0) {
        add(values, upload, sums[at], sums[at]);
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

interface UploadRow {
  readonly upload: number;
  readonly value: number;
  readonly key: string;
}

async function readPerUpload(
  context: QueryContext,
  asked: UploadQuestion,
  dimension: ContextDimension | undefined
): Promise<UploadRow[]> {
  const rows = await readKeys(context, asked, dimension === undefined ? ['profile'] : ['profile', dimension]);
  if (rows === undefined) {
    return [];
  }
  const { columns, value } = rows;
  const uploadOf = uploadIndex(asked.uploads);
  const profiles = columns.bigints('profile_key');
  const found: UploadRow[] = [];
  const keep = (key: string, at: number) => {
    const upload = uploadOf.get(profiles[at]);
    if (upload !== undefined) {
      found.push({ upload, value: value[at], key });
    }
  };
  if (dimension === undefined) {
    value.forEach((_, at) => keep('', at));
  } else {
    eachContextName(columns, dimension, keep);
  }
  return found;
}

function uploadIndex(uploads: Uploads): Map<bigint, number> {
  return new Map(Array.from(uploads.profile, (profile, at) => [profile, at]));
}

/** Uploads of one combination of label values, or all as one group. */
export interface UploadGroup {
  readonly labels: Record<string, string>;
  readonly members: readonly number[];
}

/** Uploads by the values of the asked labels; groups in order of their values. */
export function groupUploads(uploads: Uploads, names: readonly string[]): UploadGroup[] {
  const groups = new Map<string, { labels: Record<string, string>; members: number[] }>();
  for (let at = 0; at < uploads.length; at++) {
    const values = uploads.labels.map((label) => label[at]);
    const key = JSON.stringify(values);
    const group = groups.get(key) ?? { labels: labelObject(names, values), members: [] };
    group.members.push(at);
    groups.set(key, group);
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** Own properties only, also for a label that is called `__proto__`. */
export function labelObject(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, at) => [name, values[at]]));
}

export function membersOf(uploads: Uploads, group: UploadGroup): Uploads {
  const members = new Set(group.members);
  return someUploads(uploads, (at) => members.has(at));
}

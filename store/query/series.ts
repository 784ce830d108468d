import type { Dimension, Measure } from '../../src/api/query';
import { absentNames, DimensionRows, isContextDimension } from '../../src/model/dimensions';
import { formatSpanId } from '../../src/model/span-id';
import type { ProfileType } from '../../src/model/profile-types';
import { someUploads, type Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import type { Restrictions } from './prepare';
import { readKeys, readStacks, type SampleQuestion } from './read-samples';

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
  const byName = isContextDimension(choice.dimension)
    ? await contextRows(context, asked, choice.dimension)
    : await stackRows(context, asked, choice);
  if (choice.rows.length > 0) {
    return choice.rows.map((name) => byName.get(name) ?? emptyValues(name, uploads.length));
  }
  return largest([...byName.values()], choice.measure, choice.topN);
}

function largest(rows: readonly UploadValues[], measure: Measure, topN: number): UploadValues[] {
  const by = measure === 'self' || measure === 'selfShare' ? 'self' : 'total';
  const weight = (row: UploadValues) => row[by].reduce((sum, value) => sum + value, 0);
  return rows
    .map((row) => ({ row, size: weight(row) }))
    .sort((a, b) => b.size - a.size || (a.row.name < b.row.name ? -1 : 1))
    .slice(0, topN)
    .map(({ row }) => row);
}

async function contextRows(
  context: QueryContext,
  asked: UploadQuestion,
  dimension: keyof typeof absentNames
): Promise<Map<string, UploadValues>> {
  const found = new Map<string, UploadValues>();
  for (const { upload, value, key } of await readPerUpload(context, asked, dimension)) {
    const name = key === '' ? absentNames[dimension] : key;
    const values = found.get(name) ?? emptyValues(name, asked.uploads.length);
    add(values, upload, value, value);
    found.set(name, values);
  }
  return found;
}

/** Two passes over the samples: which rows are wanted, then their values, so that memory holds wanted rows only. */
async function stackRows(
  context: QueryContext,
  asked: UploadQuestion,
  choice: {
    readonly dimension: Dimension;
    readonly rows: readonly string[];
    readonly topN: number;
    readonly measure: Measure;
  }
): Promise<Map<string, UploadValues>> {
  const { dimension } = choice;
  if (isContextDimension(dimension)) {
    throw new TypeError(`${dimension} is not a dimension of stacks`);
  }
  const samples = await readStacks(context, context.stacks.open(context.tenant), asked, ['profile']);
  const uploadOf = uploadIndex(asked.uploads);
  const rows = new DimensionRows(samples.dictionary, dimension);
  const wanted = choice.rows.length > 0 ? new Set(choice.rows) : largestNames(rows, samples, choice);
  const byRow = new Map<number, UploadValues>();
  wanted.forEach((name) => byRow.set(rows.row(name), emptyValues(name, asked.uploads.length)));
  const profiles = samples.id('profile');
  const found: number[] = [];
  for (let at = 0; at < samples.length; at++) {
    const upload = uploadOf.get(profiles[at]);
    const stack = samples.stack[at];
    const self = rows.selfOf(stack);
    const count = rows.totalOf(stack, found);
    for (let k = 0; k < count; k++) {
      const values = byRow.get(found[k]);
      if (values !== undefined && upload !== undefined) {
        add(values, upload, found[k] === self ? samples.value[at] : 0, samples.value[at]);
      }
    }
  }
  return new Map([...byRow.values()].map((values) => [values.name, values]));
}

function largestNames(
  rows: DimensionRows,
  samples: { readonly length: number; readonly stack: Uint32Array; readonly value: Float64Array },
  { measure, topN }: { readonly measure: Measure; readonly topN: number }
): Set<string> {
  const bySelf = measure === 'self' || measure === 'selfShare';
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
  return new Set(order.slice(0, topN).map((row) => rows.names[row]));
}

interface UploadRow {
  readonly upload: number;
  readonly value: number;
  readonly key: string;
}

async function readPerUpload(
  context: QueryContext,
  asked: UploadQuestion,
  dimension: keyof typeof absentNames | undefined
): Promise<UploadRow[]> {
  const keys = dimension === undefined ? (['profile'] as const) : (['profile', dimension] as const);
  const uploadOf = uploadIndex(asked.uploads);
  const rows = await perUpload(context, asked, keys, dimension);
  return rows.flatMap(({ profile, value, key }) => {
    const upload = uploadOf.get(profile);
    return upload === undefined ? [] : [{ upload, value, key }];
  });
}

async function perUpload(
  context: QueryContext,
  asked: UploadQuestion,
  keys: ReadonlyArray<'profile' | 'thread' | 'endpoint' | 'span'>,
  dimension: keyof typeof absentNames | undefined
): Promise<Array<{ profile: bigint; value: number; key: string }>> {
  if (asked.restrictions.stackFilters.length > 0) {
    const rows = await readStacks(context, context.stacks.open(context.tenant), asked, keys);
    const names = namesOf(
      dimension,
      (name) => rows.key(name),
      () => rows.id('span')
    );
    return Array.from(rows.id('profile'), (profile, at) => ({ profile, value: rows.value[at], key: names[at] ?? '' }));
  }
  const rows = await readKeys(context, asked, keys);
  if (rows === undefined) {
    return [];
  }
  const { columns, value } = rows;
  const names = namesOf(
    dimension,
    (name) => columns.strings(`${name}_key`),
    () => columns.bigints('span_key')
  );
  return Array.from(columns.bigints('profile_key'), (profile, at) => ({
    profile,
    value: value[at],
    key: names[at] ?? '',
  }));
}

function namesOf(
  dimension: keyof typeof absentNames | undefined,
  texts: (name: 'thread' | 'endpoint') => readonly string[],
  ids: () => ArrayLike<bigint>
): readonly string[] {
  return dimension === undefined ? [] : dimension === 'span' ? Array.from(ids(), formatSpanId) : texts(dimension);
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

import type { Dimension, Measure } from '../../src/api/query';
import { isContextDimension, type ContextDimension } from '../../src/model/dimensions';
import type { ProfileType } from '../../src/model/profile-types';
import { someUploads, type Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import { eachContextName } from './context-names';
import { contextFilter, type Restrictions } from './prepare';
import { readKeys } from './read-samples';
import { isOfSelf, stackRows, type RowChoice, type UploadQuestion } from './stack-series';
import { add, emptyValues, uploadIndex, type UploadValues } from './upload-values';

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

function question(uploads: Uploads, profileType: ProfileType, restrictions: Restrictions): UploadQuestion {
  return { uploads, profileType, restrictions, averaged: false };
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

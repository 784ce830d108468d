import { profilesFields } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import { findProfileTypes, profileTypeOf } from '../../../src/model/profile-types';
import { canonicalLabel } from '../../../src/model/selector';
import type { Columns, Statement } from '../../engines/engine';
import { HotspanError } from '../../errors';
import { scopeOf, widestWindow } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { buildFrame, integers, texts, times, type Column } from '../frames/frame';
import { valueUnit } from '../frames/units';
import { newestSince, startsIn } from '../label-counts';
import { needsAllParts, partsAreNear } from '../merged-scope';
import { info, type Notice } from '../notices';
import { restrictionsOf } from '../prepare';
import { questionText } from '../question-text';
import type { ParsedQuery } from '../request';
import {
  mergedListStatement,
  numberColumns,
  profileCountStatement,
  profileListStatement,
  textColumns,
  type ListOrder,
  type ListPage,
  type SortColumn,
} from '../sql/profile-list';
import type { UploadScope } from '../sql/upload-scope';

const defaultLimit = 100;
const totalPrefix = 'total ';

interface AskedColumns {
  readonly labels: readonly string[];
  readonly profileTypes: readonly string[];
}

/** `queryType: profiles`: the explorer's list, a page at a time. */
export async function answerProfiles(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const restrictions = restrictionsOf(query);
  const notices: Notice[] = [...restrictions.notices];
  const asked = askedColumns(query.columns ?? []);
  const order = orderOf(query.sort, query.cursor);
  const limit = query.limit ?? defaultLimit;
  const ids = restrictions.profileIds !== undefined || restrictions.spans !== undefined;
  const widest = { ...scopeOf(context.tenant, restrictions, widestWindow(restrictions, time)), readableOnly: false };
  const starting: UploadScope = { ...widest, window: { kind: 'starts', fromMs: time.fromMs, toMs: time.toMs } };
  const page = { order, ...asked, limit };
  let list = await readList(context, ids ? widest : starting, page);
  if (list.total === 0 && !ids) {
    list = await readList(context, widest, page);
    if (list.total > 0) {
      notices.push(info('No upload starts in this range; listed are those that overlap it.'));
    }
  }
  const { rows, total } = list;
  return [
    buildFrame('profiles', listColumns(rows, asked), {
      preferredVisualisationType: 'table',
      executedQueryString: questionText(query, 'profiles', time.fromMs, time.toMs),
      notices,
      custom: { total, cursor: rows.rows < limit ? null : cursorAfter(rows, order) },
    }),
  ];
}

/** A page and the number of profiles. It is read as if no profile had several parts, and again if some have. */
async function readList(
  context: QueryContext,
  scope: UploadScope,
  page: ListPage
): Promise<{ readonly total: number; readonly rows: Columns }> {
  const [counted, plain] = await Promise.all([
    countProfiles(context, scope),
    readPage(context, scope, page, profileListStatement),
  ]);
  if (!counted.hasParts) {
    return { total: counted.total, rows: plain };
  }
  const seen = { ...scope, merged: needsAllParts(scope) };
  const [{ total }, rows] = await Promise.all([
    seen.merged ? countProfiles(context, seen) : counted,
    readPage(context, seen, page, mergedListStatement),
  ]);
  return { total, rows };
}

/** Counted in memory where labels are known there, else by the engine. */
async function countProfiles(
  context: QueryContext,
  scope: UploadScope
): Promise<{ readonly total: number; readonly hasParts: boolean }> {
  const sets = context.labels?.setsStarting(scope);
  if (sets !== undefined) {
    return { total: startsIn(sets, scope.window), hasParts: await partsAreNear(context, scope) };
  }
  const columns = await context.engine.select(profileCountStatement(scope), { signal: context.signal });
  return { total: columns.numbers('uploads')[0], hasParts: columns.numbers('parts')[0] === 1 };
}

/** The newest are looked for at the end of the range first: a page that is full there is the page. */
async function readPage(
  context: QueryContext,
  scope: UploadScope,
  page: ListPage,
  statement: (scope: UploadScope, page: ListPage) => Statement
): Promise<Columns> {
  const read = (of: UploadScope) =>
    context.engine.select(statement(of, page), { signal: context.signal, maxRows: page.limit });
  const sinceMs = newestFirstSince(context, scope, page);
  if (sinceMs !== undefined) {
    const rows = await read({ ...scope, window: { ...scope.window, fromMs: sinceMs } });
    if (rows.rows === page.limit) {
      return rows;
    }
  }
  return read(scope);
}

/** Where the newest of a page may begin; `undefined` = anywhere. */
function newestFirstSince(context: QueryContext, scope: UploadScope, { order, limit }: ListPage): number | undefined {
  const { column, descending, after } = order;
  const { kind, fromMs, toMs } = scope.window;
  const isNewestFirst = column.kind === 'number' && column.name === 'time' && descending;
  if (!isNewestFirst || kind !== 'starts' || scope.merged) {
    return undefined;
  }
  const endMs = typeof after?.value === 'number' ? Math.min(toMs, Math.floor(after.value / 1000) + 1) : toMs;
  const sets = context.labels?.setsStarting(scope);
  if (sets === undefined) {
    return Math.max(fromMs, Math.floor(endMs - (endMs - fromMs) / 16));
  }
  // Some of the millisecond of the last row given may have been given too.
  const given = after === undefined ? 0 : startsIn(sets, { fromMs: endMs - 1, toMs: endMs });
  return newestSince(sets, { fromMs, toMs: endMs }, limit + given);
}

/** Column names that are neither fixed nor a type's total are labels. */
function askedColumns(columns: readonly string[]): AskedColumns {
  const fixed = new Set<string>(Object.values(profilesFields));
  const own = columns.filter((name) => name !== '' && !fixed.has(name));
  return {
    labels: [...new Set(own.filter((name) => !name.startsWith(totalPrefix)).map(canonicalLabel))].filter(
      (name) => !fixed.has(name)
    ),
    profileTypes: [
      ...new Set(
        own.filter((name) => name.startsWith(totalPrefix)).map((name) => typeId(name.slice(totalPrefix.length)))
      ),
    ],
  };
}

function typeId(written: string): string {
  const found = findProfileTypes(written, []);
  return found.length === 1 ? found[0] : written;
}

/** `time`, `-duration` (descending), `total cpu-time`, a label. Default: newest first. */
function orderOf(sort: string | undefined, cursor: string | undefined): ListOrder {
  const written = (sort ?? '-time').trim();
  const words = /^(-?)(.*?)(?:\s+(asc|desc))?$/i.exec(written);
  const name = words?.[2] ?? '';
  const descending = words?.[1] === '-' || words?.[3]?.toLowerCase() === 'desc';
  const column = sortColumn(name);
  return { column, descending, after: cursor === undefined ? undefined : readCursor(cursor, column) };
}

function sortColumn(name: string): SortColumn {
  if (Object.hasOwn(numberColumns, name)) {
    return { kind: 'number', name: name as keyof typeof numberColumns };
  }
  if (Object.hasOwn(textColumns, name)) {
    return { kind: 'text', name: name as keyof typeof textColumns };
  }
  return name.startsWith(totalPrefix)
    ? { kind: 'total', profileType: typeId(name.slice(totalPrefix.length)) }
    : { kind: 'label', label: canonicalLabel(name) };
}

function isNumeric(column: SortColumn): boolean {
  return column.kind === 'number' || column.kind === 'total';
}

function cursorAfter(rows: Columns, { column }: ListOrder): string {
  const last = rows.rows - 1;
  const value = isNumeric(column) ? rows.numbers('sort_value')[last] : rows.strings('sort_value')[last];
  return Buffer.from(JSON.stringify([value, String(rows.bigints('number')[last])])).toString('base64url');
}

function readCursor(cursor: string, column: SortColumn): ListOrder['after'] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const [value, number] = Array.isArray(read) ? read : [];
    if (
      typeof value === (isNumeric(column) ? 'number' : 'string') &&
      typeof number === 'string' &&
      /^\d{1,20}$/.test(number)
    ) {
      return { value, profile: BigInt(number) };
    }
  } catch {
    // Not what we handed out: said below.
  }
  throw new HotspanError('bad_query', 'cursor: is not one that this list gave, or the sort has changed');
}

function listColumns(rows: Columns, asked: AskedColumns): Column[] {
  const f = profilesFields;
  const number = (name: string) => rows.numbers(`c_${name}`);
  const text = (name: string) => texts(name, rows.strings(`c_${name}`));
  return [
    times(
      f.time,
      Float64Array.from(number('time'), (us) => us / 1000)
    ),
    ...[f.id, f.service, f.env, f.version, f.host, f.language, f.runtime].map(text),
    integers(
      f.duration,
      Float64Array.from(number('duration'), (us) => us * 1000),
      { unit: 'ns' }
    ),
    integers(f.size, number('size'), { unit: 'bytes' }),
    integers(f.samples, number('samples')),
    text(f.status),
    text(f.reason),
    ...asked.labels.map((label, at) => texts(label, rows.strings(`label${at}`))),
    ...asked.profileTypes.map((type, at) =>
      integers(`${totalPrefix}${type}`, rows.numbers(`total${at}`), { unit: valueUnit(profileTypeOf(type)) })
    ),
  ];
}

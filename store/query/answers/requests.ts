import { requestsFields } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import { formatSpanId, formatTraceId } from '../../../src/model/span-id';
import { chooseUploads, coveredUs, someUploads, withRoots, type Uploads } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { estimateNotices } from '../estimate-notices';
import { buildFrame, decimals, integers, texts, times } from '../frames/frame';
import { valueUnit } from '../frames/units';
import { info, type Notice } from '../notices';
import { restrictionsOf, wholeUploadNotices } from '../prepare';
import { questionText } from '../question-text';
import { readKeys } from '../read-samples';
import type { SampleQuestion } from '../sample-question';
import { limits, type ParsedQuery } from '../request';
import { resolveType } from '../resolve-type';
import { profileUuidsStatement } from '../sql/profile-ids';
import { spanEntriesStatement } from '../sql/span-entries';

const defaultLimit = 100;
const fewProfiles = 100;

/** A span or endpoint; span, trace, upload are those of its largest part. */
interface RequestRow {
  readonly key: string;
  value: number;
  samples: number;
  largest: number;
  upload: number;
  spanId: string;
  traceId: string;
  endpoint: string;
  operation: string;
  /** What of the value was given its span by thread and time. */
  inferred: number;
}

/** `queryType: requests`: which spans or endpoints the selected samples ran for, largest first. */
export async function answerRequests(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const restrictions = await withRoots(context, restrictionsOf(query), time);
  const notices: Notice[] = [...restrictions.notices, ...wholeUploadNotices(restrictions)];
  const type = await resolveType(context, query.profileType ?? query.profileTypeId, restrictions, time, notices);
  const uploads = await chooseUploads(context, restrictions, time, type.id);
  const asked = { uploads, profileType: type, restrictions, averaged: false };
  const [read, entries, estimates] = await Promise.all([
    readParts(context, asked),
    readEntries(context, uploads),
    estimateNotices(context, uploads, type),
  ]);
  const parts = type.merge === 'average' ? averagedParts(read, uploads) : read;
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const all = joinParts(parts, entries, uploads, query.requestsBy ?? 'span');
  const rows = all.sort((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1)).slice(0, query.limit ?? defaultLimit);
  if (all.length === 0 && parts.length > 0) {
    notices.push(info('No sample of the selection says which request it ran for.'));
  }
  const ids = await profileIds(context, uploads, rows);
  const f = requestsFields;
  const columns = [
    texts(
      f.endpoint,
      rows.map(({ endpoint }) => endpoint)
    ),
    texts(
      f.spanId,
      rows.map(({ spanId }) => spanId)
    ),
    texts(
      f.traceId,
      rows.map(({ traceId }) => traceId)
    ),
    integers(
      f.value,
      rows.map(({ value }) => Math.round(value)),
      { unit: valueUnit(type) }
    ),
    decimals(
      f.share,
      rows.map(({ value }) => (total === 0 ? 0 : value / total)),
      { unit: 'percentunit' }
    ),
    integers(
      f.samples,
      rows.map(({ samples }) => samples)
    ),
    texts(
      f.profileId,
      rows.map(({ upload }) => ids.get(uploads.profile[upload]) ?? '')
    ),
    texts(
      f.service,
      rows.map(({ upload }) => uploads.service[upload])
    ),
    times(
      f.time,
      rows.map(({ upload }) => uploads.startUs[upload] / 1000)
    ),
    texts(
      f.operation,
      rows.map(({ operation }) => operation)
    ),
    decimals(
      f.inferredShare,
      rows.map(({ value, inferred }) => (value === 0 ? 0 : inferred / value)),
      { unit: 'percentunit' }
    ),
  ];
  return [
    buildFrame('requests', columns, {
      preferredVisualisationType: 'table',
      executedQueryString: questionText(query, `${type.name} by ${query.requestsBy ?? 'span'}`, time.fromMs, time.toMs),
      notices: [...notices, ...uploads.notices, ...estimates],
      custom: { profileType: type.id, unit: type.unit, total: Math.round(total), requests: all.length },
    }),
  ];
}

/** Value of one context of one upload. */
interface Part {
  readonly profile: bigint;
  readonly context: number;
  readonly value: number;
  readonly samples: number;
}

async function readParts(context: QueryContext, asked: SampleQuestion): Promise<Part[]> {
  const rows = await readKeys(context, asked, ['profile', 'context']);
  if (rows === undefined) {
    return [];
  }
  const profile = rows.columns.bigints('profile_key');
  const entry = rows.columns.numbers('context_key');
  return Array.from(rows.value, (value, at) => ({
    profile: profile[at],
    context: entry[at],
    value,
    samples: rows.samples[at],
  }));
}

/** Points in time: each upload counts by the part of the covered time that it lasted. One upload stays as it is. */
function averagedParts(parts: readonly Part[], uploads: Uploads): readonly Part[] {
  const carrying = someUploads(uploads, (at) => uploads.carries[at] === 1);
  if (carrying.length <= 1) {
    return parts;
  }
  const covered = coveredUs(carrying);
  const weight = new Map(
    Array.from(carrying.profile, (profile, at) => [profile, (carrying.endUs[at] - carrying.startUs[at]) / covered])
  );
  return parts.map((part) => ({ ...part, value: part.value * (weight.get(part.profile) ?? 0) }));
}

interface Entries {
  readonly span: ArrayLike<bigint>;
  readonly root: ArrayLike<bigint>;
  readonly traceHigh: ArrayLike<bigint>;
  readonly traceLow: ArrayLike<bigint>;
  readonly endpoint: readonly string[];
  readonly operation: readonly string[];
  readonly inferred: ArrayLike<unknown>;
}

async function readEntries(context: QueryContext, uploads: Uploads): Promise<Map<bigint, Entries>> {
  if (uploads.length === 0) {
    return new Map();
  }
  const few = uploads.length <= fewProfiles ? Array.from(uploads.profile) : undefined;
  const statement = spanEntriesStatement(uploads.scope, few);
  const columns = await context.engine.select(statement, { signal: context.signal, maxRows: limits.rows });
  const ids = (name: string, at: number) =>
    BigUint64Array.from(Array.from<unknown>(columns.arrays(name)[at]), toBigint);
  return new Map(
    Array.from(columns.bigints('profile'), (profile, at) => [
      profile,
      {
        span: ids('span', at),
        root: ids('root', at),
        traceHigh: ids('trace_high', at),
        traceLow: ids('trace_low', at),
        endpoint: Array.from<unknown>(columns.arrays('endpoints')[at]).map(String),
        operation: Array.from<unknown>(columns.arrays('operations')[at]).map(String),
        inferred: columns.arrays('inferred')[at],
      },
    ])
  );
}

function toBigint(value: unknown): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

function joinParts(
  parts: readonly Part[],
  entries: ReadonlyMap<bigint, Entries>,
  uploads: Uploads,
  by: 'span' | 'endpoint'
): RequestRow[] {
  const uploadOf = new Map(Array.from(uploads.profile, (profile, at) => [profile, at]));
  const rows = new Map<string, RequestRow>();
  for (const part of parts) {
    const upload = uploadOf.get(part.profile);
    const found = requestOf(part, entries.get(part.profile), by);
    if (found !== undefined && upload !== undefined) {
      const row = rows.get(found.key) ?? { ...found, value: 0, samples: 0, inferred: 0, largest: -Infinity, upload };
      row.value += part.value;
      row.samples += part.samples;
      row.inferred += found.isInferred ? part.value : 0;
      if (part.value > row.largest) {
        Object.assign(row, found, { largest: part.value, upload });
      }
      rows.set(found.key, row);
    }
  }
  return [...rows.values()];
}

function requestOf(
  { context }: Part,
  entries: Entries | undefined,
  by: 'span' | 'endpoint'
): (Pick<RequestRow, 'key' | 'spanId' | 'traceId' | 'endpoint' | 'operation'> & { isInferred: boolean }) | undefined {
  if (context === 0 || entries === undefined || context > entries.span.length) {
    return undefined;
  }
  const at = context - 1;
  const spanId = formatSpanId(entries.span[at]);
  const endpoint = entries.endpoint[at];
  const key = by === 'span' ? spanId : endpoint;
  const nearest = spanId || formatSpanId(entries.root[at]);
  return key === ''
    ? undefined
    : {
        key,
        spanId: nearest,
        endpoint,
        traceId: formatTraceId(entries.traceHigh[at], entries.traceLow[at]),
        operation: entries.operation[at],
        isInferred: entries.inferred[at] === 1,
      };
}

async function profileIds(
  context: QueryContext,
  uploads: Uploads,
  rows: readonly RequestRow[]
): Promise<ReadonlyMap<bigint, string>> {
  const numbers = [...new Set(rows.map(({ upload }) => uploads.profile[upload]))];
  if (numbers.length === 0) {
    return new Map();
  }
  const columns = await context.engine.select(profileUuidsStatement(uploads.scope, numbers), {
    signal: context.signal,
  });
  const uuids = columns.strings('uuid');
  return new Map(Array.from(columns.bigints('number'), (number, at) => [number, uuids[at]]));
}

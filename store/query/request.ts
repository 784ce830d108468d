import { z } from 'zod';
import { dimensions, measures, queryTypes, spanScopes, type StoreQuery } from '../../src/api/query';
import { isUnresolvedVariable } from '../../src/model/selector';
import { HotspanError } from '../errors';

/** Caps on what one request may ask. */
export const limits = {
  queries: 50,
  rangeMs: 800 * 24 * 3600_000,
  nodes: 50_000,
  rows: 1_000_000,
  answerBytes: 64 * 1024 * 1024,
  textLength: 20_000,
  listLength: 10_000,
  alertRows: 100,
  series: 100,
} as const;

const text = z.string().max(limits.textLength);

/** A list, or a single text as templates and links write it. */
const texts = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(text).max(limits.listLength)
);

/** A dimension that is a variable without a value is not said; a filter on one is none. */
const isUnfilled = (value: unknown) => typeof value === 'string' && isUnresolvedVariable(value);

const stackFilter = z.object({
  dimension: z.enum(dimensions),
  match: z.enum(['any', 'leaf', 'regex', 'prefix']).default('any'),
  values: texts,
  exclude: z.boolean().optional(),
});

const adhocFilter = z.object({
  key: text,
  operator: z.enum(['=', '!=', '=~', '!~', '=|', '!=|']),
  value: text.default(''),
  values: texts.optional(),
});

const time = z.number().int().min(0).max(8.64e15);

const compare = z.object({
  from: time.optional(),
  to: time.optional(),
  selector: text.optional(),
  profileId: text.optional(),
  ago: z
    .string()
    .regex(/^\d{1,6}[smhdw]$/, 'write a number and s, m, h, d or w, such as 7d')
    .optional(),
  version: z.literal('previous').optional(),
});

const count = z.number().int().min(1);

/** One query. Empty texts where a choice is meant are taken as not said, as Grafana sends them. */
const querySchema = z.object({
  refId: text.min(1),
  queryType: z.enum(queryTypes).optional(),
  profileType: text.optional(),
  selector: text.optional(),
  filter: text.optional(),
  profileId: text.optional(),
  spanId: texts.optional(),
  rootSpanId: texts.optional(),
  spanScope: z.enum(spanScopes).optional(),
  spanStartUs: z.number().int().min(0).max(8.64e18).optional(),
  spanDurationNs: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  stackFilter: z.preprocess(withoutUnfilled, z.array(stackFilter).max(100).optional()),
  adhocFilters: z.array(adhocFilter).max(100).optional(),
  limit: count.max(limits.rows).optional(),
  maxNodes: z.number().int().optional(),
  focus: z.array(text).max(limits.listLength).optional(),
  compare: z.preprocess(withoutBlanks, compare).optional(),
  dimension: z.preprocess((value) => (isUnfilled(value) ? undefined : value), z.enum(dimensions).optional()),
  measure: z.enum(measures).optional(),
  groupBy: texts.pipe(z.array(z.string()).max(10)).optional(),
  rows: texts.pipe(z.array(z.string()).max(1000)).optional(),
  format: z.enum(['table', 'alert']).optional(),
  topN: count.max(limits.series).optional(),
  minSamples: z.number().int().min(0).max(1e9).optional(),
  columns: texts.pipe(z.array(z.string()).max(100)).optional(),
  sort: text.optional(),
  cursor: text.optional(),
  by: text.optional(),
  names: texts.pipe(z.array(z.string()).max(50)).optional(),
  requestsBy: z.enum(['span', 'endpoint']).optional(),
  compareId: text.optional(),
  order: z.enum(['time', 'value']).optional(),
  average: z.boolean().optional(),
  labelSelector: text.optional(),
  profileTypeId: text.optional(),
  spanSelector: texts.optional(),
});

const requestSchema = z.object({
  from: time,
  to: time,
  maxDataPoints: count.max(1_000_000).optional().nullable(),
  intervalMs: z.number().min(0).optional().nullable(),
  queries: z
    .array(z.looseObject({ refId: text.min(1) }))
    .min(1)
    .max(limits.queries),
});

/** A request whose frame is valid; its queries are parsed one by one, so that each can fail alone. */
export interface ParsedRequest {
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxDataPoints?: number;
  readonly intervalMs?: number;
  readonly queries: ReadonlyArray<{ readonly refId: string; readonly written: unknown }>;
}

export type ParsedQuery = StoreQuery;

/** Checks the frame of `POST /api/v1/query`. */
export function parseRequest(body: unknown): ParsedRequest {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    throw new HotspanError('bad_request', describe(parsed.error));
  }
  const { from, to, maxDataPoints, intervalMs, queries } = parsed.data;
  checkRange(from, to);
  const refIds = queries.map(({ refId }) => refId);
  const twice = refIds.find((refId, at) => refIds.indexOf(refId) !== at);
  if (twice !== undefined) {
    throw new HotspanError('bad_request', `queries: the refId "${twice}" occurs twice`);
  }
  return {
    fromMs: from,
    toMs: to,
    maxDataPoints: maxDataPoints ?? undefined,
    intervalMs: intervalMs ?? undefined,
    queries: queries.map((written) => ({ refId: written.refId, written })),
  };
}

export function checkRange(fromMs: number, toMs: number): void {
  if (toMs <= fromMs) {
    throw new HotspanError('bad_request', 'to: must be later than from');
  }
  if (toMs - fromMs > limits.rangeMs) {
    throw new HotspanError('bad_request', 'to: the range is longer than 800 days');
  }
}

/** One query of a request. The error names every wrong field. */
export function parseQuery(written: unknown): ParsedQuery {
  const parsed = querySchema.safeParse(withoutBlanks(written));
  if (!parsed.success) {
    throw new HotspanError('bad_query', describe(parsed.error));
  }
  return { ...parsed.data, maxNodes: clampedNodes(parsed.data.maxNodes) };
}

function clampedNodes(maxNodes: number | undefined): number | undefined {
  if (maxNodes !== undefined && maxNodes > limits.nodes) {
    throw new HotspanError('bad_query', `maxNodes: at most ${limits.nodes} are possible`);
  }
  return maxNodes === undefined || maxNodes < 1 ? undefined : maxNodes;
}

/** Drops nulls and empty texts, which editors leave behind. */
function withoutBlanks(written: unknown): unknown {
  return typeof written === 'object' && written !== null
    ? Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null && value !== ''))
    : written;
}

function withoutUnfilled(written: unknown): unknown {
  return Array.isArray(written)
    ? written.filter(
        (filter: unknown) =>
          !(typeof filter === 'object' && filter !== null && 'dimension' in filter && isUnfilled(filter.dimension))
      )
    : written;
}

function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 10)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
    .join('; ');
}

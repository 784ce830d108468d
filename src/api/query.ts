/**
 * The wire contract of `POST /api/v1/query` (request) and of every query that a panel, page or alert rule holds.
 * Pure types: the store validates what arrives with zod (`store/query/request.ts`), the datasource builds it.
 */
export const queryTypes = [
  'profile',
  'dimension',
  'metrics',
  'profiles',
  'histogram',
  'facets',
  'runtime',
  'requests',
  'hotspots',
  'annotations',
  'both',
] as const;
export type QueryType = (typeof queryTypes)[number];

/** Ways to group samples. `methodLine` is `method + line`. */
export const dimensions = [
  'method',
  'methodLine',
  'class',
  'package',
  'library',
  'file',
  'directory',
  'thread',
  'endpoint',
  'span',
  'sampleLabel',
  'exception',
  'allocatedClass',
  'lock',
  'peer',
  'path',
] as const;
export type Dimension = (typeof dimensions)[number];

/** What a row, or a profile type as a whole, is worth. */
export const rowMeasures = ['self', 'total', 'selfShare', 'totalShare', 'profiles'] as const;
export type RowMeasure = (typeof rowMeasures)[number];
/**
 * `metrics` as one number for the whole range instead of a series: least-squares slope per second, seconds since the newest upload
 * ended, and the bounds of the range themselves (epoch ms) for links in alert annotations.
 */
export const rangeMeasures = ['slope', 'age', 'from', 'to'] as const;
export type RangeMeasure = (typeof rangeMeasures)[number];
export const measures = [...rowMeasures, ...rangeMeasures] as const;
export type Measure = (typeof measures)[number];

/**
 * Keeps (or with `exclude` drops) samples by their stack or context.
 * `any`: some frame (or the sample's thread, endpoint, span, or a label as `key=value`) is one of `values`; `leaf`: the leaf real frame is;
 * `regex`: some frame matches one of the patterns; `prefix`: the stack starts, at its root, with `values` in order.
 */
export interface StackFilter {
  dimension: Dimension;
  match: 'any' | 'leaf' | 'regex' | 'prefix';
  values: string[];
  exclude?: boolean;
}

export const spanScopes = ['span', 'children', 'root', 'time'] as const;
export type SpanScope = (typeof spanScopes)[number];

export interface CompareWith {
  from?: number;
  to?: number;
  selector?: string;
  profileId?: string;
  /** The same range that long ago: `7d`, `24h`, `30m`. */
  ago?: string;
  /** Alert frames: the version that each service ran before. */
  version?: 'previous';
}

/** One query; fields that a query type doesn't know are ignored. Times are epoch milliseconds. */
export interface HotspanQueryFields {
  queryType?: QueryType;
  /** Id (`cpu-time`), name (`CPU Time`), `type/unit`, `file:type` or Pyroscope's five-part id. */
  profileType?: string;
  /** `{service="a", env=~"p.*"}`; braces may be left out; empty = everything. */
  selector?: string;
  /** Explorer search grammar. */
  filter?: string;
  profileId?: string;
  /** 16 hex digits or decimal. */
  spanId?: string[];
  rootSpanId?: string[];
  spanScope?: SpanScope;
  /** When the span started, µs since 1970, and how long it took, where the caller knows: shares and the time window follow. */
  spanStartUs?: number;
  spanDurationNs?: number;
  /** hotspots: rows in the order in which they ran (default), or largest first. */
  order?: 'time' | 'value';
  /** hotspots of a span: false leaves out what its endpoint takes on average, which takes as long to read as all else. Default true. */
  average?: boolean;
  stackFilter?: StackFilter[];
  adhocFilters?: AdhocFilter[];
  limit?: number;

  maxNodes?: number;
  /** Path of labels from the root to the frame whose subtree is wanted. */
  focus?: string[];
  compare?: CompareWith;

  dimension?: Dimension;
  measure?: Measure;
  groupBy?: string[];
  rows?: string[];
  format?: 'table' | 'alert';
  topN?: number;
  /** With `compare` in alert frames: a change counts only with so many samples on both sides. Default 100. */
  minSamples?: number;

  columns?: string[];
  sort?: string;
  cursor?: string;
  /** histogram: label to stack by. */
  by?: string;
  /** facets: label names. requests: see `requestsBy`. */
  names?: string[];
  requestsBy?: 'span' | 'endpoint';
  compareId?: string;

  /** Accepted as they are from Grafana's Pyroscope query shape. */
  labelSelector?: string;
  profileTypeId?: string;
  spanSelector?: string[];
}

export interface AdhocFilter {
  key: string;
  operator: '=' | '!=' | '=~' | '!~' | '=|' | '!=|';
  value: string;
  values?: string[];
}

export interface StoreQuery extends HotspanQueryFields {
  refId: string;
}

export interface QueryRequest {
  from: number;
  to: number;
  maxDataPoints?: number;
  intervalMs?: number;
  queries: StoreQuery[];
}

export interface QueryResponse {
  results: Record<string, QueryResult>;
}

export interface QueryResult {
  status: number;
  frames: FrameJson[];
  error?: ApiError;
}

/** `code` is from the table in `store/errors.ts`; `hint` says what to do. */
export interface ApiError {
  code: string;
  message: string;
  hint: string;
}

/** Grafana's data frame JSON: `schema` before `data`, `typeInfo` always, `nullable` where a null occurs. */
export interface FrameJson {
  schema: {
    refId?: string;
    name?: string;
    meta?: FrameMetaJson;
    fields: FieldJson[];
  };
  data: { values: unknown[][] };
}

export interface FrameMetaJson {
  type?: string;
  typeVersion?: [number, number];
  preferredVisualisationType?: string;
  preferredVisualisationPluginId?: string;
  executedQueryString?: string;
  notices?: Array<{ severity: 'info' | 'warning' | 'error'; text: string }>;
  custom?: Record<string, unknown>;
}

export interface FieldJson {
  name: string;
  type: 'number' | 'string' | 'time' | 'boolean' | 'enum' | 'other';
  typeInfo: { frame: string; nullable?: boolean };
  labels?: Record<string, string>;
  config?: Record<string, unknown>;
}

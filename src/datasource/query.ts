import { type DataSourceJsonData } from '@grafana/data';
import { type DataQuery } from '@grafana/schema';
import { type Dimension, type HotspanQueryFields, type QueryType } from '../api/query';

/** A query as dashboards, Explore and alert rules hold it. */
export interface HotspanQuery extends Omit<DataQuery, 'queryType'>, HotspanQueryFields {
  /** How the label selector is edited; has no meaning for the answer. */
  editorMode?: 'builder' | 'code';
}

/** Settings that every viewer may read. The token is in `secureJsonData`. */
export interface HotspanOptions extends DataSourceJsonData {
  /** Sent as X-Scope-OrgID. */
  tenant?: string;
  timeoutSeconds?: number;
  /** Larger answers are refused. */
  maxResponseBytes?: number;
  /** Forward the signed-in user's token to the store. */
  oauthPassThru?: boolean;
  /** Address of a frame's source, with ${file}, ${line} and ${method}. */
  sourceUrl?: string;
  /** Id or name; used where a query names none. */
  defaultProfileType?: string;
  /** Uid of the datasource that has the traces of the same programs (Tempo, Jaeger, Zipkin). */
  tracesDatasourceUid?: string;
}

export interface HotspanSecrets {
  token?: string;
}

/** What a query uses when neither it nor the settings name a profile type. */
export const fallbackProfileType = 'cpu-time';

export const variableKinds = [
  'services',
  'labels',
  'labelValues',
  'profileTypes',
  'methods',
  'dimensions',
  'dimensionValues',
  'profiles',
] as const;
export type VariableKind = (typeof variableKinds)[number];

/** The query of a dashboard variable. */
export interface HotspanVariableQuery extends DataQuery {
  kind: VariableKind;
  /** labelValues: the label. */
  label?: string;
  /** Narrows the answer; may use other variables, so that variables cascade. */
  selector?: string;
  /** methods, dimensions, dimensionValues: which samples count. */
  profileType?: string;
  /** dimensionValues: what is listed (threads, endpoints, …). */
  dimension?: Dimension;
  limit?: number;
}

export interface QueryTypeInfo {
  value: QueryType;
  label: string;
  description: string;
}

/** The query types in the order of the picker. */
export const queryTypeInfos: QueryTypeInfo[] = [
  { value: 'profile', label: 'Flame graph', description: 'Merged profile of all matching uploads' },
  { value: 'both', label: 'Flame graph and series', description: 'Merged profile with its course over time' },
  { value: 'dimension', label: 'Table', description: 'Self and total by method, library, thread and more' },
  { value: 'metrics', label: 'Time series', description: 'A profile type, or chosen methods, over time' },
  { value: 'profiles', label: 'Profile list', description: 'One row per upload' },
  { value: 'requests', label: 'Requests', description: 'Spans or endpoints that ran the selection' },
  { value: 'hotspots', label: 'Code hotspots', description: 'The methods that ran in a span, as a tree' },
  { value: 'runtime', label: 'Runtime info', description: 'Settings and properties of one profile’s process' },
  { value: 'histogram', label: 'Uploads over time', description: 'Number of uploads, split by a label' },
  { value: 'facets', label: 'Label values', description: 'Values of labels with the number of uploads' },
  { value: 'annotations', label: 'Events', description: 'New versions, restarts, limits' },
];

/** Parts of the query editor. */
export type EditorPart =
  | 'profileType'
  | 'selector'
  | 'filter'
  | 'profileId'
  | 'stackFilter'
  | 'spans'
  | 'dimension'
  | 'measure'
  | 'groupBy'
  | 'rows'
  | 'maxNodes'
  | 'limit'
  | 'topN'
  | 'columns'
  | 'by'
  | 'names'
  | 'requestsBy'
  | 'compareId'
  | 'format';

const scope = ['selector', 'filter', 'profileId'] as const;
const samples = ['profileType', ...scope, 'stackFilter', 'spans'] as const;

/** Which parts each query type knows. */
export const editorParts: Record<QueryType, readonly EditorPart[]> = {
  profile: [...samples, 'maxNodes'],
  both: [...samples, 'maxNodes', 'groupBy'],
  dimension: [...samples, 'dimension', 'measure', 'groupBy', 'rows', 'format', 'limit'],
  metrics: [...samples, 'groupBy', 'dimension', 'rows', 'measure', 'topN'],
  profiles: [...scope, 'spans', 'columns', 'limit'],
  requests: [...samples, 'requestsBy', 'limit'],
  hotspots: ['profileType', ...scope, 'spans', 'maxNodes'],
  runtime: ['profileId', 'compareId'],
  histogram: ['selector', 'filter', 'by'],
  facets: ['selector', 'filter', 'names', 'limit'],
  annotations: ['selector', 'filter', 'limit'],
};

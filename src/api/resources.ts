import type { Dimension } from './query';

/** `GET /api/v1/profile-types?from&to&selector`, sorted by the table's order; `hidden` ones are queryable, not offered. */
export interface ProfileTypeInfo {
  id: string;
  name: string;
  unit: 'ns' | 'bytes' | 'count';
  merge: 'sum' | 'average';
  hidden: boolean;
  /** Uploads in the range that carry it. */
  profiles: number;
}
export interface ProfileTypesAnswer {
  profileTypes: ProfileTypeInfo[];
}

/** `GET /api/v1/labels?from&to&selector` */
export interface LabelsAnswer {
  labels: Array<{ name: string; values: number }>;
}

/** `GET /api/v1/labels/{name}/values?from&to&selector&match&limit`, most uploads first. */
export interface LabelValuesAnswer {
  values: Array<{ value: string; profiles: number }>;
  truncated: boolean;
}

/** `GET /api/v1/dimensions?from&to&selector&profileType`: those with data. */
export interface DimensionsAnswer {
  dimensions: Array<{ id: Dimension; name: string; values: number }>;
}

/** `GET /api/v1/suggest?from&to&selector&profileType&text&limit&dimension`: fuzzy matches, best first. */
export interface SuggestAnswer {
  suggestions: Array<{ value: string; total: number }>;
}

/** `GET /api/v1/profiles/{id}` */
export interface ProfileDetail {
  id: string;
  tenant: string;
  service: string;
  start: number;
  end: number;
  received: number;
  status: 'ok' | 'unreadable';
  reason: string;
  format: string;
  sizeBytes: number;
  sampleCount: number;
  labels: Record<string, string>;
  profileTypes: Array<{ id: string; name: string; unit: 'ns' | 'bytes' | 'count'; total: number; samples: number }>;
  /** Requests per endpoint in the window, as the client counted them; empty from clients that don't. */
  endpointCounts: Record<string, number>;
  /** Uploads of the same service and runtime-id before and after this one. */
  previousId: string | null;
  nextId: string | null;
  attachments: Array<{ name: string; sizeBytes: number }>;
}

/** `GET /api/v1/status` */
export interface StatusAnswer {
  version: string;
  engine: { kind: 'chdb' | 'clickhouse'; ready: boolean; version: string };
  profiles: number;
  retention: string;
  spool: { files: number; bytes: number };
}

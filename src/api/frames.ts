/** Names that frames and fields carry on the wire: found by name everywhere, never by position. */
export const flamegraphPanelId = 'hotspan-flamegraph-panel';
export const datasourceId = 'hotspan-profiling-datasource';
export const appId = 'hotspan-profiling-app';
/** `props.basename` is the current path, so links start from this constant. */
export const appRoot = `/a/${appId}`;

/**
 * Flame frame (`queryType: profile`). Grafana's trace view needs the name `response`.
 * Fields in order: level int64, value int64, self int64, label enum, then file, line, library, kind, samples;
 * with compare also valueRight, selfRight. Depth first, parents before children, exactly one root (level 0).
 */
export const flameFrameName = 'response';
export const flameFields = {
  level: 'level',
  value: 'value',
  self: 'self',
  label: 'label',
  file: 'file',
  line: 'line',
  library: 'library',
  kind: 'kind',
  samples: 'samples',
  valueRight: 'valueRight',
  selfRight: 'selfRight',
} as const;

/** `meta.custom` of a flame frame. Values in the profile type's unit. */
export interface FlameFrameCustom {
  profileType: string;
  profileTypeName: string;
  unit: 'ns' | 'bytes' | 'count';
  total: number;
  sampleCount: number;
  profileCount: number;
  nodes: number;
  hiddenNodes: number;
  /** Share of the total that sits in hidden nodes' self, 0..1. */
  hiddenShare: number;
  /** With compare: of the right side. */
  totalRight?: number;
  sampleCountRight?: number;
  profileCountRight?: number;
  /** Put in by the datasource in the browser: address of a frame's source, with ${file}, ${line} and ${method}. */
  sourceUrl?: string;
}

/** Table frame (`queryType: dimension`), largest first. */
export const dimensionFields = {
  name: 'name',
  self: 'self',
  total: 'total',
  selfShare: 'selfShare',
  totalShare: 'totalShare',
  samples: 'samples',
} as const;

/** Table frame (`queryType: profiles`), newest first; asked labels and `total <profile type>` columns follow. */
export const profilesFields = {
  time: 'time',
  id: 'id',
  service: 'service',
  env: 'env',
  version: 'version',
  host: 'host',
  language: 'language',
  runtime: 'runtime',
  duration: 'duration',
  size: 'size',
  samples: 'samples',
  status: 'status',
  /** Why an upload could not be read, '' where it could. */
  reason: 'reason',
} as const;

/** Table frame (`queryType: runtime`). With `compareId` also `other`. */
export const runtimeFields = { group: 'group', key: 'key', value: 'value', other: 'other' } as const;

/** Table frame (`queryType: requests`). `time` is the upload's start; `inferredShare`: how much of the value was given its span by thread and time. */
export const requestsFields = {
  endpoint: 'endpoint',
  spanId: 'spanId',
  traceId: 'traceId',
  value: 'value',
  share: 'share',
  samples: 'samples',
  profileId: 'profileId',
  service: 'service',
  time: 'time',
  operation: 'operation',
  inferredShare: 'inferredShare',
} as const;

/**
 * Tree of the methods that ran in a span (`queryType: hotspots`): depth first, parents before children, exactly one root (level 0).
 * `start` and `end` are ns after the span's start (else after its first sample), null = not known; so is `waiting` (wall time
 * without CPU time). `waitedFor` names the lock, peer or path that took most of the waiting, `average` is what an average request of
 * the endpoint takes here, null = not known.
 */
export const hotspotsFrameName = 'hotspots';
export const hotspotsFields = {
  level: 'level',
  label: 'label',
  value: 'value',
  self: 'self',
  share: 'share',
  samples: 'samples',
  start: 'start',
  end: 'end',
  waiting: 'waiting',
  waitedFor: 'waitedFor',
  thread: 'thread',
  average: 'average',
  file: 'file',
  line: 'line',
  library: 'library',
  kind: 'kind',
} as const;

/**
 * `notOfType`: the span has samples, but of other types; `noSamples`: its process was profiled, no sample fell into it;
 * `filtered`: the query's filters leave none of its samples; `notArrived`: the upload that covers it may still come; `noUpload`: its process was not profiled then.
 */
export type HotspotsState = 'ok' | 'notOfType' | 'noSamples' | 'filtered' | 'notArrived' | 'noUpload';

/** A profile type that has samples in the span. `inferred`: the part that was tied to it by thread and time, with one standard error. */
export interface HotspotsType {
  id: string;
  name: string;
  unit: 'ns' | 'bytes' | 'count';
  total: number;
  samples: number;
  inferred?: { total: number; error: number };
}

/** `meta.custom` of a hotspots frame. Values in the profile type's unit. */
export interface HotspotsCustom {
  state: HotspotsState;
  profileType: string;
  profileTypeName: string;
  unit: 'ns' | 'bytes' | 'count';
  total: number;
  sampleCount: number;
  /** One standard error of the total, from the number of samples. */
  error: number;
  /** What one sample stands for on average: the sampling interval for times. */
  perSample: number;
  /** What of the total lies in samples whose span was found by thread and time. */
  inferred: number;
  /** What `share` is a share of: the span's duration, or the total. */
  shareOf: 'span' | 'total';
  order: 'time' | 'value';
  spanScope: 'span' | 'children' | 'root' | 'time';
  spanIds: string[];
  spanDurationNs?: number;
  endpoint: string;
  operation: string;
  traceId: string;
  /** Types that have samples in the span, in the table's order. */
  types: HotspotsType[];
  /** `sampled`: requests were counted by their samples, so short ones are missing and the average is too high. */
  average?: { requests: number; counted: 'all' | 'sampled'; total: number };
  /** Uploads that hold the span's samples (or, without any, cover its time). */
  uploads: Array<{ profileId: string; service: string; start: number; end: number }>;
  hiddenNodes: number;
  hiddenShare: number;
}

/** Table frame (`queryType: facets`): one row per label value, `count` = uploads. */
export const facetFields = { name: 'name', value: 'value', count: 'count' } as const;

/** Names of the number field of alert and series frames. */
export const valueField = 'value';
export const timeField = 'time';

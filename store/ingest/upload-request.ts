/**
 * What is kept of an HTTP request beside its body: enough to read the upload again, now or after a restart. Lies as JSON
 * in front of the body in a segment file (docs/formats/spool.md).
 */
export interface UploadRequest {
  readonly intake: Intake;
  readonly tenant: string;
  readonly receivedMs: number;
  /** Address of the sender; names the instance when nothing else does. */
  readonly peer: string;
  readonly contentType: string;
  /** Query string without the question mark. */
  readonly query: string;
  /** Only `keptHeaders`, lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * `pyroscope`: `/ingest`; `push`: Connect's PusherService; `otlp`: OTLP profiles over HTTP and gRPC; `scrape`: pulled by the store,
 * in the form of `datadog`.
 */
export const intakes = ['datadog', 'upload', 'pyroscope', 'push', 'otlp', 'scrape'] as const;
export type Intake = (typeof intakes)[number];

/** Those whose clients send what belongs together in several requests (docs/adr/0008-parts-of-a-profile.md). */
export function isJoined(intake: Intake): boolean {
  return intake === 'pyroscope' || intake === 'push' || intake === 'otlp';
}

/** Most profiles of one request. */
export function maxProfiles(intake: Intake): number {
  return intake === 'push' || intake === 'otlp' ? 256 : 1;
}

/** Headers that say something about the profile. Credentials are never kept. */
export const keptHeaders = [
  'user-agent',
  'dd-evp-origin',
  'dd-evp-origin-version',
  'datadog-container-id',
  'datadog-entity-id',
  'datadog-meta-lang',
  'datadog-meta-lang-version',
  'x-datadog-additional-tags',
  'x-datadog-container-tags',
] as const;

export interface UploadLimits {
  readonly bodyBytes: number;
  readonly partBytes: number;
  readonly decompressedBytes: number;
  readonly parts: number;
  readonly labels: number;
  readonly labelValueBytes: number;
}

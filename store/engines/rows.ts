import type { TableName } from './engine';

/**
 * An upload ready for insertion: RowBinary bytes per table, columns in the order of `schema/migrations.ts`. Bytes of several
 * uploads may be concatenated. Made by `ingest/encode` (parse worker), inserted by `ingest/batcher`, `profiles` last.
 */
export type EncodedTables = Readonly<Partial<Record<TableName, Uint8Array<ArrayBuffer>>>>;

/** The columns of `profiles`, in table order. */
export interface ProfileRow {
  readonly tenant: string;
  readonly service: string;
  readonly env: string;
  readonly version: string;
  readonly host: string;
  readonly runtime: string;
  readonly language: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly receivedMs: number;
  readonly profile: bigint;
  /** UUID with dashes. */
  readonly id: string;
  readonly uploadKey: string;
  readonly instance: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly types: readonly string[];
  readonly totals: readonly number[];
  readonly counts: readonly number[];
  readonly sampleCount: number;
  readonly sizeBytes: number;
  readonly status: 'ok' | 'unreadable';
  readonly reason: string;
  readonly format: string;
  readonly intake: string;
  readonly runtimeInfo: string;
  readonly attachments: string;
  readonly endpointCounts: ReadonlyMap<string, number>;
  readonly rawSegment: string;
  readonly rawOffset: number;
  readonly rawLength: number;
  readonly retentionDays: number;
  /** Absent or 0 = the first request of the profile; later ones that were joined to it have the same `id` and count from 1. */
  readonly part?: number;
}

/**
 * Says which uploads an hour of a service has, in SQL over rows of `profiles`: two sets of uploads with one fingerprint and one count
 * are the same set. Rollups note it when they are built, and are used while it still holds.
 */
export const uploadsFingerprint = 'groupBitXor(cityHash64(profile))';

/** An upload's rows of `samples` of one profile type; parallel arrays. */
export interface TypeRows {
  readonly stack: BigUint64Array;
  readonly thread: readonly string[];
  readonly value: Float64Array;
  readonly count: Float64Array;
}

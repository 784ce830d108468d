import type { Profile, RuntimeInfoEntry, SamplingPeriod, ValueType } from '../../src/model/profile';

/** One HTTP request of a client, after its protocol was understood and before its profiles are read. */
export interface Upload {
  readonly tenant: string;
  /** Milliseconds since 1970, when the request was read. */
  readonly receivedMs: number;
  /** [start, end) as the client said it, ns since 1970; 0n = not said. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Every tag, `service`, `env`, `version`, `host`, `language`, `runtime` among them where known; keys normalised. */
  readonly labels: ReadonlyMap<string, string>;
  readonly attachments: readonly Attachment[];
  readonly runtimeInfo: readonly RuntimeInfoEntry[];
  /** endpoint → requests in the window, where the client counts them. */
  readonly endpointCounts: ReadonlyMap<string, number>;
  /** Whoever sent it: `datadog`, `upload`, `pyroscope`, `otlp`. */
  readonly intake: string;
}

/** A part of an upload, decompressed. `name` is the file name or field name that the client gave: `delta-heap.pprof`. */
export interface Attachment {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hints?: ReadingHints;
  /** Why it could not be decompressed; `bytes` are then as they were sent. */
  readonly damage?: string;
}

/** What the request says about a file that the file itself does not. */
export interface ReadingHints {
  /** Bare sample counts of a text format are this. */
  readonly countsAre?: ValueType;
  /** What one sample of a bare count stands for. */
  readonly period?: SamplingPeriod;
  /** Functions are called `file:function:line`. */
  readonly packedNames?: boolean;
  /** Not a profile: says what the numbers in the recordings beside it mean. */
  readonly isContextNames?: boolean;
  /** Go's counts in it may go back to the start of the process: they are reduced to what is new since the file before (`cumulative.ts`). */
  readonly isCumulative?: boolean;
}

/** An attachment that was read; `profile` is absent for parts that hold no profile (metrics.json, go.trace). */
export interface ReadAttachment {
  readonly name: string;
  readonly format: string;
  readonly sizeBytes: number;
  readonly profile?: Profile;
}

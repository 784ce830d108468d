/**
 * One upload in memory: what every reader produces and every writer consumes. Struct of arrays; a table row is an index.
 *
 * Invariants, asserted by `checkProfile`:
 * - every index column is in range of the table it points to; row 0 of `strings` is '', of `stacks` the empty stack
 *   ("(no stack)"), of `contexts` "no context";
 * - stacks are leaf first; inlined frames are expanded, innermost first;
 * - `values` is row-major: the value of type t of sample i is `values[i * valueTypes.length + t]`, an integer with
 *   |value| <= 2^53 - 1 in the unit of `valueTypes[t]`.
 */
export type StringIndex = number;
export type FrameIndex = number;
export type StackIndex = number;
export type ContextIndex = number;
export type SampleIndex = number;
export type ValueTypeIndex = number;

export interface Profile {
  readonly strings: readonly string[];
  readonly frames: FrameTable;
  readonly stacks: StackTable;
  readonly contexts: ContextTable;
  readonly valueTypes: readonly ValueType[];
  readonly samples: SampleTable;
  /** Start of the recording, ns since 1970, 0n = not said by the file. */
  readonly startNs: bigint;
  /** 0 = not said by the file. */
  readonly durationNs: number;
  /** What one event of a raw count stands for, as the file says it: cpu/nanoseconds, 10000000. */
  readonly period?: SamplingPeriod;
  /** What the file itself tells about the process, in the order of the file. */
  readonly runtimeInfo: readonly RuntimeInfoEntry[];
  /** Metrics that the file tells beside its samples, by the names of `profile-metrics.ts`. */
  readonly metrics?: ReadonlyMap<string, number>;
  /** Requests per endpoint that ended in the recording, where the file counts them. */
  readonly endpointCounts?: ReadonlyMap<string, number>;
}

/** A sample type in the producer's own spelling, before `resolveProfileType`. */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

export interface SamplingPeriod extends ValueType {
  readonly value: number;
}

/** Frames are real methods, except `detail…` kinds: one extra leaf frame that names what the sample was about. */
export const frameKinds = [
  'method',
  'native',
  'kernel',
  'detail:exception',
  'detail:class',
  'detail:lock',
  'detail:peer',
  'detail:path',
] as const;
export type FrameKind = (typeof frameKinds)[number];

export interface FrameTable {
  readonly length: number;
  /** Function name as the oracle (`go tool pprof`, `jfr print`) prints it. */
  readonly method: Uint32Array<ArrayBuffer>;
  readonly className: Uint32Array<ArrayBuffer>;
  /** Package, module or namespace. */
  readonly packageName: Uint32Array<ArrayBuffer>;
  /** Binary, jar or distribution that holds the method. */
  readonly library: Uint32Array<ArrayBuffer>;
  readonly file: Uint32Array<ArrayBuffer>;
  /** 0 = unknown. */
  readonly line: Int32Array<ArrayBuffer>;
  /** Index into `frameKinds`. */
  readonly kind: Uint8Array<ArrayBuffer>;
}

export interface StackTable {
  readonly length: number;
  /** length + 1 offsets into `frame`. */
  readonly offset: Uint32Array<ArrayBuffer>;
  /** Frame indexes, leaf first. */
  readonly frame: Uint32Array<ArrayBuffer>;
}

/** Distinct combinations of what a sample ran for. Ids are unsigned 64-bit, 0n = none. */
export interface ContextTable {
  readonly length: number;
  readonly thread: Uint32Array<ArrayBuffer>;
  readonly endpoint: Uint32Array<ArrayBuffer>;
  readonly spanId: BigUint64Array<ArrayBuffer>;
  readonly rootSpanId: BigUint64Array<ArrayBuffer>;
  readonly traceIdHigh: BigUint64Array<ArrayBuffer>;
  readonly traceIdLow: BigUint64Array<ArrayBuffer>;
  /** What the span does in the tracer's words (`servlet.request`); absent = no context has one. */
  readonly operation?: Uint32Array<ArrayBuffer>;
  /** What the program attached to its samples, as `sample-labels.ts` writes it; absent = no context has any. */
  readonly labels?: Uint32Array<ArrayBuffer>;
  /** 1 = the producer didn't say the span, the reader found it by thread and time; absent = all were said. */
  readonly inferred?: Uint8Array<ArrayBuffer>;
}

export interface SampleTable {
  readonly length: number;
  readonly stack: Uint32Array<ArrayBuffer>;
  readonly context: Uint32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
  /** When each was taken: ns after `startNs`, NaN = not said. Only where `ReaderLimits.sampleTimes` asks for it. */
  readonly timeNs?: Float64Array<ArrayBuffer>;
}

export interface RuntimeInfoEntry {
  readonly group: string;
  readonly key: string;
  readonly value: string;
}

/** Why a file can't be read. `notMine` = another format, everything else = this format, but broken or over a limit. */
export class ReaderError extends Error {
  constructor(
    readonly format: string,
    readonly offset: number,
    readonly reason: string,
    readonly kind: 'notMine' | 'broken' | 'tooLarge' = 'broken'
  ) {
    super(`${format}: ${reason} (at byte ${offset})`);
    this.name = 'ReaderError';
  }
}

/** Limits a reader keeps; exceeding one is a ReaderError of kind `tooLarge`. */
export interface ReaderLimits {
  readonly samples: number;
  readonly stackDepth: number;
  readonly strings: number;
  readonly locations: number;
  readonly labelsPerSample: number;
  /** Keep when each sample was taken, where the file says it. */
  readonly sampleTimes?: boolean;
}

export const defaultReaderLimits: ReaderLimits = {
  samples: 2_000_000,
  stackDepth: 10_000,
  strings: 5_000_000,
  locations: 2_000_000,
  labelsPerSample: 128,
};

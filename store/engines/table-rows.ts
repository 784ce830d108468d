import { frameKinds, type FrameTable, type StackTable } from '../../src/model/profile';
import type { TableName } from './engine';
import { RowBinaryWriter } from './row-binary';
import type { ProfileRow } from './rows';

/**
 * Rows of every table as RowBinary, columns in the order of `schema/migrations.ts`. `profiles` takes objects (one row per
 * upload); the tables with many rows take struct of arrays and write from memory.
 */

/** Name and type of every column, in the order the encoders write. LowCardinality and codecs are left out: RowBinary is plain. */
export const tableColumns: Readonly<Record<TableName, ReadonlyArray<readonly [name: string, type: string]>>> = {
  profiles: [
    ['tenant', 'String'],
    ['service', 'String'],
    ['env', 'String'],
    ['version', 'String'],
    ['host', 'String'],
    ['runtime', 'String'],
    ['language', 'String'],
    ['start', "DateTime64(9, 'UTC')"],
    ['end', "DateTime64(9, 'UTC')"],
    ['received', "DateTime64(3, 'UTC')"],
    ['profile', 'UInt64'],
    ['id', 'UUID'],
    ['upload_key', 'FixedString(32)'],
    ['instance', 'String'],
    ['labels', 'Map(String, String)'],
    ['types', 'Array(String)'],
    ['totals', 'Array(Int64)'],
    ['counts', 'Array(UInt32)'],
    ['sample_count', 'UInt32'],
    ['size_bytes', 'UInt64'],
    ['status', 'String'],
    ['reason', 'String'],
    ['format', 'String'],
    ['intake', 'String'],
    ['runtime_info', 'String'],
    ['attachments', 'String'],
    ['endpoint_counts', 'Map(String, UInt64)'],
    ['raw_segment', 'String'],
    ['raw_offset', 'UInt64'],
    ['raw_length', 'UInt64'],
    ['retention_days', 'UInt16'],
    ['part', 'UInt16'],
  ],
  samples: [
    ['tenant', 'String'],
    ['service', 'String'],
    ['profile_type', 'String'],
    ['hour', "DateTime('UTC')"],
    ['stack', 'UInt64'],
    ['profile', 'UInt64'],
    ['thread', 'String'],
    ['context', 'UInt32'],
    ['value', 'Int64'],
    ['count', 'UInt32'],
    ['retention_days', 'UInt16'],
  ],
  profile_spans: [
    ['tenant', 'String'],
    ['service', 'String'],
    ['start', "DateTime('UTC')"],
    ['profile', 'UInt64'],
    ['span', 'Array(UInt64)'],
    ['root', 'Array(UInt64)'],
    ['trace_high', 'Array(UInt64)'],
    ['trace_low', 'Array(UInt64)'],
    ['endpoint', 'Array(String)'],
    ['retention_days', 'UInt16'],
    ['operation', 'Array(String)'],
    ['inferred', 'Array(UInt8)'],
    ['labels', 'Array(String)'],
  ],
  stacks: [
    ['tenant', 'String'],
    ['service', 'String'],
    ['stack', 'UInt64'],
    ['frames', 'Array(UInt64)'],
    ['seen', 'Date'],
  ],
  frames: [
    ['tenant', 'String'],
    ['frame', 'UInt64'],
    ['method', 'String'],
    ['class', 'String'],
    ['package', 'String'],
    ['library', 'String'],
    ['file', 'String'],
    ['line', 'Int32'],
    ['kind', 'String'],
    ['seen', 'Date'],
  ],
};

/** One row of `profiles`. */
export function encodeProfileRow(row: ProfileRow): Uint8Array<ArrayBuffer> {
  const out = new RowBinaryWriter(1024 + row.runtimeInfo.length);
  const string = (value: string) => out.string(value);
  [row.tenant, row.service, row.env, row.version, row.host, row.runtime, row.language].forEach(string);
  out.dateTime64(row.startNs);
  out.dateTime64(row.endNs);
  out.dateTime64(row.receivedMs);
  out.u64(row.profile);
  out.uuid(row.id);
  out.fixedString(row.uploadKey, 32);
  out.string(row.instance);
  out.map(row.labels, string, string);
  out.stringArray(row.types);
  out.array(row.totals, (value) => out.i64(value));
  out.array(row.counts, (value) => out.u32(value));
  out.u32(row.sampleCount);
  out.u64(row.sizeBytes);
  [row.status, row.reason, row.format, row.intake, row.runtimeInfo, row.attachments].forEach(string);
  out.map(row.endpointCounts, string, (value) => out.u64(value));
  out.string(row.rawSegment);
  out.u64(row.rawOffset);
  out.u64(row.rawLength);
  out.u16(row.retentionDays);
  out.u16(row.part ?? 0);
  return out.finish();
}

/** Rows of `samples` of one profile. Columns of one index belong together. */
export interface SampleRows {
  readonly tenant: string;
  readonly service: string;
  /** Start of the hour of the profile's start, seconds since 1970. */
  readonly hourSeconds: number;
  readonly profile: bigint;
  readonly retentionDays: number;
  readonly length: number;
  /** Canonical profile type ids; `profileType` and `thread` are indexes into their lists. */
  readonly profileTypes: readonly string[];
  readonly profileType: ArrayLike<number>;
  readonly threads: readonly string[];
  readonly thread: ArrayLike<number>;
  readonly stack: BigUint64Array;
  readonly context: ArrayLike<number>;
  /** Integers up to 2^53 - 1. */
  readonly value: ArrayLike<number>;
  readonly count: ArrayLike<number>;
}

/** Columns behind the thread: context, value, count, retention_days; and those before it: stack, profile. */
const bytesBehindThread = 18;
const bytesBeforeThread = 16;

/** Rows of `samples`. The constant parts are encoded once; the loop writes the rest word by word, as most rows are these. */
export function encodeSampleRows(rows: SampleRows): Uint8Array<ArrayBuffer> {
  const owner = encodeStrings([rows.tenant, rows.service]);
  const heads = rows.profileTypes.map((type) =>
    join(owner[0], owner[1], encodeString(type), hourBytes(rows.hourSeconds))
  );
  const threads = encodeStrings(rows.threads);
  const bytes = new Uint8Array(sampleRowsSize(rows, heads, threads));
  const view = new DataView(bytes.buffer);
  const stacks = new Uint32Array(rows.stack.buffer, rows.stack.byteOffset, rows.length * 2);
  const profileLow = Number(rows.profile & 0xffffffffn);
  const profileHigh = Number(rows.profile >> 32n);
  let at = 0;
  for (let i = 0; i < rows.length; i++) {
    at = copyShort(heads[rows.profileType[i]], bytes, at);
    view.setUint32(at, stacks[i * 2], true);
    view.setUint32(at + 4, stacks[i * 2 + 1], true);
    view.setUint32(at + 8, profileLow, true);
    view.setUint32(at + 12, profileHigh, true);
    at = copyShort(threads[rows.thread[i]], bytes, at + bytesBeforeThread);
    const value = rows.value[i];
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`${value} is not an integer up to 2^53 - 1`);
    }
    const high = Math.floor(value / 0x1_0000_0000);
    view.setUint32(at, rows.context[i], true);
    view.setUint32(at + 4, value - high * 0x1_0000_0000, true);
    view.setInt32(at + 8, high, true);
    view.setUint32(at + 12, rows.count[i], true);
    view.setUint16(at + 16, rows.retentionDays, true);
    at += bytesBehindThread;
  }
  return bytes;
}

function sampleRowsSize(rows: SampleRows, heads: readonly Uint8Array[], threads: readonly Uint8Array[]): number {
  let size = rows.length * (bytesBeforeThread + bytesBehindThread);
  for (let i = 0; i < rows.length; i++) {
    size += heads[rows.profileType[i]].length + threads[rows.thread[i]].length;
  }
  return size;
}

/** For few bytes a loop beats a native copy. Returns where they end. */
function copyShort(source: Uint8Array, target: Uint8Array, at: number): number {
  for (let i = 0; i < source.length; i++) {
    target[at + i] = source[i];
  }
  return at + source.length;
}

/** Distinct requests that samples of one profile ran for; parallel arrays. */
export interface SpanEntries {
  readonly span: BigUint64Array;
  readonly root: BigUint64Array;
  readonly traceHigh: BigUint64Array;
  readonly traceLow: BigUint64Array;
  readonly endpoint: readonly string[];
  /** What the span does in the tracer's words, '' = not said. */
  readonly operation: readonly string[];
  /** 1 = the span was found by thread and time. */
  readonly inferred: readonly number[];
  /** What the program attached, as `src/model/sample-labels.ts` writes it; none at all when no entry has any. */
  readonly labels: readonly string[];
}

/** The row of `profile_spans` of one profile. */
export interface SpanRow extends SpanEntries {
  readonly tenant: string;
  readonly service: string;
  /** The profile's start, seconds since 1970. */
  readonly startSeconds: number;
  readonly profile: bigint;
  readonly retentionDays: number;
}

/** One row of `profile_spans`. */
export function encodeSpanRow(row: SpanRow): Uint8Array<ArrayBuffer> {
  const out = new RowBinaryWriter(1024 + row.span.length * 48);
  out.string(row.tenant);
  out.string(row.service);
  out.dateTime(row.startSeconds);
  out.u64(row.profile);
  out.u64Array(row.span);
  out.u64Array(row.root);
  out.u64Array(row.traceHigh);
  out.u64Array(row.traceLow);
  out.stringArray(row.endpoint);
  out.u16(row.retentionDays);
  out.stringArray(row.operation);
  out.u8Array(row.inferred);
  out.stringArray(row.labels);
  return out.finish();
}

/** Chosen stacks of a profile with their content ids. */
export interface StackRows {
  readonly tenant: string;
  readonly service: string;
  /** The receive day, days since 1970. */
  readonly seenDays: number;
  readonly stacks: StackTable;
  /** Content id of every stack and of every frame of the profile. */
  readonly stackIds: BigUint64Array;
  readonly frameIds: BigUint64Array;
  /** Which stacks to write (those not written today yet). */
  readonly chosen: ArrayLike<number>;
  /** Filled with where the row of each chosen one starts. */
  readonly offsets?: Uint32Array;
}

/** Rows of `stacks`. */
export function encodeStackRows(rows: StackRows): Uint8Array<ArrayBuffer> {
  const { offset, frame } = rows.stacks;
  const owner = join(...encodeStrings([rows.tenant, rows.service]));
  const out = new RowBinaryWriter(1024 + rows.chosen.length * 256);
  for (let i = 0; i < rows.chosen.length; i++) {
    const stack = rows.chosen[i];
    if (rows.offsets) {
      rows.offsets[i] = out.length;
    }
    out.raw(owner);
    out.u64(rows.stackIds[stack]);
    out.size(offset[stack + 1] - offset[stack]);
    for (let at = offset[stack]; at < offset[stack + 1]; at++) {
      out.u64(rows.frameIds[frame[at]]);
    }
    out.date(rows.seenDays);
  }
  return out.finish();
}

/** Chosen frames of a profile with their content ids. */
export interface FrameRows {
  readonly tenant: string;
  /** The receive day, days since 1970. */
  readonly seenDays: number;
  readonly strings: readonly string[];
  readonly frames: FrameTable;
  readonly frameIds: BigUint64Array;
  /** Which frames to write (those not written today yet). */
  readonly chosen: ArrayLike<number>;
  /** Filled with where the row of each chosen one starts. */
  readonly offsets?: Uint32Array;
}

/** Rows of `frames`. */
export function encodeFrameRows(rows: FrameRows): Uint8Array<ArrayBuffer> {
  const { frames, strings } = rows;
  const tenant = encodeString(rows.tenant);
  const kinds = encodeStrings(frameKinds);
  const out = new RowBinaryWriter(1024 + rows.chosen.length * 160);
  for (let i = 0; i < rows.chosen.length; i++) {
    const frame = rows.chosen[i];
    if (rows.offsets) {
      rows.offsets[i] = out.length;
    }
    out.raw(tenant);
    out.u64(rows.frameIds[frame]);
    out.string(strings[frames.method[frame]]);
    out.string(strings[frames.className[frame]]);
    out.string(strings[frames.packageName[frame]]);
    out.string(strings[frames.library[frame]]);
    out.string(strings[frames.file[frame]]);
    out.i32(frames.line[frame]);
    out.raw(kinds[frames.kind[frame]]);
    out.date(rows.seenDays);
  }
  return out.finish();
}

function encodeString(value: string): Uint8Array {
  const out = new RowBinaryWriter(value.length + 8);
  out.string(value);
  return out.finish();
}

function encodeStrings(values: readonly string[]): Uint8Array[] {
  return values.map(encodeString);
}

function hourBytes(seconds: number): Uint8Array {
  const out = new RowBinaryWriter(4);
  out.dateTime(seconds);
  return out.finish();
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

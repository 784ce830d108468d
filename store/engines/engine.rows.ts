import { frameKinds } from '../../src/model/profile';
import type { ProfileRow } from './rows';
import { encodeFrameRows, encodeProfileRow, encodeSampleRows, encodeSpanRow, encodeStackRows } from './table-rows';

/** Rows for engine tests, one maker per table: what a test doesn't name has a fixed value. */

/** Above 2^63: breaks whatever reads ids as signed or as numbers. */
export const big = 0xfedc_ba98_7654_3210n;
export const sampleHour = 1_764_000_000;
const startNs = 1_764_000_000_123_456_789n;
const seenDays = 20_416;

export function profileBytes(row: Partial<ProfileRow>): Uint8Array<ArrayBuffer> {
  return encodeProfileRow(profileRow(row));
}

export function profileRow(row: Partial<ProfileRow> = {}): ProfileRow {
  return {
    tenant: 'default',
    service: 'shop',
    env: 'prod',
    version: '1.2.3',
    host: 'a',
    runtime: 'CPython 3.12',
    language: 'python',
    startNs,
    endNs: startNs + 60_000_000_000n,
    receivedMs: 1_764_000_061_001,
    profile: 1n,
    id: '61f0c404-5cb3-11e7-907b-a6006ad3dba0',
    uploadKey: '0123456789abcdef0123456789abcdef',
    instance: 'i',
    labels: new Map(),
    types: ['cpu-time', 'heap-live-size'],
    totals: [2 ** 53 - 1, -1],
    counts: [3, 4],
    sampleCount: 7,
    sizeBytes: 4096,
    status: 'ok',
    reason: '',
    format: 'pprof',
    intake: 'datadog',
    runtimeInfo: '[["jvm","x","y"]]',
    attachments: '[]',
    endpointCounts: new Map([['GET /', 12]]),
    rawSegment: '2026112400-00000.seg',
    rawOffset: 123_456_789_012,
    rawLength: 4096,
    retentionDays: 400,
    ...row,
  };
}

export interface SampleChoice {
  readonly tenant: string;
  readonly profile?: bigint;
  readonly hourSeconds?: number;
  readonly retentionDays?: number;
  readonly stacks: readonly bigint[];
  readonly values: readonly number[];
}

/** Threads take turns, contexts count up from 0. */
export function sampleBytes(choice: SampleChoice): Uint8Array<ArrayBuffer> {
  const { stacks, values } = choice;
  return encodeSampleRows({
    tenant: choice.tenant,
    service: 'shop',
    hourSeconds: choice.hourSeconds ?? sampleHour,
    profile: choice.profile ?? 1n,
    retentionDays: choice.retentionDays ?? 7,
    length: stacks.length,
    profileTypes: ['cpu-time'],
    profileType: stacks.map(() => 0),
    threads: ['main', 'worker'],
    thread: stacks.map((_, i) => i % 2),
    stack: BigUint64Array.from(stacks),
    context: stacks.map((_, i) => i),
    value: values,
    count: stacks.map(() => 1),
  });
}

export function spanBytes(choice: {
  tenant: string;
  spans: readonly bigint[];
  startSeconds?: number;
  retentionDays?: number;
}): Uint8Array<ArrayBuffer> {
  return encodeSpanRow({
    tenant: choice.tenant,
    service: 'shop',
    startSeconds: choice.startSeconds ?? sampleHour,
    profile: 1n,
    span: BigUint64Array.from(choice.spans),
    root: BigUint64Array.from(choice.spans),
    traceHigh: new BigUint64Array(choice.spans.length),
    traceLow: BigUint64Array.from(choice.spans),
    endpoint: choice.spans.map((span) => (span === 0n ? '' : 'GET /a')),
    operation: choice.spans.map((span) => (span === 0n ? '' : 'servlet.request')),
    inferred: choice.spans.map((span) => (span === 0n ? 0 : 1)),
    labels: choice.spans.map((span) => (span === 0n ? '' : 'customer=c1\nroute=/a')),
    retentionDays: choice.retentionDays ?? 7,
  });
}

/** Two stacks: 5 = frames 11 and `big`, `big` = frame `big`. */
export function stackBytes(choice: { tenant: string; seenDays?: number }): Uint8Array<ArrayBuffer> {
  return encodeStackRows({
    tenant: choice.tenant,
    service: 'shop',
    seenDays: choice.seenDays ?? seenDays,
    stacks: { length: 3, offset: Uint32Array.of(0, 0, 2, 3), frame: Uint32Array.of(0, 1, 1) },
    stackIds: BigUint64Array.of(0n, 5n, big),
    frameIds: BigUint64Array.of(11n, big),
    chosen: [1, 2],
  });
}

/** Two frames: 11 = main, `big` = App.run in native code. */
export function frameBytes(choice: { tenant: string; seenDays?: number }): Uint8Array<ArrayBuffer> {
  const strings = ['', 'main', 'run', 'App', 'libapp.so'];
  return encodeFrameRows({
    tenant: choice.tenant,
    seenDays: choice.seenDays ?? seenDays,
    strings,
    frames: {
      length: 2,
      method: Uint32Array.of(1, 2),
      className: Uint32Array.of(0, 3),
      packageName: Uint32Array.of(0, 0),
      library: Uint32Array.of(0, 4),
      file: Uint32Array.of(0, 0),
      line: Int32Array.of(7, -1),
      kind: Uint8Array.of(0, frameKinds.indexOf('native')),
    },
    frameIds: BigUint64Array.of(11n, big),
    chosen: [0, 1],
  });
}

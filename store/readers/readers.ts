import { chromeTraceReader } from './chrome-trace/reader';
import { foldedReader } from './folded/reader';
import { goTextReader } from './go-text/reader';
import { gperftoolsReader } from './gperftools/cpu';
import { gperftoolsHeapReader } from './gperftools/heap';
import { jfrReader } from './jfr/reader';
import { otlpReader } from './otlp/reader';
import { perfScriptReader } from './perf-script/reader';
import { pprofReader } from './pprof/reader';
import type { Reader } from './reader';
import { speedscopeReader } from './speedscope/reader';
import { stackprofReader } from './stackprof/reader';
import { cpuprofileReader } from './v8/cpuprofile';
import { heapprofileReader } from './v8/heapprofile';

/**
 * Every reader, the surest signs first: magic bytes, protobuf by its fields (OTLP before pprof, which it looks like), JSON by
 * its keys, text by its first line. Folded stacks are last: almost any line that ends with a number is one.
 */
export const readers: readonly Reader[] = [
  jfrReader,
  gperftoolsReader,
  otlpReader,
  pprofReader,
  speedscopeReader,
  cpuprofileReader,
  heapprofileReader,
  chromeTraceReader,
  stackprofReader,
  gperftoolsHeapReader,
  goTextReader,
  perfScriptReader,
  foldedReader,
];

/** The reader of the format that the first bytes show, if there is one. */
export function sniffReader(bytes: Uint8Array): Reader | undefined {
  return readers.find((reader) => reader.sniff(bytes));
}

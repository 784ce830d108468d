import { valueTypes, type DrawnUpload } from './draw-upload';
import { functionOf, lineOf, linesPerFunction, type Program } from './program';
import { ProtobufWriter } from './protobuf-writer';

/** Numbers of the fields of profile.proto. */
const profileFields = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  stringTable: 6,
  timeNanos: 9,
  durationNanos: 10,
  periodType: 11,
  period: 12,
} as const;

/** Strings of one file, in the order they are met; '' is the first. */
class StringTable {
  readonly strings: string[] = [''];
  private readonly numbers = new Map<string, number>([['', 0]]);

  of(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) {
      return known;
    }
    this.numbers.set(text, this.strings.length);
    return this.strings.push(text) - 1;
  }
}

export interface FileFacts {
  readonly startNs: bigint;
  readonly durationNs: number;
  /** Which of `valueTypes` the file has; all when not said. */
  readonly columns?: readonly PprofColumn[];
  /** What the profiler sampled by; Python's says nothing. */
  readonly period?: { readonly type: string; readonly unit: string; readonly value: number };
}

export interface PprofColumn {
  /** Index in `valueTypes`. */
  readonly column: number;
  readonly type: string;
  readonly unit: string;
}

const allColumns: readonly PprofColumn[] = valueTypes.map(([type, unit], column) => ({ column, type, unit }));

/** A drawn upload as a pprof file, in ddtrace's shape: only what its samples use, labels for thread, span and endpoint. */
export function writePprof(
  program: Program,
  drawn: DrawnUpload,
  { startNs, durationNs, columns = allColumns, period }: FileFacts
): Uint8Array<ArrayBuffer> {
  const out = new ProtobufWriter(drawn.length * 160);
  const inner = new ProtobufWriter();
  const strings = new StringTable();
  for (const { type, unit } of columns) {
    inner.clear();
    inner.number(1, strings.of(type));
    inner.number(2, strings.of(unit));
    out.message(profileFields.sampleType, inner);
  }
  if (period) {
    inner.clear();
    inner.number(1, strings.of(period.type));
    inner.number(2, strings.of(period.unit));
    out.message(profileFields.periodType, inner);
    out.number(profileFields.period, period.value);
  }
  const locations = writeSamples(program, drawn, columns, strings, out);
  writeLocations(program, locations, strings, out);
  strings.strings.forEach((text) => out.string(profileFields.stringTable, text));
  out.bigint(profileFields.timeNanos, startNs);
  out.number(profileFields.durationNanos, durationNs);
  return out.finish();
}

/** Returns the frames that were met; location ids are their positions + 1. */
function writeSamples(
  program: Program,
  drawn: DrawnUpload,
  columns: readonly PprofColumn[],
  strings: StringTable,
  out: ProtobufWriter
): number[] {
  const frames: number[] = [];
  const ids = new Uint32Array(program.functions.length * linesPerFunction);
  const stackIds = new Uint32Array(4096);
  const sample = new ProtobufWriter();
  const scratch = new ProtobufWriter();
  const width = valueTypes.length;
  const values = new Float64Array(columns.length);
  const keys = {
    thread: strings.of('thread name'),
    span: strings.of('span id'),
    root: strings.of('local root span id'),
    endpoint: strings.of('trace endpoint'),
  };
  const label = (key: number, text: number, id: bigint) => {
    scratch.clear();
    scratch.number(1, key);
    scratch.number(2, text);
    // Ids are int64 in the file: half of them are negative.
    scratch.bigint(3, id);
    sample.message(3, scratch);
  };
  for (let i = 0; i < drawn.length; i++) {
    const stack = drawn.stack[i];
    const used = program.frame.subarray(program.offset[stack], program.offset[stack + 1]);
    for (let depth = 0; depth < used.length; depth++) {
      stackIds[depth] = ids[used[depth]] ||= frames.push(used[depth]);
    }
    sample.clear();
    sample.packed(1, stackIds.subarray(0, used.length), scratch);
    columns.forEach(({ column }, at) => (values[at] = drawn.values[i * width + column]));
    sample.packed(2, values, scratch);
    label(keys.thread, strings.of(program.threads[drawn.thread[i]]), 0n);
    const span = drawn.span[i] - 1;
    if (span >= 0) {
      label(keys.span, 0, drawn.spans.id[span]);
      label(keys.root, 0, drawn.spans.root[span]);
      label(keys.endpoint, strings.of(program.endpoints[drawn.spans.endpoint[span]]), 0n);
    }
    out.message(profileFields.sample, sample);
  }
  return frames;
}

function writeLocations(program: Program, frames: readonly number[], strings: StringTable, out: ProtobufWriter): void {
  const message = new ProtobufWriter();
  const line = new ProtobufWriter();
  const written = new Set<number>();
  frames.forEach((frame, index) => {
    const number = functionOf(frame);
    const { name, file, line: firstLine } = program.functions[number];
    line.clear();
    line.number(1, number + 1);
    line.number(2, firstLine + lineOf(frame));
    message.clear();
    message.number(1, index + 1);
    message.message(4, line);
    out.message(profileFields.location, message);
    if (!written.has(number)) {
      written.add(number);
      message.clear();
      message.number(1, number + 1);
      message.number(2, strings.of(name));
      message.number(4, strings.of(file));
      message.number(5, firstLine);
      out.message(profileFields.function, message);
    }
  });
}

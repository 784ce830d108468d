import {
  type BuilderTables,
  contextWords,
  frameWords,
  inferredWord,
  isReusable,
  labelsWord,
  operationWord,
  returnTables,
} from './builder-tables';
import { Columns } from './columns';
import type { ContextTable, FrameTable, Profile, SampleTable, StackTable } from './profile';
import type { SequenceTable } from './sequence-table';

type Tables = Pick<Profile, 'frames' | 'stacks' | 'contexts' | 'samples'>;

/** Of all columns of a frame and of a context. */
const frameBytes = 6 * 4 + 1;
const contextBytes = 5 * 4 + 4 * 8;
/** What rounding up all columns to 8 bytes may add. */
const roundingBytes = 24 * 8;

/** The tables of a profile, and the builder's own back to the next builder. Large ones are handed out without a copy. */
export function finishedTables(tables: BuilderTables, samples: number, valueTypes: number): Tables {
  const { frames, stacks, contexts } = tables;
  const reusable = isReusable(tables);
  const copied = reusable ? samples * 8 + samples * valueTypes * 8 + (stacks.length + 1 + stackFrames(stacks)) * 4 : 0;
  const columns = new Columns(frames.length * frameBytes + contexts.length * contextBytes + copied + roundingBytes);
  const finished = {
    frames: frames.length === 0 ? noFrames : frameTable(frames, columns),
    stacks: stackTable(stacks, columns, reusable),
    contexts: contexts.length === 1 ? noContexts : contextTable(contexts, columns),
    samples: sampleTable(tables, samples, valueTypes, columns, reusable),
  };
  if (reusable) {
    returnTables(tables);
  }
  return finished;
}

function stackFrames({ offset, length }: SequenceTable): number {
  return offset[length];
}

function stackTable(stacks: SequenceTable, columns: Columns, copy: boolean): StackTable {
  const { length, offset, words } = stacks;
  return {
    length,
    offset: words32(offset, length + 1, columns, copy),
    frame: words32(words, stackFrames(stacks), columns, copy),
  };
}

function sampleTable(
  { sampleStack, sampleContext, values }: BuilderTables,
  length: number,
  valueTypes: number,
  columns: Columns,
  copy: boolean
): SampleTable {
  const count = length * valueTypes;
  return {
    length,
    stack: words32(sampleStack, length, columns, copy),
    context: words32(sampleContext, length, columns, copy),
    values: copy ? copyInto(columns.float64(count), values) : values.subarray(0, count),
  };
}

function words32(
  source: Uint32Array<ArrayBuffer>,
  length: number,
  columns: Columns,
  copy: boolean
): Uint32Array<ArrayBuffer> {
  return copy ? copyInto(columns.uint32(length), source) : source.subarray(0, length);
}

/** A native copy has a price of its own. */
const longCopy = 200;

function copyInto<T extends Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(target: T, source: T): T {
  if (target.length > longCopy) {
    target.set(source.subarray(0, target.length));
    return target;
  }
  for (let i = 0; i < target.length; i++) {
    target[i] = source[i];
  }
  return target;
}

/** Most of what a profile without stacks has; nobody writes to a profile, so all share these. */
const noFrames: FrameTable = {
  length: 0,
  method: new Uint32Array(0),
  className: new Uint32Array(0),
  packageName: new Uint32Array(0),
  library: new Uint32Array(0),
  file: new Uint32Array(0),
  line: new Int32Array(0),
  kind: new Uint8Array(0),
};

const noContexts: ContextTable = {
  length: 1,
  thread: new Uint32Array(1),
  endpoint: new Uint32Array(1),
  spanId: new BigUint64Array(1),
  rootSpanId: new BigUint64Array(1),
  traceIdHigh: new BigUint64Array(1),
  traceIdLow: new BigUint64Array(1),
};

function frameTable({ length, words }: SequenceTable, columns: Columns): FrameTable {
  const table = {
    length,
    method: columns.uint32(length),
    className: columns.uint32(length),
    packageName: columns.uint32(length),
    library: columns.uint32(length),
    file: columns.uint32(length),
    line: columns.int32(length),
    kind: columns.uint8(length),
  };
  const { method, className, packageName, library, file, line, kind } = table;
  for (let i = 0, at = 0; i < length; i++, at += frameWords) {
    method[i] = words[at];
    className[i] = words[at + 1];
    packageName[i] = words[at + 2];
    library[i] = words[at + 3];
    file[i] = words[at + 4];
    line[i] = words[at + 5];
    kind[i] = words[at + 6];
  }
  return table;
}

function contextTable({ length, words }: SequenceTable, columns: Columns): ContextTable {
  const operation = column(words, length, operationWord, columns);
  const labels = column(words, length, labelsWord, columns);
  const inferred = column(words, length, inferredWord, columns);
  return {
    length,
    thread: column(words, length, 0, columns),
    endpoint: column(words, length, 1, columns),
    spanId: idColumn(words, length, 2, columns),
    rootSpanId: idColumn(words, length, 4, columns),
    traceIdHigh: idColumn(words, length, 6, columns),
    traceIdLow: idColumn(words, length, 8, columns),
    ...(hasAny(operation) && { operation }),
    ...(hasAny(labels) && { labels }),
    ...(hasAny(inferred) && { inferred: Uint8Array.from(inferred) }),
  };
}

function hasAny(column: Uint32Array): boolean {
  for (let i = 0; i < column.length; i++) {
    if (column[i] !== 0) {
      return true;
    }
  }
  return false;
}

function column(words: Uint32Array, length: number, at: number, columns: Columns): Uint32Array<ArrayBuffer> {
  const result = columns.uint32(length);
  for (let i = 0; i < length; i++) {
    result[i] = words[i * contextWords + at];
  }
  return result;
}

/** Words are written through a view of a BigUint64Array, so this copies them back in the machine's own order. */
function idColumn(words: Uint32Array, length: number, at: number, columns: Columns): BigUint64Array<ArrayBuffer> {
  const result = columns.bigUint64(length);
  const pairs = new Uint32Array(result.buffer, result.byteOffset, length * 2);
  for (let i = 0; i < length; i++) {
    pairs[2 * i] = words[i * contextWords + at];
    pairs[2 * i + 1] = words[i * contextWords + at + 1];
  }
  return result;
}

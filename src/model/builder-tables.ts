import { SequenceTable } from './sequence-table';

export const frameWords = 7;
/** thread, endpoint, four 64-bit ids, low word first, then operation, labels and whether the span was inferred. */
export const contextWords = 13;
export const operationWord = 10;
export const labelsWord = 11;
export const inferredWord = 12;

/** Sizes that a reader knows beforehand; they only save growing. */
export interface ExpectedSizes {
  readonly samples: number;
  readonly frames: number;
  /** Frames in all stacks. */
  readonly stackFrames: number;
}

/** What a builder fills while it collects. */
export class BuilderTables {
  readonly frames: SequenceTable;
  readonly stacks: SequenceTable;
  readonly contexts = new SequenceTable(12, 12 * contextWords);
  /** For one frame or context. */
  readonly scratch = new Uint32Array(contextWords);
  readonly ids = new BigUint64Array(4);
  readonly idWords = new Uint32Array(this.ids.buffer);
  values: Float64Array<ArrayBuffer>;
  sampleStack: Uint32Array<ArrayBuffer>;
  sampleContext: Uint32Array<ArrayBuffer>;

  constructor(expected: ExpectedSizes, valueTypes: number) {
    this.frames = new SequenceTable(expected.frames, expected.frames * frameWords);
    this.stacks = new SequenceTable(expected.samples, expected.stackFrames);
    this.values = new Float64Array(expected.samples * valueTypes);
    this.sampleStack = new Uint32Array(expected.samples);
    this.sampleContext = new Uint32Array(expected.samples);
  }

  clear(expected: ExpectedSizes): void {
    this.frames.clear(expected.frames);
    this.stacks.clear(expected.samples);
    this.contexts.clear();
  }

  get byteLength(): number {
    const { frames, stacks, contexts, values, sampleStack, sampleContext } = this;
    const samples = 8 * values.length + 4 * (sampleStack.length + sampleContext.length);
    return frames.byteLength + stacks.byteLength + contexts.byteLength + samples;
  }
}

/**
 * Allocating tables costs more than filling them for a small profile, so those of finished builders serve the next ones, unless
 * they are large.
 */
const idle: BuilderTables[] = [];
const maxIdle = 2;
const maxIdleBytes = 8 << 20;

export function takeTables(expected: ExpectedSizes, valueTypes: number): BuilderTables {
  const tables = idle.pop();
  if (tables === undefined) {
    return new BuilderTables(expected, valueTypes);
  }
  tables.clear(expected);
  return tables;
}

/** Whether the tables are worth keeping: what is finished must then be copied out of them. */
export function isReusable(tables: BuilderTables): boolean {
  return idle.length < maxIdle && tables.byteLength <= maxIdleBytes;
}

export function returnTables(tables: BuilderTables): void {
  idle.push(tables);
}

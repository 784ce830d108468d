import {
  type ContextIndex,
  type ContextTable,
  type FrameIndex,
  type FrameKind,
  frameKinds,
  type FrameTable,
  type Profile,
  type RuntimeInfoEntry,
  type SamplingPeriod,
  type StackIndex,
  type StringIndex,
  type ValueType,
} from './profile';
import { grown, SequenceTable } from './sequence-table';

/** What a frame says about itself, by string index; see `FrameTable`. */
export interface FrameFields {
  readonly method: StringIndex;
  readonly className: StringIndex;
  readonly packageName: StringIndex;
  readonly library: StringIndex;
  readonly file: StringIndex;
  readonly line: number;
  readonly kind: FrameKind;
}

/** What a sample ran for; absent = unknown. */
export interface ContextFields {
  readonly thread?: string;
  readonly endpoint?: string;
  readonly spanId?: bigint;
  readonly rootSpanId?: bigint;
  readonly traceIdHigh?: bigint;
  readonly traceIdLow?: bigint;
}

/** Everything of a profile that is not a table. */
export interface ProfileFacts {
  readonly startNs?: bigint;
  readonly durationNs?: number;
  readonly period?: SamplingPeriod;
  readonly runtimeInfo?: readonly RuntimeInfoEntry[];
}

/** Sizes that a reader knows beforehand; they only save growing. */
export interface ExpectedSizes {
  readonly samples: number;
  readonly frames: number;
  /** Frames in all stacks. */
  readonly stackFrames: number;
}

export const frameWords = 7;
/** thread, endpoint, then four 64-bit ids, low word first. */
const contextWords = 10;
/** Distinct detail values of one kind that are kept apart; the others are `(other)`. */
export const maxDetailValues = 500;

const kindCodes = new Map<FrameKind, number>(frameKinds.map((kind, code) => [kind, code]));

const lineWord = 5;

/** Writes a frame as the builder keeps it: `frameWords` words from `at` on. */
export function frameToWords(fields: FrameFields, words: Uint32Array, at: number): void {
  words[at] = fields.method;
  words[at + 1] = fields.className;
  words[at + 2] = fields.packageName;
  words[at + 3] = fields.library;
  words[at + 4] = fields.file;
  words[at + lineWord] = fields.line;
  words[at + 6] = kindCodes.get(fields.kind) ?? 0;
}

/**
 * What readers speak to: interns strings, frames, stacks and contexts and collects samples. Hot loops use
 * `stack` with a scratch array and `sample`, which allocate nothing per sample.
 */
export class ProfileBuilder {
  /** `values[base + t]` with the base that `sample` returned; read the property again after every `sample`. */
  values: Float64Array<ArrayBuffer>;
  private readonly strings: string[] = [''];
  private readonly stringIndexes = new Map<string, StringIndex>([['', 0]]);
  private readonly frames: SequenceTable;
  private readonly stacks: SequenceTable;
  private readonly contexts = new SequenceTable();
  private readonly detailCounts = new Map<FrameKind, number>();
  private readonly details = new Map<string, FrameIndex>();
  private readonly scratch = new Uint32Array(contextWords);
  private readonly ids = new BigUint64Array(4);
  private readonly idWords = new Uint32Array(this.ids.buffer);
  private sampleStack: Uint32Array<ArrayBuffer>;
  private sampleContext: Uint32Array<ArrayBuffer>;
  private sampleCount = 0;

  constructor(
    readonly valueTypes: readonly ValueType[],
    expected: ExpectedSizes = { samples: 16, frames: 16, stackFrames: 64 }
  ) {
    this.frames = new SequenceTable(expected.frames, expected.frames * frameWords);
    this.stacks = new SequenceTable(expected.samples, expected.stackFrames);
    this.values = new Float64Array(expected.samples * valueTypes.length);
    this.sampleStack = new Uint32Array(expected.samples);
    this.sampleContext = new Uint32Array(expected.samples);
    this.stacks.intern(this.scratch, 0);
    this.contexts.intern(this.scratch, contextWords);
  }

  string(text: string): StringIndex {
    if (text === '') {
      return 0;
    }
    const known = this.stringIndexes.get(text);
    if (known !== undefined) {
      return known;
    }
    const index = this.strings.length;
    this.strings.push(text);
    this.stringIndexes.set(text, index);
    return index;
  }

  /**
   * Adds a string without looking for an equal one: for texts of a file's own table, which holds each once. Cheaper by the
   * lookup; an equal text that came through `string` only costs its bytes again.
   */
  tableString(text: string): StringIndex {
    return text === '' ? 0 : this.strings.push(text) - 1;
  }

  frame(fields: FrameFields): FrameIndex {
    frameToWords(fields, this.scratch, 0);
    return this.frames.intern(this.scratch, frameWords);
  }

  /** The frame that `frameToWords` wrote at `at`, with another line: for readers that make many frames of one function. */
  frameOfWords(words: Uint32Array, at: number, line: number): FrameIndex {
    words[at + lineWord] = line;
    return this.frames.intern(words, frameWords, at);
  }

  /** The same frame with a class, for producers that say the class apart from the function. */
  frameWithClass(frame: FrameIndex, className: StringIndex): FrameIndex {
    const start = frame * frameWords;
    this.scratch.set(this.frames.words.subarray(start, start + frameWords));
    if (this.scratch[1] === 0) {
      this.scratch[1] = className;
    }
    return this.frames.intern(this.scratch, frameWords);
  }

  /** The extra leaf frame that says what a sample was about. Values beyond `maxDetailValues` are one: `(other)`. */
  detailFrame(kind: FrameKind, value: string): FrameIndex {
    const key = `${kind} ${value}`;
    const known = this.details.get(key);
    if (known !== undefined) {
      return known;
    }
    const count = this.detailCounts.get(kind) ?? 0;
    if (count >= maxDetailValues) {
      return this.plainFrame('(other)', kind);
    }
    this.detailCounts.set(kind, count + 1);
    const frame = this.plainFrame(value, kind);
    this.details.set(key, frame);
    return frame;
  }

  private plainFrame(method: string, kind: FrameKind): FrameIndex {
    return this.frame({
      method: this.string(method),
      className: 0,
      packageName: 0,
      library: 0,
      file: 0,
      line: 0,
      kind,
    });
  }

  /** `depth` entries of `frames` from `from` on, leaf first; none = the empty stack. */
  stack(frames: Uint32Array, depth: number, from = 0): StackIndex {
    return this.stacks.intern(frames, depth, from);
  }

  /** Frames in all distinct stacks so far: what readers bound. */
  get stackFrames(): number {
    return this.stacks.offset[this.stacks.length] ?? 0;
  }

  context(fields: ContextFields): ContextIndex {
    const { ids, idWords } = this;
    ids[0] = fields.spanId ?? 0n;
    ids[1] = fields.rootSpanId ?? 0n;
    ids[2] = fields.traceIdHigh ?? 0n;
    ids[3] = fields.traceIdLow ?? 0n;
    return this.contextOfWords(this.string(fields.thread ?? ''), this.string(fields.endpoint ?? ''), idWords);
  }

  /** The same without BigInts: `idWords` = span, root span, trace high and low, each low word first. */
  contextOfWords(thread: StringIndex, endpoint: StringIndex, idWords: Uint32Array): ContextIndex {
    const words = this.scratch;
    words[0] = thread;
    words[1] = endpoint;
    for (let i = 2; i < contextWords; i++) {
      words[i] = idWords[i - 2];
    }
    return this.contexts.intern(words, contextWords);
  }

  /** Adds a sample whose values are all 0 and returns where they lie in `values`. */
  sample(stack: StackIndex, context: ContextIndex): number {
    const index = this.sampleCount++;
    if (index === this.sampleStack.length) {
      this.growSamples(index + 1);
    }
    this.sampleStack[index] = stack;
    this.sampleContext[index] = context;
    return index * this.valueTypes.length;
  }

  private growSamples(length: number): void {
    this.sampleStack = grown(this.sampleStack, length);
    this.sampleContext = grown(this.sampleContext, length);
    this.values = grown(this.values, this.sampleStack.length * this.valueTypes.length);
  }

  finish(facts: ProfileFacts = {}): Profile {
    const { sampleCount: length, stacks } = this;
    return {
      strings: this.strings,
      frames: frameTable(this.frames),
      stacks: {
        length: stacks.length,
        offset: stacks.offset.subarray(0, stacks.length + 1),
        frame: stacks.words.subarray(0, this.stackFrames),
      },
      contexts: contextTable(this.contexts),
      valueTypes: this.valueTypes,
      samples: {
        length,
        stack: this.sampleStack.subarray(0, length),
        context: this.sampleContext.subarray(0, length),
        values: this.values.subarray(0, length * this.valueTypes.length),
      },
      startNs: facts.startNs ?? 0n,
      durationNs: facts.durationNs ?? 0,
      ...(facts.period && { period: facts.period }),
      runtimeInfo: facts.runtimeInfo ?? [],
    };
  }
}

function frameTable({ length, words }: SequenceTable): FrameTable {
  return {
    length,
    method: column(words, length, frameWords, 0),
    className: column(words, length, frameWords, 1),
    packageName: column(words, length, frameWords, 2),
    library: column(words, length, frameWords, 3),
    file: column(words, length, frameWords, 4),
    line: new Int32Array(column(words, length, frameWords, 5).buffer),
    kind: Uint8Array.from(column(words, length, frameWords, 6)),
  };
}

function contextTable({ length, words }: SequenceTable): ContextTable {
  return {
    length,
    thread: column(words, length, contextWords, 0),
    endpoint: column(words, length, contextWords, 1),
    spanId: idColumn(words, length, 2),
    rootSpanId: idColumn(words, length, 4),
    traceIdHigh: idColumn(words, length, 6),
    traceIdLow: idColumn(words, length, 8),
  };
}

function column(words: Uint32Array, length: number, stride: number, at: number): Uint32Array<ArrayBuffer> {
  const result = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    result[i] = words[i * stride + at];
  }
  return result;
}

/** Words are written through a view of a BigUint64Array, so this copies them back in the machine's own order. */
function idColumn(words: Uint32Array, length: number, at: number): BigUint64Array<ArrayBuffer> {
  const result = new BigUint64Array(length);
  const pairs = new Uint32Array(result.buffer);
  for (let i = 0; i < length; i++) {
    pairs[2 * i] = words[i * contextWords + at];
    pairs[2 * i + 1] = words[i * contextWords + at + 1];
  }
  return result;
}

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

const frameWords = 7;
/** thread, endpoint, then four 64-bit ids, low word first. */
const contextWords = 10;
/** Distinct detail values of one kind that are kept apart; the others are `(other)`. */
export const maxDetailValues = 500;

const kindCodes = new Map<FrameKind, number>(frameKinds.map((kind, code) => [kind, code]));

/**
 * What readers speak to: interns strings, frames, stacks and contexts and collects samples. Hot loops use
 * `stack` with a scratch array and `sample`, which allocate nothing per sample.
 */
export class ProfileBuilder {
  /** `values[base + t]` with the base that `sample` returned; read the property again after every `sample`. */
  values: Float64Array<ArrayBuffer>;
  private readonly strings: string[] = [''];
  private readonly stringIndexes = new Map<string, StringIndex>([['', 0]]);
  private readonly frames = new SequenceTable();
  private readonly stacks = new SequenceTable();
  private readonly contexts = new SequenceTable();
  private readonly detailCounts = new Map<FrameKind, number>();
  private readonly details = new Map<string, FrameIndex>();
  private readonly scratch = new Uint32Array(contextWords);
  private readonly ids = new BigUint64Array(4);
  private readonly idWords = new Uint32Array(this.ids.buffer);
  private sampleStack: Uint32Array<ArrayBuffer>;
  private sampleContext: Uint32Array<ArrayBuffer>;
  private sampleCount = 0;

  /** `expectedSamples` only saves growing. */
  constructor(
    readonly valueTypes: readonly ValueType[],
    expectedSamples = 64
  ) {
    this.values = new Float64Array(expectedSamples * valueTypes.length);
    this.sampleStack = new Uint32Array(expectedSamples);
    this.sampleContext = new Uint32Array(expectedSamples);
    this.stacks.intern(this.scratch, 0);
    this.contexts.intern(this.scratch, contextWords);
  }

  string(text: string): StringIndex {
    const known = this.stringIndexes.get(text);
    if (known !== undefined) {
      return known;
    }
    const index = this.strings.length;
    this.strings.push(text);
    this.stringIndexes.set(text, index);
    return index;
  }

  frame(fields: FrameFields): FrameIndex {
    const words = this.scratch;
    words[0] = fields.method;
    words[1] = fields.className;
    words[2] = fields.packageName;
    words[3] = fields.library;
    words[4] = fields.file;
    words[5] = fields.line;
    words[6] = kindCodes.get(fields.kind) ?? 0;
    return this.frames.intern(words, frameWords);
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

  /** The first `depth` entries of `frames`, leaf first; 0 = the empty stack. */
  stack(frames: Uint32Array, depth: number): StackIndex {
    return this.stacks.intern(frames, depth);
  }

  /** Frames in all distinct stacks so far: what readers bound. */
  get stackFrames(): number {
    return this.stacks.offset[this.stacks.length] ?? 0;
  }

  context(fields: ContextFields): ContextIndex {
    const words = this.scratch;
    words[0] = this.string(fields.thread ?? '');
    words[1] = this.string(fields.endpoint ?? '');
    this.ids[0] = fields.spanId ?? 0n;
    this.ids[1] = fields.rootSpanId ?? 0n;
    this.ids[2] = fields.traceIdHigh ?? 0n;
    this.ids[3] = fields.traceIdLow ?? 0n;
    words.set(this.idWords, 2);
    return this.contexts.intern(words, contextWords);
  }

  /** Adds a sample whose values are all 0 and returns where they lie in `values`. */
  sample(stack: StackIndex, context: ContextIndex): number {
    const index = this.sampleCount++;
    this.sampleStack = grown(this.sampleStack, index + 1);
    this.sampleContext = grown(this.sampleContext, index + 1);
    this.sampleStack[index] = stack;
    this.sampleContext[index] = context;
    const base = index * this.valueTypes.length;
    this.values = grown(this.values, base + this.valueTypes.length);
    return base;
  }

  finish(facts: ProfileFacts = {}): Profile {
    const { sampleCount: length, stacks } = this;
    return {
      strings: this.strings,
      frames: frameTable(this.frames),
      stacks: {
        length: stacks.length,
        offset: stacks.offset.slice(0, stacks.length + 1),
        frame: stacks.words.slice(0, this.stackFrames),
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

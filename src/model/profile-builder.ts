import {
  type ContextIndex,
  type FrameIndex,
  type FrameKind,
  frameKinds,
  type Profile,
  type RuntimeInfoEntry,
  type SamplingPeriod,
  type StackIndex,
  type StringIndex,
  type ValueType,
} from './profile';
import {
  type BuilderTables,
  contextWords,
  type ExpectedSizes,
  frameWords,
  inferredWord,
  labelsWord,
  operationWord,
  takeTables,
} from './builder-tables';
import { finishedTables } from './finished-tables';
import { otherLabels, type SampleLabel, sampleLabelsText } from './sample-labels';
import { grown, type SequenceTable } from './sequence-table';

export { frameWords };
export type { ExpectedSizes };

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
  readonly operation?: string;
  readonly labels?: Iterable<SampleLabel>;
  readonly inferred?: boolean;
}

/** What few contexts have beside thread, endpoint and ids: indexes of strings, see `ContextTable`. */
export interface MoreContext {
  readonly operation?: StringIndex;
  readonly labels?: StringIndex;
  readonly inferred?: boolean;
}

const noMore: MoreContext = {};

/** Everything of a profile that is not a table. */
export interface ProfileFacts {
  readonly startNs?: bigint;
  readonly durationNs?: number;
  readonly period?: SamplingPeriod;
  readonly runtimeInfo?: readonly RuntimeInfoEntry[];
}

/** Distinct detail values of one kind that are kept apart; the others are `(other)`. */
export const maxDetailValues = 500;

/** Distinct combinations of labels that are kept apart; the others are one. Bounds what a made-up file can take. */
export const maxLabelCombinations = 20_000;

const lineWord = 5;

/** Writes a frame as the builder keeps it: `frameWords` words from `at` on. */
export function frameToWords(fields: FrameFields, words: Uint32Array, at: number): void {
  words[at] = fields.method;
  words[at + 1] = fields.className;
  words[at + 2] = fields.packageName;
  words[at + 3] = fields.library;
  words[at + 4] = fields.file;
  words[at + lineWord] = fields.line;
  words[at + 6] = frameKinds.indexOf(fields.kind);
}

/**
 * What readers speak to: interns strings, frames, stacks and contexts and collects samples. Hot loops use
 * `stack` with a scratch array and `sample`, which allocate nothing per sample.
 */
export class ProfileBuilder {
  /** `values[base + t]` with the base that `sample` returned; read the property again after every `sample`. */
  values: Float64Array<ArrayBuffer>;
  private readonly strings: string[] = [''];
  private stringIndexes?: Map<string, StringIndex>;
  private detailCounts?: Map<FrameKind, number>;
  private details?: Map<string, FrameIndex>;
  private labelTexts?: Set<string>;
  private readonly tables: BuilderTables;
  private readonly frames: SequenceTable;
  private readonly stacks: SequenceTable;
  private readonly contexts: SequenceTable;
  private readonly scratch: Uint32Array;
  private sampleStack: Uint32Array<ArrayBuffer>;
  private sampleContext: Uint32Array<ArrayBuffer>;
  private sampleCount = 0;
  /** Times of samples, from the first that has one on. */
  private times?: Float64Array<ArrayBuffer>;

  constructor(
    readonly valueTypes: readonly ValueType[],
    expected: ExpectedSizes = { samples: 16, frames: 16, stackFrames: 64 }
  ) {
    const tables = takeTables(expected, valueTypes.length);
    this.tables = tables;
    this.frames = tables.frames;
    this.stacks = tables.stacks;
    this.contexts = tables.contexts;
    this.scratch = tables.scratch;
    this.values = tables.values;
    this.sampleStack = tables.sampleStack;
    this.sampleContext = tables.sampleContext;
    this.growSamples(expected.samples);
    this.stacks.intern(this.scratch, 0);
    for (let i = 0; i < contextWords; i++) {
      this.scratch[i] = 0;
    }
    this.contexts.intern(this.scratch, contextWords);
  }

  string(text: string): StringIndex {
    if (text === '') {
      return 0;
    }
    const indexes = (this.stringIndexes ??= new Map());
    const known = indexes.get(text);
    if (known !== undefined) {
      return known;
    }
    const index = this.strings.length;
    this.strings.push(text);
    indexes.set(text, index);
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
    const { scratch, frames } = this;
    for (let i = 0; i < frameWords; i++) {
      scratch[i] = frames.words[frame * frameWords + i];
    }
    if (scratch[1] === 0) {
      scratch[1] = className;
    }
    return this.frames.intern(this.scratch, frameWords);
  }

  /** The extra leaf frame that says what a sample was about. Values beyond `maxDetailValues` are one: `(other)`. */
  detailFrame(kind: FrameKind, value: string): FrameIndex {
    const key = `${kind} ${value}`;
    const details = (this.details ??= new Map());
    const known = details.get(key);
    if (known !== undefined) {
      return known;
    }
    const counts = (this.detailCounts ??= new Map());
    const count = counts.get(kind) ?? 0;
    if (count >= maxDetailValues) {
      return this.plainFrame('(other)', kind);
    }
    counts.set(kind, count + 1);
    const frame = this.plainFrame(value, kind);
    details.set(key, frame);
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
    const { ids, idWords } = this.tables;
    ids[0] = fields.spanId ?? 0n;
    ids[1] = fields.rootSpanId ?? 0n;
    ids[2] = fields.traceIdHigh ?? 0n;
    ids[3] = fields.traceIdLow ?? 0n;
    const thread = this.string(fields.thread ?? '');
    const endpoint = this.string(fields.endpoint ?? '');
    const operation = this.string(fields.operation ?? '');
    const labels = fields.labels === undefined ? 0 : this.labels(fields.labels);
    return this.contextOfWords(thread, endpoint, idWords, { operation, labels, inferred: fields.inferred });
  }

  /** Labels of a sample as one string, see `sample-labels.ts`. */
  labels(labels: Iterable<SampleLabel>): StringIndex {
    const text = sampleLabelsText(labels);
    const texts = (this.labelTexts ??= new Set());
    if (text !== '' && texts.size === maxLabelCombinations && !texts.has(text)) {
      return this.string(otherLabels);
    }
    texts.add(text);
    return this.string(text);
  }

  /** The same without BigInts: `idWords` = span, root span, trace high and low, each low word first. */
  contextOfWords(
    thread: StringIndex,
    endpoint: StringIndex,
    idWords: Uint32Array,
    more: MoreContext = noMore
  ): ContextIndex {
    const words = this.scratch;
    words[0] = thread;
    words[1] = endpoint;
    for (let i = 2; i < operationWord; i++) {
      words[i] = idWords[i - 2];
    }
    words[operationWord] = more.operation ?? 0;
    words[labelsWord] = more.labels ?? 0;
    words[inferredWord] = more.inferred === true ? 1 : 0;
    return this.contexts.intern(words, contextWords);
  }

  /** Adds a sample whose values are all 0 and returns where they lie in `values`. */
  sample(stack: StackIndex, context: ContextIndex): number {
    const index = this.sampleCount++;
    const base = index * this.valueTypes.length;
    const end = base + this.valueTypes.length;
    if (index === this.sampleStack.length || end > this.values.length) {
      this.growSamples(index + 1);
    }
    this.sampleStack[index] = stack;
    this.sampleContext[index] = context;
    const { values } = this;
    for (let i = base; i < end; i++) {
      values[i] = 0;
    }
    return base;
  }

  /** When the last added sample was taken: ns after the profile's `startNs`. Not for hot loops. */
  sampleTime(timeNs: number): void {
    const at = this.sampleCount - 1;
    const times = (this.times ??= new Float64Array(this.sampleStack.length).fill(NaN));
    if (at >= times.length) {
      this.times = new Float64Array(this.sampleStack.length).fill(NaN);
      this.times.set(times);
    }
    this.times![at] = timeNs;
  }

  private growSamples(length: number): void {
    this.sampleStack = grown(this.sampleStack, length);
    this.sampleContext = grown(this.sampleContext, length);
    this.values = grown(this.values, length * this.valueTypes.length);
  }

  /** The profile. Nothing can be added afterwards. */
  finish(facts: ProfileFacts = {}): Profile {
    const { tables } = this;
    tables.values = this.values;
    tables.sampleStack = this.sampleStack;
    tables.sampleContext = this.sampleContext;
    const { frames, stacks, contexts, samples } = finishedTables(tables, this.sampleCount, this.valueTypes.length);
    const timeNs = this.times && allTimes(this.times, this.sampleCount);
    const profile: { -readonly [K in keyof Profile]: Profile[K] } = {
      strings: this.strings,
      frames,
      stacks,
      contexts,
      valueTypes: this.valueTypes,
      samples: timeNs === undefined ? samples : { ...samples, timeNs },
      startNs: facts.startNs ?? 0n,
      durationNs: facts.durationNs ?? 0,
      runtimeInfo: facts.runtimeInfo ?? [],
    };
    if (facts.period !== undefined) {
      profile.period = facts.period;
    }
    return profile;
  }
}

/** One entry per sample; those behind the last one with a time have none. */
function allTimes(times: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const all = new Float64Array(length).fill(NaN);
  all.set(times.subarray(0, length));
  return all;
}

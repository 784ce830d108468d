import type { ProfileBuilder } from '../../../src/model/profile-builder';
import type { SampleLabel } from '../../../src/model/sample-labels';
import { SequenceTable } from '../../../src/model/sequence-table';
import type { Chunk } from './chunk';
import type { JfrCursor } from './cursor';
import { type EventReader, readersOf } from './event';
import { KeyIndex } from './keys';
import { slot } from './rules';
import { type SpanIndex, spanWords } from './spans';
import { ThreadKeys } from './threads';

/** What the numbers in events of Pyroscope's fork mean; they are resolved by a part that is sent beside the recording. */
export interface ContextNames {
  /** Texts for a sample with these values of `contextId` and `spanName`; 0n = none. */
  describe(contextId: bigint, spanName: bigint): ContextTexts;
}

export interface ContextTexts {
  readonly endpoint?: string;
  readonly operation?: string;
  readonly labels?: readonly SampleLabel[];
}

const endpointFields = { localRootSpanId: 0, endpoint: 1, operation: 2 };

/** What a local root span was called for, from `datadog.Endpoint`. */
export class Endpoints {
  private readonly roots = new KeyIndex();
  private readonly texts: Array<{ readonly endpoint: string; readonly operation: string }> = [];

  constructor(chunks: readonly Chunk[], cursor: JfrCursor) {
    for (const reader of readersOf(chunks, 'datadog.Endpoint', endpointFields, cursor)) {
      const { low, high } = reader.values;
      while (reader.advance()) {
        const index = this.roots.add(low[endpointFields.localRootSpanId], high[endpointFields.localRootSpanId]);
        this.texts[index] = {
          endpoint: reader.text(endpointFields.endpoint),
          operation: reader.text(endpointFields.operation),
        };
      }
    }
  }

  /** Requests per endpoint: there is an event for each local root span that ended. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { endpoint } of this.texts) {
      counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
    }
    return counts;
  }

  find(low: number, high: number): { readonly endpoint: string; readonly operation: string } | undefined {
    return this.texts[this.roots.find(low, high)];
  }
}

/**
 * Thread and operation as the builder's strings, span low, high, root, trace high and low, `contextId`, `spanName`, inferred, tag and
 * labels as the builder's strings (0 = none).
 */
const raw = {
  thread: 0,
  operation: 1,
  span: 2,
  root: 4,
  traceHigh: 6,
  traceLow: 8,
  contextId: 10,
  spanName: 12,
  inferred: 14,
  tag: 15,
  labels: 16,
};
const rawWords = 17;

const noIds = new Uint32Array(8);

/** Names of a chunk's threads as the builder's strings. */
class ThreadStrings {
  private readonly strings: number[] = [];

  constructor(
    private readonly threads: ThreadKeys,
    private readonly builder: ProfileBuilder
  ) {}

  at(thread: number): number {
    return thread < 0 ? 0 : (this.strings[thread] ??= this.builder.string(this.threads.nameAt(thread)));
  }
}

/** What the program attached to the events of one type in one chunk; a combination is looked up once. */
class AttributeStrings {
  private readonly slots: ReadonlyArray<readonly [slot: number, key: string]>;
  private readonly combinations = new SequenceTable();
  private readonly strings: number[] = [];
  private readonly keys: Uint32Array;

  constructor(
    private readonly event: EventReader,
    private readonly builder: ProfileBuilder
  ) {
    this.slots = event.fieldsFrom(slot.attributes);
    this.keys = new Uint32Array(this.slots.length * 2);
  }

  get isEmpty(): boolean {
    return this.slots.length === 0;
  }

  /** Of the event at hand, as the builder's string. */
  labels(): number {
    const { slots, keys, event } = this;
    let says = 0;
    for (let i = 0; i < slots.length; i++) {
      const [at] = slots[i];
      says |= keys[i * 2] = event.values.low[at];
      says |= keys[i * 2 + 1] = event.values.high[at];
    }
    if (says === 0) {
      return 0;
    }
    const combination = this.combinations.intern(keys, keys.length);
    return (this.strings[combination] ??= this.builder.labels(slots.map(([at, key]) => [key, event.text(at)])));
  }
}

/** Where the context of an event comes from: it says its span, and that its thread runs it, or only that, or others tell it. */
type Telling = 'sighted' | 'said' | 'inferred' | 'none';

/** Contexts of the events of one type in one chunk. */
export class EventContexts {
  private readonly threads: ThreadKeys;
  private readonly names: ThreadStrings;
  /** The builder's strings by the keys of pooled texts. */
  readonly operations = new Map<number, number>();
  readonly attributes: AttributeStrings;
  /** Of threads without spans, by index + 1. */
  private readonly plain: number[] = [];

  constructor(
    private readonly maker: ContextMaker,
    private readonly builder: ProfileBuilder,
    private readonly event: EventReader,
    private readonly telling: Telling
  ) {
    this.threads = new ThreadKeys(event.chunk);
    this.names = new ThreadStrings(this.threads, builder);
    this.attributes = new AttributeStrings(event, builder);
  }

  /** Of the event at hand, as the builder's. */
  context(): number {
    const { event, maker, threads, telling } = this;
    const thread = threads.indexOf(event, slot.thread);
    if (telling === 'none') {
      return (this.plain[thread + 1] ??= this.builder.contextOfWords(this.names.at(thread), 0, noIds));
    }
    const name = this.names.at(thread);
    return telling === 'inferred'
      ? maker.inferred(event, name, thread < 0 ? undefined : threads.keyAt(thread))
      : maker.said(event, name, this, telling === 'sighted' ? threads.keyAt(thread) : undefined);
  }
}

/** Makes contexts, each when its combination is first seen. */
export class ContextMaker {
  private readonly combinations = new SequenceTable(256, 256 * rawWords);
  private readonly contexts: number[] = [];
  private readonly words = new Uint32Array(rawWords);
  private readonly wide = new BigUint64Array(2);
  private readonly wideWords = new Uint32Array(this.wide.buffer);

  constructor(
    private readonly builder: ProfileBuilder,
    private readonly spans: SpanIndex,
    private readonly endpoints: Endpoints,
    private readonly baseNs: bigint,
    private readonly names: ContextNames | undefined
  ) {}

  /** For the events of one type in one chunk; `isSighting` = their thread runs the span that they say. */
  reader(event: EventReader, isSighting = true): EventContexts {
    const telling = event.has(slot.spanId)
      ? isSighting
        ? 'sighted'
        : 'said'
      : this.spans.isEmpty
        ? 'none'
        : 'inferred';
    return new EventContexts(this, this.builder, event, telling);
  }

  /** Of an event that says its span, which the thread with the key `sighted` runs. */
  said(event: EventReader, thread: number, own: EventContexts, sighted: number | undefined): number {
    const { words } = this;
    words.fill(0);
    words[raw.thread] = thread;
    this.copyIds(event, own.operations);
    words[raw.labels] = own.attributes.isEmpty ? 0 : own.attributes.labels();
    if (sighted !== undefined) {
      this.spans.addSighting(sighted, event.timeNs(slot.startTime, this.baseNs), this.spanRecord());
    }
    return this.context();
  }

  /** Of an event on the thread with the key `ran`, whose span others tell. */
  inferred(event: EventReader, thread: number, ran: number | undefined): number {
    this.words.fill(0);
    this.words[raw.thread] = thread;
    if (ran !== undefined) {
      const start = event.timeNs(slot.startTime, this.baseNs);
      this.infer(ran, start, start + Math.max(0, event.durationNs(slot.duration)));
    }
    return this.context();
  }

  private copyIds(event: EventReader, operations: Map<number, number>): void {
    const { words } = this;
    const { low, high } = event.values;
    words[raw.span] = low[slot.spanId];
    words[raw.span + 1] = high[slot.spanId];
    words[raw.root] = low[slot.rootSpanId];
    words[raw.root + 1] = high[slot.rootSpanId];
    words[raw.traceHigh] = low[slot.traceIdHigh];
    words[raw.traceHigh + 1] = high[slot.traceIdHigh];
    words[raw.traceLow] = low[slot.traceIdLow];
    words[raw.traceLow + 1] = high[slot.traceIdLow];
    words[raw.contextId] = low[slot.contextId];
    words[raw.contextId + 1] = high[slot.contextId];
    words[raw.spanName] = low[slot.spanName];
    words[raw.spanName + 1] = high[slot.spanName];
    words[raw.operation] = event.isNonZero(slot.operation) ? this.operation(event, operations) : 0;
  }

  /** Pooled texts are looked up once per key. */
  private operation(event: EventReader, operations: Map<number, number>): number {
    if (event.field(slot.operation)?.pooled !== true || event.values.high[slot.operation] !== 0) {
      return this.builder.string(event.text(slot.operation));
    }
    const key = event.values.low[slot.operation];
    const known = operations.get(key) ?? this.builder.string(event.text(slot.operation));
    operations.set(key, known);
    return known;
  }

  private readonly spanScratch = new Uint32Array(spanWords);

  private spanRecord(): number {
    const { words, spanScratch } = this;
    if ((words[raw.span] | words[raw.span + 1]) === 0) {
      return 0;
    }
    for (let i = 0; i < 4; i++) {
      spanScratch[i] = words[raw.span + i];
    }
    spanScratch[4] = words[raw.traceLow];
    spanScratch[5] = words[raw.traceLow + 1];
    return this.spans.record(spanScratch);
  }

  private infer(thread: number, start: number, end: number): void {
    const record = this.spans.find(thread, start, end);
    if (record === 0) {
      return;
    }
    const { words, spans } = this;
    for (let i = 0; i < 4; i++) {
      words[raw.span + i] = spans.word(record, i);
    }
    words[raw.traceLow] = spans.word(record, 4);
    words[raw.traceLow + 1] = spans.word(record, 5);
    words[raw.operation] = this.builder.string(spans.operations.get(record) ?? '');
    words[raw.tag] = this.builder.string(spans.tags.get(record) ?? '');
    words[raw.inferred] = words.subarray(raw.span, raw.root + 2).every((word) => word === 0) ? 0 : 1;
  }

  private context(): number {
    const combination = this.combinations.intern(this.words, rawWords);
    if (combination === this.contexts.length) {
      this.contexts.push(this.makeContext());
    }
    return this.contexts[combination];
  }

  private makeContext(): number {
    const { words, builder } = this;
    const known = this.endpoints.find(words[raw.root], words[raw.root + 1]);
    const named = this.names?.describe(this.wideAt(raw.contextId), this.wideAt(raw.spanName));
    const endpoint = words[raw.tag] || builder.string(known?.endpoint ?? named?.endpoint ?? '');
    const operation = words[raw.operation] || builder.string(named?.operation ?? known?.operation ?? '');
    const labels = words[raw.labels] || (named?.labels === undefined ? 0 : builder.labels(named.labels));
    const ids = words.subarray(raw.span, raw.span + 8);
    const more = { operation, labels, inferred: words[raw.inferred] === 1 };
    return builder.contextOfWords(words[raw.thread], endpoint, ids, more);
  }

  private wideAt(at: number): bigint {
    this.wideWords[0] = this.words[at];
    this.wideWords[1] = this.words[at + 1];
    return this.wide[0];
  }
}

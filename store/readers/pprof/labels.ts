import { parseSpanId, parseTraceId, sampleLabelRole, type SampleLabelRole } from '../../../src/model/label-names';
import type { FrameKind, ReaderLimits } from '../../../src/model/profile';
import type { ContextFields, ProfileBuilder } from '../../../src/model/profile-builder';
import { SequenceTable } from '../../../src/model/sequence-table';
import { type ProtobufCursor, wireVarint } from '../protobuf';
import type { StringTable } from './strings';
import { stringIndex } from './symbols';

/** Roles that make up a context, each a slot of `slotWords` words; the others concern the stack. */
const contextRoles = ['threadName', 'threadId', 'spanId', 'rootSpanId', 'traceId', 'endpoint'] as const;
const slotWords = 3;
const rawWords = contextRoles.length * slotWords;

/** What a slot holds: its two words are a string index, or the low and high word of a number. */
const none = 0;
const text = 1;
const number = 2;

const detailRoles: ReadonlyArray<readonly [SampleLabelRole, FrameKind]> = [
  ['exceptionType', 'detail:exception'],
  ['lockName', 'detail:lock'],
  ['allocatedClass', 'detail:class'],
];

/** What a label key means, worked out once per key. */
interface Key {
  readonly slot: number;
  readonly rank: number;
  /** 0 = with spaces, as Datadog's clients write it, else 1: tells how ids are written. */
  readonly spelling: number;
  /** Index in `detailRoles`, or -1. */
  readonly detail: number;
  readonly isClassName: boolean;
}

/**
 * Reads the labels of one sample after another. The raw values of the context's roles are interned first; strings and ids are
 * only made for combinations that were not seen before.
 */
export class LabelReader {
  /** String index of the method's class, 0 = not said. */
  className = 0;
  private detailKind = -1;
  private detailText = 0;
  private labels = 0;
  private used = false;
  private readonly keys: Array<Key | null | undefined>;
  private readonly raw = new Uint32Array(rawWords);
  private readonly ranks = new Uint8Array(contextRoles.length);
  private readonly combinations = new SequenceTable();
  private readonly contexts: number[] = [];
  private readonly details = new Map<number, number>();

  constructor(
    private readonly cursor: ProtobufCursor,
    private readonly strings: StringTable,
    private readonly builder: ProfileBuilder,
    private readonly limits: ReaderLimits
  ) {
    this.keys = new Array<Key | null | undefined>(strings.length).fill(undefined);
  }

  startSample(): void {
    this.className = 0;
    this.detailKind = -1;
    this.labels = 0;
    if (this.used) {
      this.raw.fill(0);
      this.used = false;
    }
  }

  /** Reads the label message that ends at `end`. */
  read(end: number): void {
    const { cursor } = this;
    if (++this.labels > this.limits.labelsPerSample) {
      cursor.fail(`more than ${this.limits.labelsPerSample} labels on a sample`, 'tooLarge');
    }
    let key = 0;
    let string = 0;
    let low = 0;
    let high = 0;
    while (cursor.at < end) {
      const field = cursor.field();
      if (field === 1 || field === 2) {
        cursor.expect(wireVarint, 'a string of a label');
        const index = stringIndex(cursor, this.strings);
        key = field === 1 ? index : key;
        string = field === 2 ? index : string;
      } else if (field === 3) {
        cursor.expect(wireVarint, 'a number of a label');
        cursor.words();
        low = cursor.low;
        high = cursor.high;
      } else {
        cursor.skip();
      }
    }
    const known = this.keyOf(key);
    if (known !== null) {
      this.keep(known, string, low, high);
    }
  }

  private keyOf(index: number): Key | null {
    const known = this.keys[index];
    return known === undefined ? (this.keys[index] = makeKey(this.strings.get(index))) : known;
  }

  private keep(key: Key, string: number, low: number, high: number): void {
    if (key.slot < 0) {
      this.keepForStack(key, string);
      return;
    }
    const at = key.slot * slotWords;
    if (this.raw[at] !== none && this.ranks[key.slot] <= key.rank) {
      return;
    }
    if (string === 0 && low === 0 && high === 0) {
      return;
    }
    this.used = true;
    this.ranks[key.slot] = key.rank;
    this.raw[at] = string > 0 ? text : number;
    this.raw[at + 1] = string > 0 ? string : low;
    this.raw[at + 2] = string > 0 ? key.spelling : high;
  }

  private keepForStack(key: Key, string: number): void {
    if (key.isClassName) {
      this.className = string;
    } else if (string !== 0 && this.detailKind < 0) {
      this.detailKind = key.detail;
      this.detailText = string;
    }
  }

  /** The context of the labels read since `startSample`. */
  context(): number {
    if (!this.used) {
      return 0;
    }
    const combination = this.combinations.intern(this.raw, rawWords);
    return (this.contexts[combination] ??= this.builder.context(this.contextFields()));
  }

  private contextFields(): ContextFields {
    const traceId = this.slotText(4);
    const trace = traceId === '' ? undefined : parseTraceId(traceId);
    return {
      thread: this.slotText(0) || this.slotText(1),
      endpoint: this.slotText(5),
      spanId: this.slotId(2),
      rootSpanId: this.slotId(3),
      traceIdHigh: trace?.high,
      traceIdLow: trace?.low,
    };
  }

  private slotText(slot: number): string {
    const [kind, a, b] = this.raw.subarray(slot * slotWords, (slot + 1) * slotWords);
    return kind === text ? this.strings.get(a) : kind === number ? wide(a, b).toString() : '';
  }

  /** Numbers and decimal strings from Datadog's clients, 16 hex digits from the others. */
  private slotId(slot: number): bigint {
    const [kind, a, b] = this.raw.subarray(slot * slotWords, (slot + 1) * slotWords);
    return kind === text ? (parseSpanId(this.strings.get(a), b === 0) ?? 0n) : wide(a, b);
  }

  /** The leaf frame that names what the sample was about, or -1. */
  detailFrame(): number {
    if (this.detailKind < 0) {
      return -1;
    }
    const key = this.detailText * detailRoles.length + this.detailKind;
    const known = this.details.get(key);
    if (known !== undefined) {
      return known;
    }
    const frame = this.builder.detailFrame(detailRoles[this.detailKind][1], this.strings.get(this.detailText));
    this.details.set(key, frame);
    return frame;
  }
}

function wide(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

function makeKey(name: string): Key | null {
  const found = sampleLabelRole(name);
  if (found === undefined) {
    return null;
  }
  const slot = contextRoles.findIndex((role) => role === found.role);
  const detail = detailRoles.findIndex(([role]) => role === found.role);
  const isClassName = found.role === 'className';
  const spelling = name.includes(' ') ? 0 : 1;
  return slot < 0 && detail < 0 && !isClassName ? null : { slot, rank: found.rank, spelling, detail, isClassName };
}

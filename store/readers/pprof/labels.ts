import { isNumberedTask, parseSpanIdCodes, parseTraceId } from '../../../src/model/label-names';
import type { ReaderLimits } from '../../../src/model/profile';
import type { ProfileBuilder } from '../../../src/model/profile-builder';
import { maxSampleLabels, type SampleLabel } from '../../../src/model/sample-labels';
import { SequenceTable } from '../../../src/model/sequence-table';
import { type ProtobufCursor, wireVarint } from '../protobuf';
import { contextRoles, detailRoles, type Key, makeKey } from './label-keys';
import { Scratch } from './scratch';
import type { StringTable } from './strings';
import { stringIndex } from './symbols';

/*
 * Where the context's words lie in the raw values.
 */
/** String index, 0 = none. */
const threadNameAt = 0;
/** A number's low and high word. */
const threadNumberAt = 1;
const endpointAt = 3;
const traceIdAt = 4;
/** Low and high word each. */
const spanIdAt = 5;
const rootSpanIdAt = 7;
/** Number of the list of the program's own labels, 0 = none. */
const labelsAt = 9;
const rawWords = 10;
/** Above every rank. */
const noRank = 255;
/** Tags of a label's fields. */
const keyTag = 0x08;
const stringTag = 0x10;
const numberTag = 0x18;
/** Of a varint. */
const mostInTwoBytes = 0x3fff;

/** Larger tables are not kept for the next reading. */
const keptBytes = 1 << 20;

/** What one reading after another uses. */
const raw = new Uint32Array(rawWords);
const ranks = new Uint8Array(contextRoles.length);
const wideIds = new BigUint64Array(4);
const ids = new Uint32Array(wideIds.buffer);
/** Key and value of the sample's own labels, as indexes of the file's strings. */
const ownPairs = new Uint32Array(2 * maxSampleLabels);
const idWordScratch = new Scratch();
const idStateScratch = new Scratch();
const noWords = new Uint32Array(0);
let idleCombinations: SequenceTable | undefined;
let idleLists: SequenceTable | undefined;

function takeCombinations(): SequenceTable {
  const combinations = idleCombinations ?? new SequenceTable();
  idleCombinations = undefined;
  combinations.clear();
  return combinations;
}

/** Entry 0 is no labels. */
function takeLists(): SequenceTable {
  const lists = idleLists ?? new SequenceTable();
  idleLists = undefined;
  lists.clear();
  lists.intern(ownPairs, 0);
  return lists;
}

function unlessLarge(table: SequenceTable | undefined): SequenceTable | undefined {
  return table !== undefined && table.byteLength <= keptBytes ? table : undefined;
}

/**
 * Reads the labels of one sample after another. The raw values of the context's roles are interned first; strings and ids are
 * only made for combinations that were not seen before.
 */
export class LabelReader {
  /** Of the method's class, as an index of the file's strings; 0 = not said. */
  className = 0;
  private detailKind = -1;
  private detailText = 0;
  private labels = 0;
  /** Words of `ownPairs` that this sample filled. */
  private ownWords = 0;
  private used = true;
  /** Ids that were written as text, by string index: their words, and how they were read (0 = not yet, 1 = decimal, 2 = hex). */
  private idWords: Uint32Array = noWords;
  private idStates: Uint32Array = noWords;
  // Not made when first needed: a field that begins as undefined makes the hot loops a third slower.
  private readonly combinations = takeCombinations();
  private readonly contexts: number[] = [];
  private details?: Map<number, number>;
  private lists?: SequenceTable;

  constructor(
    private readonly cursor: ProtobufCursor,
    private readonly strings: StringTable,
    private readonly builder: ProfileBuilder,
    private readonly limits: ReaderLimits
  ) {}

  /** After the last sample. */
  finish(): void {
    idleCombinations = unlessLarge(this.combinations);
    idleLists = unlessLarge(this.lists) ?? idleLists;
  }

  startSample(): void {
    this.className = 0;
    this.detailKind = -1;
    this.labels = 0;
    if (this.used) {
      this.used = false;
      this.ownWords = 0;
      for (let i = 0; i < rawWords; i++) {
        raw[i] = 0;
      }
      for (let i = 0; i < ranks.length; i++) {
        ranks[i] = noRank;
      }
    }
  }

  /** Reads the label message that ends at `end`. */
  read(end: number): void {
    const { cursor } = this;
    if (++this.labels > this.limits.labelsPerSample) {
      cursor.fail(`more than ${this.limits.labelsPerSample} labels on a sample`, 'tooLarge');
    }
    this.readFields(end);
  }

  /**
   * Reads the label field at the cursor if it is like nearly all: a key and a string or a number, the indexes of one or two
   * bytes. False = another form, then nothing is read.
   */
  readUsual(sampleEnd: number): boolean {
    const { cursor, strings } = this;
    const { bytes, at } = cursor;
    const end = at + 2 + bytes[at + 1];
    if (
      bytes[at + 1] >= 0x80 ||
      end > sampleEnd ||
      bytes[at + 2] !== keyTag ||
      this.labels >= this.limits.labelsPerSample
    ) {
      return false;
    }
    const isShortKey = bytes[at + 3] < 0x80;
    const key = isShortKey ? bytes[at + 3] : twoBytes(bytes, at + 3);
    const valueAt = isShortKey ? at + 5 : at + 6;
    if (key >= strings.length || key > mostInTwoBytes || valueAt >= end) {
      return false;
    }
    return bytes[valueAt - 1] === stringTag
      ? this.readUsualString(key, valueAt, end)
      : bytes[valueAt - 1] === numberTag && this.readUsualNumber(key, valueAt, end);
  }

  private readUsualString(key: number, at: number, end: number): boolean {
    const { bytes } = this.cursor;
    const isShort = bytes[at] < 0x80;
    const string = isShort ? bytes[at] : twoBytes(bytes, at);
    if (string >= this.strings.length || string > mostInTwoBytes || at + (isShort ? 1 : 2) !== end) {
      return false;
    }
    this.labels++;
    this.cursor.at = end;
    this.keepKnown(key, string, 0, 0);
    return true;
  }

  private readUsualNumber(key: number, at: number, end: number): boolean {
    const { cursor } = this;
    const start = cursor.at;
    cursor.at = at;
    cursor.words();
    if (cursor.at !== end) {
      cursor.at = start;
      return false;
    }
    this.labels++;
    this.keepKnown(key, 0, cursor.low, cursor.high);
    return true;
  }

  private readFields(end: number): void {
    const { cursor } = this;
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
    this.keepKnown(key, string, low, high);
  }

  private keepKnown(key: number, string: number, low: number, high: number): void {
    const known = this.keyOf(key);
    if (known === null) {
      return;
    }
    if (known.slot < 0) {
      this.keepBeside(known, key, string);
    } else {
      this.keep(known, string, low, high);
    }
  }

  private keyOf(index: number): Key | null {
    const text = this.strings.text(index);
    return text.key === undefined ? (text.key = makeKey(text.text)) : text.key;
  }

  /** Of several labels of one role the one with the lowest rank is kept, of equal ones the first. */
  private keep(key: Key, string: number, low: number, high: number): void {
    if ((string === 0 && low === 0 && high === 0) || ranks[key.slot] <= key.rank) {
      return;
    }
    this.used = true;
    ranks[key.slot] = key.rank;
    switch (key.role) {
      case 'threadName':
        this.keepText(threadNameAt, string);
        return;
      case 'threadId':
        this.keepThreadId(string, low, high);
        return;
      case 'spanId':
        this.keepId(spanIdAt, key, string, low, high);
        return;
      case 'rootSpanId':
        this.keepId(rootSpanIdAt, key, string, low, high);
        return;
      case 'traceId':
        this.keepText(traceIdAt, string);
        return;
      default:
        this.keepText(endpointAt, string);
    }
  }

  private keepText(at: number, string: number): void {
    raw[at] = string;
  }

  /** A name wins over an id; an id written as text is as good as a name where there is none. */
  private keepThreadId(string: number, low: number, high: number): void {
    if (string === 0) {
      raw[threadNumberAt] = low;
      raw[threadNumberAt + 1] = high;
    } else if (raw[threadNameAt] === 0) {
      raw[threadNameAt] = string;
    }
  }

  private keepId(at: number, key: Key, string: number, low: number, high: number): void {
    if (string === 0) {
      raw[at] = low;
      raw[at + 1] = high;
      return;
    }
    if (this.idStates === noWords) {
      this.idWords = idWordScratch.zeroed(this.strings.length * 2);
      this.idStates = idStateScratch.zeroed(this.strings.length);
    }
    const words = this.idWords;
    const state = this.idStates;
    if (state[string] !== (key.decimal ? 1 : 2)) {
      const { start, end } = this.strings.spans;
      parseSpanIdCodes(this.cursor.bytes, start[string], end[string], key.decimal, words, string * 2);
      state[string] = key.decimal ? 1 : 2;
    }
    raw[at] = words[string * 2];
    raw[at + 1] = words[string * 2 + 1];
  }

  /** Labels of the stack, and those that have no place of their own. */
  private keepBeside(key: Key, keyIndex: number, string: number): void {
    if (key.isClassName) {
      this.className = string;
    } else if (key.role === 'own') {
      this.keepOwn(keyIndex, string);
    } else if (string !== 0 && this.detailKind < 0) {
      this.detailKind = key.detail;
      this.detailText = string;
    }
  }

  /** Only texts: programs write no numbers, profilers write sizes of objects and the like. */
  private keepOwn(key: number, string: number): void {
    if (string !== 0 && this.ownWords < ownPairs.length) {
      ownPairs[this.ownWords++] = key;
      ownPairs[this.ownWords++] = string;
      this.used = true;
    }
  }

  /** The context of the labels read since `startSample`. */
  context(): number {
    if (!this.used) {
      return 0;
    }
    if (this.ownWords > 0) {
      raw[labelsAt] = (this.lists ??= takeLists()).intern(ownPairs, this.ownWords);
    }
    const combination = this.combinations.intern(raw, rawWords);
    if (combination === this.contexts.length) {
      this.contexts.push(this.makeContext());
    }
    return this.contexts[combination];
  }

  private makeContext(): number {
    const { strings, builder } = this;
    const traceId = raw[traceIdAt] === 0 ? undefined : parseTraceId(strings.get(raw[traceIdAt]));
    for (let i = spanIdAt; i < labelsAt; i++) {
      ids[i - spanIdAt] = raw[i];
    }
    wideIds[2] = traceId?.high ?? 0n;
    wideIds[3] = traceId?.low ?? 0n;
    const endpoint = strings.indexIn(builder, strings.text(raw[endpointAt]));
    const labels = raw[labelsAt] === 0 ? 0 : builder.labels(this.ownLabels());
    return builder.contextOfWords(this.thread(), endpoint, ids, labels === 0 ? undefined : { labels });
  }

  private ownLabels(): SampleLabel[] {
    const labels: SampleLabel[] = [];
    for (let i = 0; i < this.ownWords; i += 2) {
      const key = this.strings.get(ownPairs[i]);
      const value = this.strings.get(ownPairs[i + 1]);
      if (!isNumberedTask(key, value)) {
        labels.push([key, value]);
      }
    }
    return labels;
  }

  private thread(): number {
    const { strings, builder } = this;
    if (raw[threadNameAt] !== 0) {
      return strings.indexIn(builder, strings.text(raw[threadNameAt]));
    }
    const low = raw[threadNumberAt];
    const high = raw[threadNumberAt + 1];
    return low === 0 && high === 0 ? 0 : builder.string(wideText(low, high));
  }

  /** `className` in the builder's strings. */
  classNameString(): number {
    return this.strings.indexIn(this.builder, this.strings.text(this.className));
  }

  /** The leaf frame that names what the sample was about, or -1. */
  detailFrame(): number {
    if (this.detailKind < 0) {
      return -1;
    }
    const key = this.detailText * detailRoles.length + this.detailKind;
    const details = (this.details ??= new Map());
    const known = details.get(key);
    if (known !== undefined) {
      return known;
    }
    const frame = this.builder.detailFrame(detailRoles[this.detailKind][1], this.strings.get(this.detailText));
    details.set(key, frame);
    return frame;
  }
}

function wideText(low: number, high: number): string {
  return high < 0x20_0000 ? String(high * 0x1_0000_0000 + low) : String((BigInt(high) << 32n) | BigInt(low));
}

/** A varint of two bytes; more than `mostInTwoBytes` when it has more. */
function twoBytes(bytes: Uint8Array, at: number): number {
  return (bytes[at] & 0x7f) | (bytes[at + 1] << 7);
}

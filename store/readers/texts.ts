import type { Language } from '../../src/model/language';
import type { Key } from './pprof/label-keys';

/** A string of a file with what was worked out from it. Files of a service repeat their strings, so these outlive the file. */
export class Text {
  /** The reading that `index` is of. */
  reading = 0;
  /** In the strings of that reading's builder. */
  index = 0;
  /** Of the file with this name. */
  language?: Language | '';
  /** What it means as a label's key; null = nothing. */
  key?: Key | null;

  constructor(
    readonly text: string,
    /** 0 = not remembered. */
    readonly id: number
  ) {}
}

export const noText = new Text('', 0);

/** Whether the same text may be met again as the same object. */
export function isRemembered(text: Text): boolean {
  return text.id !== 0 || text === noText;
}

let readings = 0;

/** A number for `Text.reading`. */
export function newReading(): number {
  return ++readings;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const seed = (Math.random() * 0x1_0000_0000) | 0;
let lastId = 0;
/** Bytes; longer texts are not remembered. */
const longestText = 1024;

/** The text of bytes [start, end). */
export function textOf(bytes: Uint8Array, start: number, end: number): Text {
  const length = end - start;
  if (length === 0) {
    return noText;
  }
  if (length > longTexts.longest) {
    return new Text(decode(bytes, start, end), 0);
  }
  return (length > shortTexts.longest ? longTexts : shortTexts).find(bytes, start, end);
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** The bytes of the text that is looked for, four in a word. */
const packed = new Uint32Array(longestText / 4 + 2);

/**
 * Texts by their bytes. Each has two places, where a newer one replaces it: that bounds the memory and the time, also for a file
 * made to fill the cache.
 */
class TextCache {
  private readonly lengths: Uint16Array;
  private readonly words: Uint32Array;
  private readonly texts: Array<Text | undefined>;

  constructor(
    private readonly bits: number,
    readonly longest: number
  ) {
    this.lengths = new Uint16Array(1 << bits);
    this.words = new Uint32Array((longest / 4) << bits);
    this.texts = new Array<Text | undefined>(1 << bits).fill(undefined);
  }

  find(source: Uint8Array, start: number, end: number): Text {
    const slot = pack(source, start, end) >>> (32 - this.bits);
    return this.at(slot, end - start) ?? this.at(slot ^ 1, end - start) ?? this.add(slot, source, start, end);
  }

  /** The text in this place, if it is the packed one. */
  private at(slot: number, length: number): Text | undefined {
    if (this.lengths[slot] !== length) {
      return undefined;
    }
    const { words } = this;
    const base = (slot * this.longest) / 4;
    for (let i = 0; i * 4 < length; i++) {
      if (words[base + i] !== packed[i]) {
        return undefined;
      }
    }
    return this.texts[slot];
  }

  private add(first: number, source: Uint8Array, start: number, end: number): Text {
    const id = ++lastId;
    const slot = this.lengths[first] === 0 || this.lengths[first ^ 1] !== 0 ? first ^ (id & 1) : first ^ 1;
    const base = (slot * this.longest) / 4;
    this.lengths[slot] = end - start;
    for (let i = 0; i * 4 < end - start; i++) {
      this.words[base + i] = packed[i];
    }
    return (this.texts[slot] = new Text(decode(source, start, end), id));
  }
}

/** 8 and 4 MB at most: the texts of some thirty large services. */
const shortTexts = new TextCache(16, 128);
const longTexts = new TextCache(12, longestText);

/** Packs the bytes and returns their hash. */
function pack(bytes: Uint8Array, start: number, end: number): number {
  let even = seed ^ (end - start);
  let odd = seed;
  let at = start;
  let words = 0;
  for (; at + 7 < end; at += 8) {
    const low = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    const high = bytes[at + 4] | (bytes[at + 5] << 8) | (bytes[at + 6] << 16) | (bytes[at + 7] << 24);
    packed[words++] = low;
    packed[words++] = high;
    even = Math.imul(even ^ low, 0x9e3779b1);
    odd = Math.imul(odd ^ high, 0x85ebca77);
    even ^= even >>> 15;
    odd ^= odd >>> 13;
  }
  for (; at < end; at += 4) {
    let word = 0;
    for (let i = Math.min(end, at + 4) - 1; i >= at; i--) {
      word = (word << 8) | bytes[i];
    }
    packed[words++] = word;
    even = Math.imul(even ^ word, 0x9e3779b1);
    even ^= even >>> 15;
  }
  const hash = Math.imul(even ^ ((odd << 16) | (odd >>> 16)), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

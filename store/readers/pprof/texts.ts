import type { Language } from '../../../src/model/language';
import type { Key } from './label-keys';

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

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const seed = (Math.random() * 0x1_0000_0000) | 0;
let lastId = 0;

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

/**
 * Texts by their bytes. Each has one place only, where a newer one replaces it: that bounds the memory and the time, also for a
 * file made to fill the cache.
 */
class TextCache {
  private readonly bytes: Uint8Array;
  private readonly lengths: Uint16Array;
  private readonly texts: Array<Text | undefined>;

  constructor(
    private readonly bits: number,
    readonly longest: number
  ) {
    this.bytes = new Uint8Array(longest << bits);
    this.lengths = new Uint16Array(1 << bits);
    this.texts = new Array<Text | undefined>(1 << bits).fill(undefined);
  }

  find(source: Uint8Array, start: number, end: number): Text {
    const slot = hashOf(source, start, end) >>> (32 - this.bits);
    const known = this.texts[slot];
    return known !== undefined && this.lengths[slot] === end - start && this.equals(slot, source, start, end)
      ? known
      : this.replace(slot, source, start, end);
  }

  private equals(slot: number, source: Uint8Array, start: number, end: number): boolean {
    const { bytes } = this;
    for (let at = start, from = slot * this.longest; at < end; at++, from++) {
      if (source[at] !== bytes[from]) {
        return false;
      }
    }
    return true;
  }

  private replace(slot: number, source: Uint8Array, start: number, end: number): Text {
    this.lengths[slot] = end - start;
    for (let at = start, to = slot * this.longest; at < end; at++, to++) {
      this.bytes[to] = source[at];
    }
    return (this.texts[slot] = new Text(decode(source, start, end), ++lastId));
  }
}

/** 4 and 2 MB at most. */
const shortTexts = new TextCache(15, 128);
const longTexts = new TextCache(11, 1024);

/** Four bytes at a time. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = seed ^ (end - start);
  let at = start;
  for (; at + 3 < end; at += 4) {
    hash ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    hash = Math.imul(hash, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) {
    hash = Math.imul(hash ^ bytes[at], 0x9e3779b1);
  }
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
}

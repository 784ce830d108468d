/**
 * Interns sequences of 32-bit words: equal sequences get equal ids, ids count up from 0 in order of arrival.
 * Sequence i is `words[offset[i]]` up to `words[offset[i + 1]]`. The hash is seeded at random, so that nobody can prepare
 * a file whose sequences all collide; ids don't depend on it.
 */
export class SequenceTable {
  length = 0;
  offset: Uint32Array<ArrayBuffer>;
  words: Uint32Array<ArrayBuffer>;
  private hashes: Uint32Array<ArrayBuffer>;
  /** Id + 1, 0 = free: open addressing with linear probing, at most half full; the first `mask` + 1 are in use. */
  private slots: Uint32Array<ArrayBuffer>;
  private mask: number;
  private readonly seed = (Math.random() * 0x1_0000_0000) | 0;

  /** What is expected only saves growing. */
  constructor(sequences = 12, words = 16) {
    this.offset = new Uint32Array(sequences + 2);
    this.words = new Uint32Array(words);
    this.hashes = new Uint32Array(sequences + 2);
    this.mask = slotsFor(sequences) - 1;
    this.slots = new Uint32Array(Math.max(shortSlots, this.mask + 1));
  }

  /** Forgets everything but the memory, for the next use. */
  clear(sequences = 12): void {
    this.length = 0;
    this.mask = slotsFor(sequences) - 1;
    this.freeSlots();
  }

  /** Of all arrays together. */
  get byteLength(): number {
    return 4 * (this.offset.length + this.words.length + this.hashes.length + this.slots.length);
  }

  /** The id of `count` words of `source` from `from` on. */
  intern(source: Uint32Array, count: number, from = 0): number {
    const hash = hashOf(source, from, count, this.seed);
    const { mask, slots, hashes } = this;
    let slot = hash & mask;
    for (let taken = slots[slot]; taken !== 0; taken = slots[slot]) {
      if (hashes[taken - 1] === hash && this.equals(taken - 1, source, from, count)) {
        return taken - 1;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = this.length + 1;
    return this.append(source, from, count, hash);
  }

  private equals(id: number, source: Uint32Array, from: number, count: number): boolean {
    const start = this.offset[id];
    if (this.offset[id + 1] - start !== count) {
      return false;
    }
    const words = this.words;
    for (let i = 0; i < count; i++) {
      if (words[start + i] !== source[from + i]) {
        return false;
      }
    }
    return true;
  }

  private append(source: Uint32Array, from: number, count: number, hash: number): number {
    const id = this.length++;
    const start = this.offset[id];
    if (start + count > this.words.length) {
      this.words = grown(this.words, start + count);
    }
    const { words } = this;
    for (let i = 0; i < count; i++) {
      words[start + i] = source[from + i];
    }
    if (id + 2 > this.offset.length) {
      this.hashes = grown(this.hashes, id + 2);
      this.offset = grown(this.offset, id + 2);
    }
    this.hashes[id] = hash;
    this.offset[id + 1] = start + count;
    if (this.length * 2 > this.mask) {
      this.rehash();
    }
    return id;
  }

  private rehash(): void {
    this.mask = this.mask * 2 + 1;
    this.freeSlots();
    const { slots, mask, hashes } = this;
    for (let id = 0; id < this.length; id++) {
      let slot = hashes[id] & mask;
      while (slots[slot] !== 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = id + 1;
    }
  }

  private freeSlots(): void {
    if (this.mask < shortSlots) {
      for (let i = 0; i <= this.mask; i++) {
        this.slots[i] = 0;
      }
    } else if (this.mask < this.slots.length) {
      this.slots.fill(0, 0, this.mask + 1);
    } else {
      this.slots = new Uint32Array(this.mask + 1);
    }
  }
}

/** So few are zeroed faster in a loop. Every table has as many. */
const shortSlots = 64;

/** A power of two, at least twice as many. */
function slotsFor(sequences: number): number {
  return 2 << (32 - Math.clz32(sequences));
}

/** Two words at a time, which don't wait for each other. */
function hashOf(source: Uint32Array, from: number, count: number, seed: number): number {
  let even = seed;
  let odd = ~seed;
  const end = from + count;
  let at = from;
  for (; at + 1 < end; at += 2) {
    even = Math.imul(even ^ source[at], 0x9e3779b1);
    odd = Math.imul(odd ^ source[at + 1], 0x85ebca77);
    even ^= even >>> 15;
    odd ^= odd >>> 13;
  }
  if (at < end) {
    even = Math.imul(even ^ source[at], 0x9e3779b1);
    even ^= even >>> 15;
  }
  const hash = Math.imul(even ^ ((odd << 16) | (odd >>> 16)) ^ count, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

type WordArray =
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** `array`, or a copy of at least twice the size when it is shorter than `length`. */
export function grown<T extends WordArray>(array: T, length: number): T {
  if (length <= array.length) {
    return array;
  }
  const Constructor = array.constructor as new (length: number) => T;
  const larger = new Constructor(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}

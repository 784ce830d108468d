const emptySlot = -1;

/**
 * Interns sequences of 32-bit words: equal sequences get equal ids, ids count up from 0 in order of arrival.
 * Sequence i is `words[offset[i]]` up to `words[offset[i + 1]]`. The hash is seeded at random, so that nobody can prepare
 * a file whose sequences all collide; ids don't depend on it.
 */
export class SequenceTable {
  length = 0;
  offset = new Uint32Array(64);
  words = new Uint32Array(256);
  private hashes = new Uint32Array(64);
  /** Open addressing with linear probing, at most half full; a power of two long. */
  private slots = new Int32Array(128).fill(emptySlot);
  private readonly seed = (Math.random() * 0x1_0000_0000) | 0;

  /** The id of the first `count` words of `source`. */
  intern(source: Uint32Array, count: number): number {
    const hash = hashOf(source, count, this.seed);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let id = this.slots[slot]; id !== emptySlot; id = this.slots[slot]) {
      if (this.hashes[id] === hash && this.equals(id, source, count)) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
    this.slots[slot] = this.length;
    return this.append(source, count, hash);
  }

  private equals(id: number, source: Uint32Array, count: number): boolean {
    const start = this.offset[id];
    if (this.offset[id + 1] - start !== count) {
      return false;
    }
    const words = this.words;
    for (let i = 0; i < count; i++) {
      if (words[start + i] !== source[i]) {
        return false;
      }
    }
    return true;
  }

  private append(source: Uint32Array, count: number, hash: number): number {
    const id = this.length++;
    const start = this.offset[id];
    this.words = grown(this.words, start + count);
    for (let i = 0; i < count; i++) {
      this.words[start + i] = source[i];
    }
    this.hashes = grown(this.hashes, id + 1);
    this.hashes[id] = hash;
    this.offset = grown(this.offset, id + 2);
    this.offset[id + 1] = start + count;
    if (this.length * 2 > this.slots.length) {
      this.rehash();
    }
    return id;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(emptySlot);
    const mask = slots.length - 1;
    for (let id = 0; id < this.length; id++) {
      let slot = this.hashes[id] & mask;
      while (slots[slot] !== emptySlot) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = id;
    }
    this.slots = slots;
  }
}

function hashOf(source: Uint32Array, count: number, seed: number): number {
  let hash = seed;
  for (let i = 0; i < count; i++) {
    hash = Math.imul(hash ^ source[i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ count, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

type WordArray = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

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

import { grown } from '../../../src/model/sequence-table';

/**
 * Index of a pool's entries by their 64-bit keys. Open addressing, at most half full, with a hash seeded at random, so that
 * nobody can prepare keys that all collide.
 */
export class KeyIndex {
  length = 0;
  private low = new Uint32Array(8);
  private high = new Uint32Array(8);
  /** Index + 1, 0 = free. */
  private slots = new Uint32Array(16);
  private readonly seed = (Math.random() * 0x1_0000_0000) | 0;

  /** Makes room for so many more keys. */
  reserve(more: number): void {
    const length = this.length + more;
    this.low = grown(this.low, length);
    this.high = grown(this.high, length);
    if (length * 2 > this.slots.length) {
      this.rehash(2 << (32 - Math.clz32(length)));
    }
  }

  /** The index of the key, which is new when it equals the former `length`. */
  add(low: number, high: number): number {
    const slot = this.slotOf(low, high);
    if (this.slots[slot] !== 0) {
      return this.slots[slot] - 1;
    }
    const index = this.length++;
    if (index === this.low.length) {
      this.low = grown(this.low, this.length);
      this.high = grown(this.high, this.length);
    }
    this.low[index] = low;
    this.high[index] = high;
    this.slots[slot] = this.length;
    if (this.length * 2 > this.slots.length) {
      this.rehash(this.slots.length * 2);
    }
    return index;
  }

  /** The index of the key, or -1. */
  find(low: number, high: number): number {
    return this.slots[this.slotOf(low, high)] - 1;
  }

  private slotOf(low: number, high: number): number {
    const mask = this.slots.length - 1;
    let slot = hashOf(low, high, this.seed) & mask;
    for (let taken = this.slots[slot]; taken !== 0; taken = this.slots[slot]) {
      if (this.low[taken - 1] === low && this.high[taken - 1] === high) {
        break;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private rehash(slots: number): void {
    this.slots = new Uint32Array(slots);
    for (let i = 0; i < this.length; i++) {
      this.slots[this.slotOf(this.low[i], this.high[i])] = i + 1;
    }
  }
}

function hashOf(low: number, high: number, seed: number): number {
  let hash = Math.imul(low ^ seed, 0x9e3779b1);
  hash ^= hash >>> 15;
  hash = Math.imul(hash ^ high, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

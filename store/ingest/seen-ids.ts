/**
 * Which 64-bit content ids were inserted lately. Two generations of a hash set: when the young one is full it becomes the old
 * one and the former old one is forgotten. Forgetting is harmless: the row is written once more.
 */
export class SeenIds {
  private young: IdSet;
  private old: IdSet;

  /** Memory is 32 bytes per id of `capacity`. */
  constructor(private readonly capacity: number) {
    this.young = new IdSet(capacity);
    this.old = new IdSet(capacity);
  }

  has(low: number, high: number): boolean {
    return this.young.has(low, high) || this.old.has(low, high);
  }

  add(low: number, high: number): void {
    if (this.has(low, high)) {
      return;
    }
    if (this.young.size >= this.capacity) {
      [this.young, this.old] = [this.old, this.young];
      this.young.clear();
    }
    this.young.add(low, high);
  }
}

/** Open addressing over pairs of 32-bit words; half full at most. (0, 0) marks an empty slot and is kept apart. */
export class IdSet {
  size = 0;
  private words: Uint32Array;
  private mask: number;
  private hasZero = false;

  constructor(capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, capacity * 2)));
    this.words = new Uint32Array(slots * 2);
    this.mask = slots - 1;
  }

  has(low: number, high: number): boolean {
    if (low === 0 && high === 0) {
      return this.hasZero;
    }
    const at = this.slotOf(low, high) * 2;
    return this.words[at] !== 0 || this.words[at + 1] !== 0;
  }

  /** The id must not be in the set yet. */
  add(low: number, high: number): void {
    if (this.size * 2 > this.mask) {
      this.grow();
    }
    this.size++;
    if (low === 0 && high === 0) {
      this.hasZero = true;
      return;
    }
    const slot = this.slotOf(low, high) * 2;
    this.words[slot] = low;
    this.words[slot + 1] = high;
  }

  clear(): void {
    this.words.fill(0);
    this.hasZero = false;
    this.size = 0;
  }

  private grow(): void {
    const before = this.words;
    this.words = new Uint32Array(before.length * 2);
    this.mask = this.words.length / 2 - 1;
    for (let at = 0; at < before.length; at += 2) {
      if (before[at] !== 0 || before[at + 1] !== 0) {
        const slot = this.slotOf(before[at], before[at + 1]) * 2;
        this.words[slot] = before[at];
        this.words[slot + 1] = before[at + 1];
      }
    }
  }

  /** Where the id is, or the empty slot where it would go. Ids are hashes already. */
  private slotOf(low: number, high: number): number {
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & this.mask;
    for (;;) {
      const at = slot * 2;
      const there = this.words[at];
      const above = this.words[at + 1];
      if ((there === low && above === high) || (there === 0 && above === 0)) {
        return slot;
      }
      slot = (slot + 1) & this.mask;
    }
  }
}

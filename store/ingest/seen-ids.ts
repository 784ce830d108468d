/**
 * Which 64-bit content ids were inserted lately. Two generations of a hash set: when the young one is full it becomes the old
 * one and the former old one is forgotten. Forgetting is harmless: the row is written once more.
 */
export class SeenIds {
  private young: IdSet;
  private old: IdSet;

  /** For `SharedIds` in other threads. */
  readonly memory: readonly SharedArrayBuffer[];

  /** Memory is 32 bytes per id of `capacity`. */
  constructor(private readonly capacity: number) {
    const memory = [sharedWords(capacity), sharedWords(capacity)];
    [this.young, this.old] = memory.map((words) => new IdSet(capacity, words));
    this.memory = memory.map(({ buffer }) => buffer);
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

function sharedWords(capacity: number): Uint32Array<SharedArrayBuffer> {
  return new Uint32Array(new SharedArrayBuffer(slotsFor(capacity) * 8));
}

/**
 * The same ids as another thread sees them while they are written. It may miss one, which costs only a row that is written
 * again; it never invents one: `IdSet.add` writes the low word last, and ids with a zero in them are not looked up.
 */
export class SharedIds {
  private readonly sets: readonly Uint32Array[];

  constructor(memory: readonly SharedArrayBuffer[]) {
    this.sets = memory.map((buffer) => new Uint32Array(buffer));
  }

  has(low: number, high: number): boolean {
    const [first, second] = this.sets;
    return low !== 0 && high !== 0 && (holds(first, low, high) || holds(second, low, high));
  }
}

function holds(words: Uint32Array, low: number, high: number): boolean {
  const mask = words.length / 2 - 1;
  // A set that is being cleared and filled again could send the search around for ever.
  for (let slot = slotOf(low, high) & mask, steps = 0; steps < mostSteps; slot = (slot + 1) & mask, steps++) {
    const there = Atomics.load(words, slot * 2);
    if (there === 0) {
      return false;
    }
    if (there === low && words[slot * 2 + 1] === high) {
      return true;
    }
  }
  return false;
}

const mostSteps = 64;

/** Open addressing over pairs of 32-bit words; half full at most. (0, 0) marks an empty slot and is kept apart. */
export class IdSet {
  size = 0;
  private mask: number;
  private hasZero = false;

  /** With `words` of its own it must never hold more than `capacity`. */
  constructor(
    capacity: number,
    private words: Uint32Array = new Uint32Array(slotsFor(capacity) * 2)
  ) {
    this.mask = this.words.length / 2 - 1;
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
    this.words[slot + 1] = high;
    Atomics.store(this.words, slot, low);
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
    let slot = slotOf(low, high) & this.mask;
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

function slotOf(low: number, high: number): number {
  return low ^ Math.imul(high, 0x9e3779b1);
}

/** A power of two, at least twice as many. */
function slotsFor(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, capacity * 2)));
}

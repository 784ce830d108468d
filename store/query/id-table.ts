/** 64-bit ids → indexes. Open addressing over two 32-bit halves: a Map of bigints takes four times the memory. */
export class IdTable {
  private keys = new Uint32Array(2048);
  private values = new Int32Array(1024).fill(-1);
  private count = 0;

  get sizeBytes(): number {
    return this.keys.byteLength + this.values.byteLength;
  }

  /** -1 = not there. */
  get(low: number, high: number): number {
    return this.values[this.slot(low, high)];
  }

  set(low: number, high: number, value: number): void {
    const slot = this.slot(low, high);
    if (this.values[slot] < 0) {
      this.count++;
    }
    this.keys[slot * 2] = low;
    this.keys[slot * 2 + 1] = high;
    this.values[slot] = value;
    if (this.count * 2 > this.values.length) {
      this.grow();
    }
  }

  private slot(low: number, high: number): number {
    const mask = this.values.length - 1;
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    while (this.values[slot] >= 0 && (this.keys[slot * 2] !== low || this.keys[slot * 2 + 1] !== high)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Uint32Array(keys.length * 2);
    this.values = new Int32Array(values.length * 2).fill(-1);
    for (let from = 0; from < values.length; from++) {
      if (values[from] >= 0) {
        const to = this.slot(keys[from * 2], keys[from * 2 + 1]);
        this.keys[to * 2] = keys[from * 2];
        this.keys[to * 2 + 1] = keys[from * 2 + 1];
        this.values[to] = values[from];
      }
    }
  }
}

/** Low and high halves of ids, alternating. */
export function halves(ids: ArrayLike<bigint>): Uint32Array {
  const typed = ids instanceof BigUint64Array ? ids : BigUint64Array.from(ids);
  return new Uint32Array(typed.buffer, typed.byteOffset, typed.length * 2);
}

/**
 * Arrays by name for one who works over millions of items again and again: new ones each time would have the garbage collector walk
 * through the whole heap every few times. Whoever takes one has it until the next one takes that of the same name.
 */
export class Scratch {
  private readonly byName = new Map<string, ArrayBuffer>();

  get sizeBytes(): number {
    return [...this.byName.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** All are filled with 0. */
  floats(name: string, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.buffer(`floats ${name}`, length * 8), 0, length).fill(0);
  }

  ints(name: string, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.buffer(`ints ${name}`, length * 4), 0, length).fill(0);
  }

  bytes(name: string, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer(`bytes ${name}`, length), 0, length).fill(0);
  }

  private buffer(name: string, bytes: number): ArrayBuffer {
    const known = this.byName.get(name);
    if (known !== undefined && known.byteLength >= bytes) {
      return known;
    }
    const made = new ArrayBuffer(Math.ceil((bytes * 1.25) / 8) * 8);
    this.byName.set(name, made);
    return made;
  }
}

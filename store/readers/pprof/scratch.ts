/** Larger arrays are left to the garbage collector. */
const keptWords = 1 << 18;
/** Shorter ones are zeroed faster in a loop. */
const shortLength = 100;

/**
 * An array that one reading after another uses, since allocating costs more than reading a small file. Readings are synchronous,
 * so there is only one at a time.
 */
export class Scratch {
  private array = new Uint32Array(64);

  /** An array whose first `length` entries are 0; what follows them is left over from other readings. */
  zeroed(length: number): Uint32Array {
    if (length > this.array.length) {
      const larger = new Uint32Array(length > keptWords ? length : Math.min(keptWords, length * 2));
      this.array = length > keptWords ? this.array : larger;
      return larger;
    }
    const { array } = this;
    if (length > shortLength) {
      return array.fill(0, 0, length);
    }
    for (let i = 0; i < length; i++) {
      array[i] = 0;
    }
    return array;
  }
}

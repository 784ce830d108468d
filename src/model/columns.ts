/** Columns of small profiles share buffers: an ArrayBuffer costs about a microsecond. */
const sharedBytes = 64 << 10;
const maxShare = 8 << 10;

let shared = new ArrayBuffer(0);
let sharedAt = 0;

/** Allocates the columns of one profile, all zero, in one go. */
export class Columns {
  private readonly buffer: ArrayBuffer;
  private at: number;

  /** `byteLength` of all columns, each rounded up to 8 bytes. */
  constructor(byteLength: number) {
    if (byteLength > maxShare) {
      this.buffer = new ArrayBuffer(byteLength);
      this.at = 0;
      return;
    }
    if (sharedAt + byteLength > shared.byteLength) {
      shared = new ArrayBuffer(sharedBytes);
      sharedAt = 0;
    }
    this.buffer = shared;
    this.at = sharedAt;
    sharedAt += Math.ceil(byteLength / 8) * 8;
  }

  uint32(length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.buffer, this.take(length * 4), length);
  }

  int32(length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.buffer, this.take(length * 4), length);
  }

  uint8(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer, this.take(length), length);
  }

  float64(length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.buffer, this.take(length * 8), length);
  }

  bigUint64(length: number): BigUint64Array<ArrayBuffer> {
    return new BigUint64Array(this.buffer, this.take(length * 8), length);
  }

  private take(byteLength: number): number {
    const { at } = this;
    this.at = at + Math.ceil(byteLength / 8) * 8;
    return at;
  }
}

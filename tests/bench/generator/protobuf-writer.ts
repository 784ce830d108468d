const textEncoder = new TextEncoder();

/** Protobuf's wire format, the little of it that a pprof file needs. */
export class ProtobufWriter {
  private buffer: Uint8Array<ArrayBuffer>;
  private end = 0;

  constructor(sizeBytes = 1024) {
    this.buffer = new Uint8Array(sizeBytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.end);
  }

  clear(): void {
    this.end = 0;
  }

  /** Zeros are left out, as encoders do. */
  number(field: number, value: number): void {
    if (value !== 0) {
      this.varint(field * 8);
      this.varint(value);
    }
  }

  bigint(field: number, value: bigint): void {
    if (value !== 0n) {
      this.varint(field * 8);
      this.bigVarint(BigInt.asUintN(64, value));
    }
  }

  string(field: number, value: string): void {
    const encoded = textEncoder.encode(value);
    this.bytesOf(field, encoded, encoded.length);
  }

  bytes(field: number, value: Uint8Array): void {
    this.bytesOf(field, value, value.length);
  }

  message(field: number, inner: ProtobufWriter): void {
    this.bytesOf(field, inner.buffer, inner.end);
  }

  packed(field: number, values: ArrayLike<number>, scratch: ProtobufWriter): void {
    scratch.clear();
    for (let i = 0; i < values.length; i++) {
      scratch.varint(values[i]);
    }
    this.message(field, scratch);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** Integers from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.end++] = rest % 0x80 | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.end++] = rest;
  }

  private bigVarint(value: bigint): void {
    this.reserve(10);
    let rest = value;
    while (rest >= 0x80n) {
      this.buffer[this.end++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.end++] = Number(rest);
  }

  private bytesOf(field: number, bytes: Uint8Array, length: number): void {
    this.varint(field * 8 + 2);
    this.varint(length);
    this.reserve(length);
    if (length < 32) {
      for (let i = 0; i < length; i++) {
        this.buffer[this.end + i] = bytes[i];
      }
    } else {
      this.buffer.set(bytes.subarray(0, length), this.end);
    }
    this.end += length;
  }

  private reserve(count: number): void {
    if (this.end + count > this.buffer.length) {
      const grown = new Uint8Array(Math.max(this.end + count, this.buffer.length * 2));
      grown.set(this.buffer.subarray(0, this.end));
      this.buffer = grown;
    }
  }
}

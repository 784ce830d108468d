/**
 * ClickHouse's RowBinary, writing side: rows one after the other, columns in table order, little-endian, no padding. Strings and
 * arrays carry their length as LEB128; LowCardinality is plain; UUID is two little-endian UInt64, high half first.
 * The reading side is `row-binary-columns.ts`; what is written per table is in `table-rows.ts`.
 */
const textEncoder = new TextEncoder();
const twoTo32 = 4294967296;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A growable buffer with one method per ClickHouse type. Values out of their type's range throw a RangeError. */
export class RowBinaryWriter {
  private bytes: Uint8Array<ArrayBuffer>;
  private view: DataView<ArrayBuffer>;
  private end = 0;

  constructor(sizeBytes = 1024) {
    this.bytes = new Uint8Array(sizeBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  get length(): number {
    return this.end;
  }

  /** The bytes written so far, as a copy of their own. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.end);
  }

  u8(value: number): void {
    checkInteger(value, 0, 0xff);
    const at = this.advance(1);
    this.view.setUint8(at, value);
  }

  u16(value: number): void {
    checkInteger(value, 0, 0xffff);
    const at = this.advance(2);
    this.view.setUint16(at, value, true);
  }

  u32(value: number): void {
    checkInteger(value, 0, 0xffffffff);
    const at = this.advance(4);
    this.view.setUint32(at, value, true);
  }

  /** Numbers up to 2^53 - 1, bigints up to 2^64 - 1. */
  u64(value: number | bigint): void {
    if (typeof value === 'number') {
      checkInteger(value, 0, Number.MAX_SAFE_INTEGER);
      return this.int64FromNumber(value);
    }
    if (BigInt.asUintN(64, value) !== value) {
      throw new RangeError(`${value} is not a UInt64`);
    }
    const at = this.advance(8);
    this.view.setBigUint64(at, value, true);
  }

  i32(value: number): void {
    checkInteger(value, -0x80000000, 0x7fffffff);
    const at = this.advance(4);
    this.view.setInt32(at, value, true);
  }

  i64(value: number | bigint): void {
    if (typeof value === 'number') {
      checkInteger(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      return this.int64FromNumber(value);
    }
    if (BigInt.asIntN(64, value) !== value) {
      throw new RangeError(`${value} is not an Int64`);
    }
    const at = this.advance(8);
    this.view.setBigInt64(at, value, true);
  }

  float64(value: number): void {
    const at = this.advance(8);
    this.view.setFloat64(at, value, true);
  }

  bool(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  /** LEB128, as before strings and arrays. */
  size(value: number): void {
    checkInteger(value, 0, 0xffffffff);
    this.reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.end++] = rest % 0x80 | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.end++] = rest;
  }

  string(value: string): void {
    // Most strings are short and their length takes one byte: encode in place, move only when it takes more.
    this.reserve(value.length * 3 + 5);
    const { written } = textEncoder.encodeInto(value, this.bytes.subarray(this.end + 1));
    if (written < 0x80) {
      this.bytes[this.end] = written;
      this.end += written + 1;
      return;
    }
    const lengthBytes = sizeLength(written);
    this.bytes.copyWithin(this.end + lengthBytes, this.end + 1, this.end + 1 + written);
    this.size(written);
    this.end += written;
  }

  /** Exactly `size` bytes; shorter values are filled with NUL. */
  fixedString(value: string, size: number): void {
    const encoded = textEncoder.encode(value);
    if (encoded.length > size) {
      throw new RangeError(`a string of ${encoded.length} bytes is longer than FixedString(${size})`);
    }
    const at = this.advance(size);
    this.bytes.set(encoded, at);
    this.bytes.fill(0, at + encoded.length, at + size);
  }

  uuid(value: string): void {
    if (!uuidPattern.test(value)) {
      throw new RangeError(`not a UUID: ${value.slice(0, 60)}`);
    }
    const hex = value.replaceAll('-', '');
    this.u64(BigInt(`0x${hex.slice(0, 16)}`));
    this.u64(BigInt(`0x${hex.slice(16)}`));
  }

  /** Date: days since 1970. */
  date(days: number): void {
    this.u16(days);
  }

  /** DateTime: seconds since 1970. */
  dateTime(seconds: number): void {
    this.u32(seconds);
  }

  /** DateTime64 of any precision: ticks since 1970, bigint nanoseconds for (9), milliseconds for (3). */
  dateTime64(ticks: number | bigint): void {
    this.i64(ticks);
  }

  array<T>(values: ArrayLike<T>, write: (value: T) => void): void {
    this.size(values.length);
    for (let i = 0; i < values.length; i++) {
      write(values[i]);
    }
  }

  stringArray(values: readonly string[]): void {
    this.size(values.length);
    for (let i = 0; i < values.length; i++) {
      this.string(values[i]);
    }
  }

  u8Array(values: readonly number[]): void {
    this.size(values.length);
    for (let i = 0; i < values.length; i++) {
      this.u8(values[i]);
    }
  }

  map<K, V>(values: ReadonlyMap<K, V>, writeKey: (key: K) => void, writeValue: (value: V) => void): void {
    this.size(values.size);
    for (const [key, value] of values) {
      writeKey(key);
      writeValue(value);
    }
  }

  /** Bytes that are RowBinary already. */
  raw(bytes: Uint8Array): void {
    const at = this.advance(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** Array(UInt64) straight from memory, `length` items from `from`. */
  u64Array(values: BigUint64Array, from = 0, length = values.length - from): void {
    this.size(length);
    this.raw(new Uint8Array(values.buffer, values.byteOffset + from * 8, length * 8));
  }

  /** Makes room for `count` bytes and returns where they start. Replaces `bytes` and `view`: call it before reading those. */
  private advance(count: number): number {
    this.reserve(count);
    const at = this.end;
    this.end += count;
    return at;
  }

  private reserve(count: number): void {
    const needed = this.end + count;
    if (needed <= this.bytes.length) {
      return;
    }
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.end));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Two's complement without a BigInt: the high word is the floor, so the low word is never negative. */
  private int64FromNumber(value: number): void {
    const high = Math.floor(value / twoTo32);
    const at = this.advance(8);
    this.view.setUint32(at, value - high * twoTo32, true);
    this.view.setInt32(at + 4, high, true);
  }
}

/** How many bytes `size` takes. */
function sizeLength(value: number): number {
  return value < 0x80 ? 1 : 1 + sizeLength(Math.floor(value / 0x80));
}

function checkInteger(value: number, min: number, max: number): void {
  if (!(value >= min && value <= max && Math.floor(value) === value)) {
    throw new RangeError(`${value} is not an integer from ${min} to ${max}`);
  }
}

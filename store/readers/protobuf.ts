import { ReaderError } from '../../src/model/profile';

export const wireVarint = 0;
export const wireFixed64 = 1;
export const wireBytes = 2;
export const wireFixed32 = 5;

const two32 = 0x1_0000_0000;

/**
 * Reads protobuf wire format within [at, end). Every read is checked against `end`; what can't be right throws a ReaderError.
 * 64-bit numbers are left in `low` and `high`, so that none is lost in a double and none needs a BigInt.
 */
export class ProtobufCursor {
  at = 0;
  end: number;
  low = 0;
  high = 0;
  /** Of the field that `field` read last. */
  wire = 0;

  constructor(
    readonly bytes: Uint8Array,
    private readonly format: string
  ) {
    this.end = bytes.length;
  }

  /** Reads a tag; the field's number, with its wire type in `wire`. */
  field(): number {
    const { at } = this;
    const byte = this.bytes[at];
    if (byte < 0x80 && byte > 7 && at < this.end) {
      this.at = at + 1;
      this.wire = byte & 7;
      return byte >> 3;
    }
    return this.longField();
  }

  private longField(): number {
    const tag = this.varint();
    const number = Math.floor(tag / 8);
    this.wire = tag & 7;
    if (number === 0 || number > 0x1fffffff) {
      this.fail('not a protobuf field');
    }
    return number;
  }

  /** An unsigned varint; exact up to 2^53, then rounded. */
  varint(): number {
    const { bytes, at } = this;
    const first = bytes[at];
    if (at + 1 < this.end) {
      if (first < 0x80) {
        this.at = at + 1;
        return first;
      }
      const second = bytes[at + 1];
      if (second < 0x80) {
        this.at = at + 2;
        return (first & 0x7f) | (second << 7);
      }
    }
    return this.longVarint();
  }

  private longVarint(): number {
    this.words();
    return this.high * two32 + this.low;
  }

  /** A varint of up to ten bytes into `low` and `high`; non-minimal ones are fine. */
  words(): void {
    const { bytes, at, end } = this;
    const first = bytes[at];
    if (at + 3 < end) {
      // Nearly all numbers.
      if (first < 0x80) {
        return this.setLow(first, at + 1);
      }
      const second = bytes[at + 1];
      if (second < 0x80) {
        return this.setLow((first & 0x7f) | (second << 7), at + 2);
      }
      const third = bytes[at + 2];
      if (third < 0x80) {
        return this.setLow((first & 0x7f) | ((second & 0x7f) << 7) | (third << 14), at + 3);
      }
    }
    this.longWords();
  }

  private setLow(low: number, at: number): void {
    this.low = low;
    this.high = 0;
    this.at = at;
  }

  private longWords(): void {
    const { bytes, end } = this;
    let at = this.at;
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end) {
        this.fail('cut off inside a number');
      }
      const byte = bytes[at++];
      const bits = byte & 0x7f;
      if (shift < 28) {
        low |= bits << shift;
      } else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else {
        high |= bits << (shift - 32);
      }
      if (byte < 0x80) {
        break;
      }
      if (shift === 63) {
        this.fail('a number of more than ten bytes');
      }
    }
    this.at = at;
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** Leaves out a varint. */
  skipVarint(): void {
    const { bytes } = this;
    const end = Math.min(this.end, this.at + 10);
    for (let at = this.at; at < end; at++) {
      if (bytes[at] < 0x80) {
        this.at = at + 1;
        return;
      }
    }
    this.words();
  }

  /** The signed 64-bit value of `low` and `high`; NaN when a double can't hold it exactly. */
  signed(): number {
    const value =
      this.high < 0x8000_0000 ? this.high * two32 + this.low : -((~this.high >>> 0) * two32 + (~this.low >>> 0) + 1);
    return Number.isSafeInteger(value) ? value : NaN;
  }

  /** Reads the length of a bytes field and returns where it ends. */
  bytesEnd(): number {
    const { bytes, at } = this;
    const length = bytes[at];
    if (length < 0x80 && at + 1 + length <= this.end) {
      this.at = at + 1;
      return at + 1 + length;
    }
    return this.longBytesEnd();
  }

  private longBytesEnd(): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > this.end) {
      this.fail(`cut off: ${length} bytes announced, ${this.end - this.at} left`);
    }
    return end;
  }

  /** Leaves out the value of an unknown field. */
  skip(): void {
    switch (this.wire) {
      case wireVarint:
        this.skipVarint();
        return;
      case wireFixed64:
        this.skipBytes(8);
        return;
      case wireBytes:
        this.at = this.bytesEnd();
        return;
      case wireFixed32:
        this.skipBytes(4);
        return;
      default:
        this.fail(`unknown wire type ${this.wire}`);
    }
  }

  private skipBytes(length: number): void {
    if (this.at + length > this.end) {
      this.fail('cut off inside a number');
    }
    this.at += length;
  }

  expect(wire: number, what: string): void {
    if (this.wire !== wire) {
      this.fail(`${what} has wire type ${this.wire}`);
    }
  }

  fail(reason: string, kind: ReaderError['kind'] = 'broken'): never {
    throw new ReaderError(this.format, this.at, reason, kind);
  }
}

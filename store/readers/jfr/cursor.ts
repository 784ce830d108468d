import { ReaderError } from '../../../src/model/profile';

const two32 = 0x1_0000_0000;

/**
 * Reads JFR's encodings within [at, end): LEB128 numbers of at most nine bytes, the ninth whole, and big-endian floats.
 * 64-bit numbers are left in `low` and `high`. Bytes beyond the end read as `undefined`, so a check after each number suffices.
 */
export class JfrCursor {
  at = 0;
  end: number;
  low = 0;
  high = 0;
  private readonly view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.end = bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads a number into `low` and `high`. */
  words(): void {
    const { bytes } = this;
    let { at } = this;
    let byte = bytes[at++];
    let low = byte & 0x7f;
    for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[at++];
      low |= (byte & 0x7f) << shift;
    }
    this.at = at;
    this.low = low;
    this.high = 0;
    if (byte >= 0x80) {
      this.highWord();
    }
    if (this.at > this.end) {
      this.fail('cut off inside a number');
    }
  }

  /** Bytes five to nine: bits 28 to 63. */
  private highWord(): void {
    const { bytes } = this;
    let byte = bytes[this.at++];
    let { low } = this;
    low |= byte << 28;
    let high = (byte & 0x7f) >>> 4;
    for (let shift = 3; byte >= 0x80 && shift < 24; shift += 7) {
      byte = bytes[this.at++];
      high |= (byte & 0x7f) << shift;
    }
    if (byte >= 0x80) {
      high |= bytes[this.at++] << 24;
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** An unsigned number; exact up to 2^53, then rounded. */
  varint(): number {
    const byte = this.bytes[this.at];
    if (byte < 0x80 && this.at < this.end) {
      this.at++;
      return byte;
    }
    this.words();
    return this.high * two32 + this.low;
  }

  /** A signed 64-bit number; exact up to 2^53, then rounded. */
  signed(): number {
    this.words();
    return toSigned(this.low, this.high);
  }

  skipVarint(): void {
    const { bytes } = this;
    let at = this.at;
    for (let last = at + 8; bytes[at] >= 0x80 && at < last; ) {
      at++;
    }
    this.at = at + 1;
    if (this.at > this.end) {
      this.fail('cut off inside a number');
    }
  }

  byte(): number {
    this.skip(1);
    return this.bytes[this.at - 1];
  }

  skip(length: number): void {
    this.at += length;
    if (this.at > this.end) {
      this.fail('cut off');
    }
  }

  float(): number {
    this.skip(4);
    return this.view.getFloat32(this.at - 4);
  }

  double(): number {
    this.skip(8);
    return this.view.getFloat64(this.at - 8);
  }

  /** Fixed-width numbers of the chunk header. */
  uint16At(at: number): number {
    return this.view.getUint16(at);
  }

  int64At(at: number): bigint {
    return this.view.getBigInt64(at);
  }

  fail(reason: string, kind: ReaderError['kind'] = 'broken'): never {
    throw new ReaderError('jfr', Math.min(this.at, this.bytes.length), reason, kind);
  }
}

export function toSigned(low: number, high: number): number {
  return (high | 0) * two32 + low;
}

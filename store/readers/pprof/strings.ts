import type { ProtobufCursor } from '../protobuf';
import type { Spans } from './layout';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A pprof string table that decodes on demand. The bytes of all ASCII strings are decoded in one call and cut by offset,
 * since a call of TextDecoder per string costs more than everything else; other strings are decoded one by one.
 */
export class StringTable {
  readonly length: number;
  private readonly decoded: Array<string | undefined>;
  /** Start of string i in `ascii`, or -1 when it has bytes above 0x7f. */
  private readonly asciiStart: Int32Array;
  private readonly ascii: string;

  constructor(
    private readonly cursor: ProtobufCursor,
    readonly spans: Spans
  ) {
    this.length = spans.length;
    if (this.length === 0) {
      cursor.fail('no string table');
    }
    if (spans.start[0] !== spans.end[0]) {
      cursor.fail('the first string is not empty');
    }
    this.decoded = new Array<string | undefined>(this.length).fill(undefined);
    this.asciiStart = new Int32Array(this.length);
    this.ascii = this.decodeAscii();
  }

  get(index: number): string {
    return (this.decoded[index] ??= this.decode(index));
  }

  private decode(index: number): string {
    const start = this.spans.start[index];
    const end = this.spans.end[index];
    const at = this.asciiStart[index];
    return at < 0 ? decoder.decode(this.cursor.bytes.subarray(start, end)) : this.ascii.slice(at, at + end - start);
  }

  private decodeAscii(): string {
    const { start, end } = this.spans;
    const { bytes } = this.cursor;
    let total = 0;
    for (let i = 0; i < this.length; i++) {
      total += end[i] - start[i];
    }
    const copy = new Uint8Array(total);
    let size = 0;
    for (let i = 0; i < this.length; i++) {
      const from = size;
      let all = 0;
      for (let at = start[i]; at < end[i]; at++) {
        const byte = bytes[at];
        all |= byte;
        copy[size++] = byte;
      }
      this.asciiStart[i] = all < 0x80 ? from : -1;
      size = all < 0x80 ? size : from;
    }
    return decoder.decode(copy.subarray(0, size));
  }
}

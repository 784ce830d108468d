import { ReaderError } from '../../src/model/profile';
import type { FailKind } from './fail';

const newLine = 0x0a;

/** Hands out the lines of a text file, and knows where it is when something is wrong. */
export class Lines {
  /** Of the line that `next` returned last, in bytes. */
  offset = 0;
  private at = 0;
  private readonly decoder = new TextDecoder();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly format: string
  ) {}

  /** The next line without its end, or undefined after the last. */
  next(): string | undefined {
    const { bytes, at } = this;
    if (at >= bytes.length) {
      return undefined;
    }
    const found = bytes.indexOf(newLine, at);
    const end = found < 0 ? bytes.length : found;
    this.offset = at;
    this.at = end + 1;
    const text = this.decoder.decode(bytes.subarray(at, end));
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }

  fail(reason: string, kind: FailKind = 'broken'): never {
    throw new ReaderError(this.format, this.offset, reason, kind);
  }
}

/** Enough for the header of every text format. */
const sniffedBytes = 4096;

/** The start of a text file, '' when the bytes are no text. */
export function textStart(bytes: Uint8Array, length = sniffedBytes): string {
  const start = bytes.subarray(0, length);
  return start.some(isControl) ? '' : new TextDecoder().decode(start);
}

/** Control characters that text does not have; line ends, tabs and form feeds are fine. */
function isControl(byte: number): boolean {
  return byte < 0x09 || (byte > 0x0d && byte < 0x20);
}

import { grown } from '../../../src/model/sequence-table';
import type { JfrCursor } from './cursor';

/** The first byte of a string. `reference`: a key of the pool `java.lang.String` follows. */
export const encoding = { none: 0, empty: 1, reference: 2, utf8: 3, chars: 4, latin1: 5 } as const;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Moves the cursor behind a string. */
export function skipString(cursor: JfrCursor): void {
  const code = cursor.byte();
  if (code === encoding.utf8 || code === encoding.latin1) {
    cursor.skip(cursor.varint());
  } else if (code === encoding.chars) {
    skipChars(cursor);
  } else if (code === encoding.reference) {
    cursor.skipVarint();
  } else if (code > encoding.latin1) {
    cursor.fail(`unknown string encoding ${code}`);
  }
}

function skipChars(cursor: JfrCursor): void {
  const { bytes, end } = cursor;
  let { at } = cursor;
  let left = cursor.varint();
  at = cursor.at;
  while (left > 0 && at < end && bytes[at] < 0x80) {
    at++;
    left--;
  }
  cursor.at = at;
  for (; left > 0; left--) {
    cursor.skipVarint();
  }
}

/** The string at the cursor; `resolve` gives the text of a reference into the pool of strings. */
export function readString(cursor: JfrCursor, resolve: (low: number, high: number) => string): string {
  const code = cursor.byte();
  switch (code) {
    case encoding.none:
    case encoding.empty:
      return '';
    case encoding.reference:
      cursor.words();
      return resolve(cursor.low, cursor.high);
    case encoding.utf8:
      return utf8.decode(takeBytes(cursor));
    case encoding.latin1:
      return latin1(takeBytes(cursor));
    case encoding.chars:
      return readChars(cursor);
    default:
      return cursor.fail(`unknown string encoding ${code}`);
  }
}

function takeBytes(cursor: JfrCursor): Uint8Array {
  const length = cursor.varint();
  cursor.skip(length);
  return cursor.bytes.subarray(cursor.at - length, cursor.at);
}

/** `fromCharCode` takes its characters as arguments, of which there may not be too many. */
const charsAtOnce = 4096;

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += charsAtOnce) {
    text += String.fromCharCode(...bytes.subarray(at, at + charsAtOnce));
  }
  return text;
}

function readChars(cursor: JfrCursor): string {
  const length = cursor.varint();
  if (length > cursor.end - cursor.at) {
    cursor.fail('cut off inside a string');
  }
  const codes = new Uint16Array(length);
  for (let i = 0; i < length; i++) {
    codes[i] = cursor.varint();
  }
  let text = '';
  for (let at = 0; at < length; at += charsAtOnce) {
    text += String.fromCharCode(...codes.subarray(at, at + charsAtOnce));
  }
  return text;
}

/**
 * Many strings, decoded when asked for. The bytes of all ASCII strings are collected while they are read and decoded in one
 * call, since a call per string costs more than everything else; other strings are decoded one by one.
 */
export class StringColumn {
  length = 0;
  private ascii = new Uint8Array(256);
  private asciiLength = 0;
  /** Of string i: where it starts in `ascii`, or in the file when `size[i]` is `elsewhere`. */
  private start = new Uint32Array(16);
  private size = new Uint32Array(16);
  private text: string | undefined;

  /** Reads the string at the cursor. */
  add(cursor: JfrCursor): void {
    const { at, bytes } = cursor;
    const code = bytes[at];
    const from = this.asciiLength;
    const ascii = code >= encoding.utf8 && code <= encoding.latin1 && this.addAscii(cursor);
    if (!ascii) {
      this.asciiLength = from;
      cursor.at = at;
      skipString(cursor);
    }
    this.push(ascii || code === encoding.empty ? from : at, ascii ? this.asciiLength - from : elsewhere);
  }

  /** Bytes of UTF-8 and Latin-1 and char codes are the same thing as long as they are below 0x80. */
  private addAscii(cursor: JfrCursor): boolean {
    const { bytes } = cursor;
    cursor.at++;
    const length = cursor.varint();
    if (length > cursor.end - cursor.at) {
      cursor.fail('cut off inside a string');
    }
    this.ascii = grown(this.ascii, this.asciiLength + length);
    const { ascii } = this;
    const { at } = cursor;
    const to = this.asciiLength;
    let all = 0;
    for (let i = 0; i < length; i++) {
      const byte = bytes[at + i];
      all |= byte;
      ascii[to + i] = byte;
    }
    cursor.at = at + length;
    this.asciiLength = to + length;
    return all < 0x80;
  }

  private push(start: number, size: number): void {
    const index = this.length++;
    if (index === this.start.length) {
      this.start = grown(this.start, index + 1);
      this.size = grown(this.size, index + 1);
    }
    this.start[index] = start;
    this.size[index] = size;
  }

  /** String `index`; no string may be added afterwards. */
  get(index: number, cursor: JfrCursor, resolve: (low: number, high: number) => string): string {
    const start = this.start[index];
    if (this.size[index] !== elsewhere) {
      this.text ??= utf8.decode(this.ascii.subarray(0, this.asciiLength));
      return this.text.slice(start, start + this.size[index]);
    }
    cursor.at = start;
    cursor.end = cursor.bytes.length;
    return readString(cursor, resolve);
  }
}

const elsewhere = 0xffff_ffff;

import { noText, Text, textOf } from '../texts';
import type { JfrCursor } from './cursor';

/** The first byte of a string. `reference`: a key of the pool `java.lang.String` follows. */
export const encoding = { none: 0, empty: 1, reference: 2, utf8: 3, chars: 4, latin1: 5 } as const;

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
  let left = cursor.varint();
  const ascii = asciiFrom(cursor, left);
  cursor.at += ascii;
  for (left -= ascii; left > 0; left--) {
    cursor.skipVarint();
  }
}

/** How many of the next `most` bytes are below 0x80, up to the first that is not. */
function asciiFrom({ bytes, at, end }: JfrCursor, most: number): number {
  const last = Math.min(end, at + most);
  let next = at;
  while (next < last && bytes[next] < 0x80) {
    next++;
  }
  return next - at;
}

/** Whether the string at the cursor is a key of the pool of strings, which is then read into the cursor's words. */
export function readReference(cursor: JfrCursor): boolean {
  if (cursor.bytes[cursor.at] !== encoding.reference) {
    return false;
  }
  cursor.skip(1);
  cursor.words();
  return true;
}

/** The string at the cursor, which is no reference. */
export function readText(cursor: JfrCursor): Text {
  const code = cursor.byte();
  switch (code) {
    case encoding.none:
    case encoding.empty:
      return noText;
    case encoding.utf8:
    case encoding.chars:
    case encoding.latin1:
      return readCharacters(cursor, code);
    default:
      return cursor.fail(`unknown string encoding ${code}`);
  }
}

/** Characters below 0x80 are the same bytes in all encodings. */
function readCharacters(cursor: JfrCursor, code: number): Text {
  const length = cursor.varint();
  if (length > cursor.end - cursor.at) {
    cursor.fail('cut off inside a string');
  }
  if (code === encoding.utf8 || asciiFrom(cursor, length) === length) {
    cursor.at += length;
    return textOf(cursor.bytes, cursor.at - length, cursor.at);
  }
  const codes = new Uint16Array(length);
  for (let i = 0; i < length; i++) {
    codes[i] = code === encoding.latin1 ? cursor.byte() : cursor.varint();
  }
  return new Text(textOfCodes(codes), 0);
}

/** `fromCharCode` takes its characters as arguments, of which there may not be too many. */
const codesAtOnce = 4096;

function textOfCodes(codes: Uint16Array): string {
  let text = '';
  for (let at = 0; at < codes.length; at += codesAtOnce) {
    text += String.fromCharCode(...codes.subarray(at, at + codesAtOnce));
  }
  return text;
}

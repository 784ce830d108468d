import { type ProtobufCursor, wireBytes, wireVarint } from '../protobuf';
import { olderLayout } from './document';

/** Reads the fields of the message between `at` and `end`; `read` returns false for fields that it leaves to be skipped. */
export function eachField(cursor: ProtobufCursor, read: (field: number) => boolean): void {
  while (cursor.at < cursor.end) {
    const field = cursor.field();
    if (!read(field)) {
      cursor.skip();
    }
  }
}

/** Reads a message inside the one at hand. */
export function inside<T>(cursor: ProtobufCursor, what: string, read: () => T): T {
  cursor.expect(wireBytes, what);
  const outer = cursor.end;
  const end = cursor.bytesEnd();
  cursor.end = end;
  const result = read();
  cursor.at = end;
  cursor.end = outer;
  return result;
}

/** Numbers of a repeated field, packed or one by one, each passed to `add`. */
export function eachNumber(cursor: ProtobufCursor, what: string, add: () => void): void {
  if (cursor.wire !== wireBytes) {
    add();
    return;
  }
  inside(cursor, what, () => {
    while (cursor.at < cursor.end) {
      add();
    }
  });
}

/** A varint that counts or points; negative ones become far too large and are out of range. */
export function plainNumber(cursor: ProtobufCursor, what: string): number {
  cursor.expect(wireVarint, what);
  return cursor.varint();
}

/** A varint as an unsigned 64-bit number. */
export function wideNumber(cursor: ProtobufCursor, what: string): bigint {
  cursor.expect(wireVarint, what);
  cursor.words();
  return (BigInt(cursor.high) << 32n) | BigInt(cursor.low);
}

/** Fields whose wire type changed with layout 1.9 tell an older one. */
export function expectLayout(cursor: ProtobufCursor, wire: number): void {
  if (cursor.wire !== wire) {
    cursor.fail(olderLayout);
  }
}

export function fixed64(cursor: ProtobufCursor): bigint {
  if (cursor.at + 8 > cursor.end) {
    cursor.fail('cut off inside a number');
  }
  const value = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset).getBigUint64(cursor.at, true);
  cursor.at += 8;
  return value;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function text(cursor: ProtobufCursor): string {
  return decoder.decode(byteField(cursor, 'a text'));
}

export function byteField(cursor: ProtobufCursor, what: string): Uint8Array {
  return inside(cursor, what, () => cursor.bytes.subarray(cursor.at, cursor.end));
}

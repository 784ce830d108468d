import { readSize } from './row-binary-collectors';
import type { TypeRows } from './rows';

/** The reading side of `encodeSampleRows`: what an upload's rows of `samples` say, without asking the engine that has them by now. */

/** Of a row behind the profile type: hour, stack and profile; and behind the thread: context, value, count, retention. */
const widths = { hour: 4, stack: 8, profile: 8, context: 4, value: 8, count: 4, retention: 2 } as const;
const two32 = 0x1_0000_0000;

interface Collected {
  readonly words: number[];
  readonly thread: string[];
  readonly value: number[];
  readonly count: number[];
}

/** Rows of the asked profile types; a type without rows has none. */
export function decodeSampleRows(bytes: Uint8Array, types: readonly string[]): Map<string, TypeRows> {
  const found = new Map(types.map((type) => [type, noRows()]));
  const cursor = new RowCursor(bytes);
  while (cursor.at < bytes.length) {
    cursor.skipText();
    cursor.skipText();
    readRow(cursor, found.get(cursor.text()));
  }
  return new Map(Array.from(found, ([type, rows]) => [type, columnsOf(rows)]));
}

function noRows(): Collected {
  return { words: [], thread: [], value: [], count: [] };
}

function readRow(cursor: RowCursor, rows: Collected | undefined): void {
  cursor.at += widths.hour;
  const stack = cursor.at;
  cursor.at += widths.stack + widths.profile;
  if (rows === undefined) {
    cursor.skipText();
  } else {
    const { view } = cursor;
    rows.words.push(view.getUint32(stack, true), view.getUint32(stack + 4, true));
    rows.thread.push(cursor.text());
    const value = cursor.at + widths.context;
    rows.value.push(view.getInt32(value + 4, true) * two32 + view.getUint32(value, true));
    rows.count.push(view.getUint32(value + widths.value, true));
  }
  cursor.at += widths.context + widths.value + widths.count + widths.retention;
}

function columnsOf({ words, thread, value, count }: Collected): TypeRows {
  const { buffer } = Uint32Array.from(words);
  return {
    stack: new BigUint64Array(buffer),
    thread,
    value: Float64Array.from(value),
    count: Float64Array.from(count),
  };
}

class RowCursor {
  at = 0;
  readonly view: DataView;
  readonly buffer: Buffer;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  skipText(): void {
    const length = readSize(this);
    this.at += length;
  }

  text(): string {
    const length = readSize(this);
    this.at += length;
    return this.buffer.toString('utf8', this.at - length, this.at);
  }
}

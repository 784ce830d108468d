import type { Columns } from './engine';
import {
  collectorFor,
  readSize,
  readStrings,
  RowBinaryError,
  type Arrays,
  type Collector,
  type Cursor,
  type Maps,
  type Values,
} from './row-binary-collectors';

/**
 * ClickHouse's RowBinaryWithNamesAndTypes, reading side: LEB128 column count, names, types, then rows of plain RowBinary
 * (see `row-binary.ts`). Values are collected by column. Answers whose columns are all of fixed width, the big ones of the
 * planner, are read column by column with a stride; others value by value.
 *
 * What becomes of a type: up to 32 bits, Float, Bool, Date (days) and DateTime (seconds): numbers. (U)Int64 and DateTime64
 * (ticks): bigint typed arrays; Int128: bigints. String, FixedString (NULs at the end cut), UUID: strings. Null is NaN, 0n
 * or ''. Values of maps that are not strings are given as text.
 */

/** Reads a whole answer. Throws RowBinaryError when it is cut off or holds a type that isn't known. */
export function decodeRowBinary(bytes: Uint8Array): Columns {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor = { buffer, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
  const count = bytes.length === 0 ? 0 : readSize(cursor);
  const names = readStrings(cursor, count);
  const collectors = readStrings(cursor, count).map(collectorFor);
  const rows = count === 0 ? 0 : readRows(cursor, collectors);
  return new ColumnTable(rows, names, new Map(names.map((name, i) => [name, collectors[i].take()])));
}

function readRows(cursor: Cursor, collectors: readonly Collector[]): number {
  const rowBytes = collectors.reduce((sum, { width }) => sum + (width ?? NaN), 0);
  return Number.isNaN(rowBytes) ? readRowByRow(cursor, collectors) : readByColumn(cursor, collectors, rowBytes);
}

function readRowByRow(cursor: Cursor, collectors: readonly Collector[]): number {
  let rows = 0;
  for (; cursor.at < cursor.buffer.length; rows++) {
    for (const collector of collectors) {
      collector.read(cursor);
    }
  }
  return rows;
}

/** Every row has `rowBytes` bytes: one tight loop per column. */
function readByColumn(cursor: Cursor, collectors: readonly Collector[], rowBytes: number): number {
  const start = cursor.at;
  const rows = (cursor.buffer.length - start) / rowBytes;
  if (!Number.isInteger(rows)) {
    throw new RowBinaryError(`the answer ends within row ${Math.floor(rows)}`);
  }
  let offset = start;
  for (const collector of collectors) {
    for (let row = 0; row < rows; row++) {
      cursor.at = offset + row * rowBytes;
      collector.read(cursor);
    }
    offset += collector.width ?? 0;
  }
  return rows;
}

class ColumnTable implements Columns {
  constructor(
    readonly rows: number,
    readonly names: readonly string[],
    private readonly columns: ReadonlyMap<string, Values>
  ) {}

  numbers(name: string): ArrayLike<number> {
    const column = this.column(name);
    return column.form === 'numbers' ? column.values : this.wrong(name, column, 'numbers');
  }

  bigints(name: string): ArrayLike<bigint> {
    const column = this.column(name);
    return column.form === 'bigints' ? column.values : this.wrong(name, column, 'bigints');
  }

  strings(name: string): readonly string[] {
    const column = this.column(name);
    return column.form === 'strings' ? column.values : this.wrong(name, column, 'strings');
  }

  arrays(name: string): Arrays {
    const column = this.column(name);
    return column.form === 'arrays' ? column.values : this.wrong(name, column, 'arrays');
  }

  maps(name: string): Maps {
    const column = this.column(name);
    return column.form === 'maps' ? column.values : this.wrong(name, column, 'maps');
  }

  private column(name: string): Values {
    const column = this.columns.get(name);
    if (!column) {
      throw new TypeError(`the answer has no column "${name}", only ${this.names.join(', ')}`);
    }
    return column;
  }

  private wrong(name: string, column: Values, asked: Values['form']): never {
    throw new TypeError(`column "${name}" holds ${column.form}, not ${asked}`);
  }
}

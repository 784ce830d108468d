import fc from 'fast-check';
import { RowBinaryWriter } from './row-binary';
import { RowBinaryError } from './row-binary-collectors';
import { decodeRowBinary } from './row-binary-columns';

/** A type with values of it, how they are written and what the decoder must give back. */
interface Kind {
  readonly type: string;
  readonly values: fc.Arbitrary<unknown>;
  write(out: RowBinaryWriter, value: unknown): void;
  read(columns: ReturnType<typeof decodeRowBinary>, name: string): unknown[];
}

function kind<T>(
  type: string,
  values: fc.Arbitrary<T>,
  write: (out: RowBinaryWriter, value: T) => void,
  form: 'numbers' | 'bigints' | 'strings' | 'arrays' | 'maps'
): Kind {
  return {
    type,
    values,
    write: (out, value) => write(out, value as T),
    read: (columns, name) =>
      Array.from(columns[form](name) as ArrayLike<unknown>, (value) =>
        ArrayBuffer.isView(value) ? [...(value as never)] : value
      ),
  };
}

const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const kinds: readonly Kind[] = [
  kind('UInt8', fc.nat(255), (out, value) => out.u8(value), 'numbers'),
  kind('UInt16', fc.nat(65535), (out, value) => out.u16(value), 'numbers'),
  kind('Date', fc.nat(65535), (out, value) => out.date(value), 'numbers'),
  kind('UInt32', fc.nat(0xffffffff), (out, value) => out.u32(value), 'numbers'),
  kind("DateTime('UTC')", fc.nat(0xffffffff), (out, value) => out.dateTime(value), 'numbers'),
  kind('Int32', fc.integer(), (out, value) => out.i32(value), 'numbers'),
  kind('Float64', fc.double(), (out, value) => out.float64(value), 'numbers'),
  kind('Bool', fc.nat(1), (out, value) => out.bool(value === 1), 'numbers'),
  kind('UInt64', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (out, value) => out.u64(value), 'bigints'),
  kind('Int64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (out, value) => out.i64(value), 'bigints'),
  kind(
    "DateTime64(9, 'UTC')",
    fc.bigInt({ min: 0n, max: 2n ** 62n }),
    (out, value) => out.dateTime64(value),
    'bigints'
  ),
  kind(
    'SimpleAggregateFunction(sum, Int64)',
    fc.bigInt({ min: -5n, max: 5n }),
    (out, value) => out.i64(value),
    'bigints'
  ),
  kind('String', text, (out, value) => out.string(value), 'strings'),
  kind('String', fc.constantFrom('a', 'b', ''), (out, value) => out.string(value), 'strings'),
  kind('LowCardinality(String)', text, (out, value) => out.string(value), 'strings'),
  kind(
    'FixedString(12)',
    fc.string({ unit: fc.constantFrom(...'abc'), maxLength: 12 }),
    (out, value) => out.fixedString(value, 12),
    'strings'
  ),
  kind('UUID', fc.uuid(), (out, value) => out.uuid(value), 'strings'),
  kind(
    'Array(UInt32)',
    fc.array(fc.nat(), { maxLength: 9 }),
    (out, value) => out.array(value, (item) => out.u32(item)),
    'arrays'
  ),
  kind(
    'Array(UInt64)',
    fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 9 }),
    (out, value) => out.u64Array(BigUint64Array.from(value)),
    'arrays'
  ),
  kind(
    'Array(LowCardinality(String))',
    fc.array(text, { maxLength: 5 }),
    (out, value) => out.array(value, (item) => out.string(item)),
    'arrays'
  ),
  kind(
    'Map(LowCardinality(String), String)',
    fc.array(fc.tuple(text, text), { maxLength: 5 }).map((entries) => new Map(entries)),
    (out, value) =>
      out.map(
        value,
        (key) => out.string(key),
        (item) => out.string(item)
      ),
    'maps'
  ),
];

function encode(columns: readonly Kind[], rows: ReadonlyArray<readonly unknown[]>): Uint8Array {
  const out = new RowBinaryWriter(1);
  out.size(columns.length);
  columns.forEach((_, i) => out.string(`c${i}`));
  columns.forEach(({ type }) => out.string(type));
  rows.forEach((row) => row.forEach((value, i) => columns[i].write(out, value)));
  return out.finish();
}

const tables = fc
  .array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 5 })
  .chain((columns) =>
    fc.tuple(fc.constant(columns), fc.array(fc.tuple(...columns.map(({ values }) => values)), { maxLength: 40 }))
  );

function bytesOf(write: (out: RowBinaryWriter) => void): Uint8Array {
  const out = new RowBinaryWriter(1);
  write(out);
  return out.finish();
}

describe('decodeRowBinary', () => {
  it('reads back what was written, for any columns and rows', () => {
    fc.assert(
      fc.property(tables, ([columns, rows]) => {
        const decoded = decodeRowBinary(encode(columns, rows));
        expect(decoded.rows).toBe(rows.length);
        columns.forEach((column, i) => expect(column.read(decoded, `c${i}`)).toEqual(rows.map((row) => row[i])));
      }),
      { numRuns: 300 }
    );
  });

  it('answers a cut-off answer with RowBinaryError or with whole rows', () => {
    fc.assert(
      fc.property(tables, fc.nat(), ([columns, rows], cut) => {
        const bytes = encode(columns, rows);
        const end = cut % (bytes.length + 1);
        try {
          expect(decodeRowBinary(bytes.subarray(0, end)).rows).toBeLessThanOrEqual(rows.length);
        } catch (error) {
          expect(error).toBeInstanceOf(RowBinaryError);
        }
      }),
      { numRuns: 300 }
    );
  });

  it('never throws anything but RowBinaryError on noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeRowBinary(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RowBinaryError);
        }
      })
    );
  });

  it('gives nulls as NaN, 0n and the empty string', () => {
    const decoded = decodeRowBinary(
      bytesOf((out) => {
        out.size(3);
        ['n', 'b', 's'].forEach((name) => out.string(name));
        ['Nullable(UInt8)', 'Nullable(UInt64)', 'LowCardinality(Nullable(String))'].forEach((type) => out.string(type));
        out.raw(Uint8Array.of(0, 7, 1, 0, 1, 97));
        out.raw(Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1));
      })
    );
    expect([...(decoded.numbers('n') as Float64Array)]).toEqual([7, NaN]);
    expect([...(decoded.bigints('b') as BigUint64Array)]).toEqual([0n, 1n]);
    expect(decoded.strings('s')).toEqual(['a', '']);
  });

  it('reads 128-bit integers', () => {
    const decoded = decodeRowBinary(
      bytesOf((out) => {
        out.size(1);
        out.string('sum');
        out.string('Int128');
        out.i64(-1);
        out.i64(-1);
        out.u64(5n);
        out.u64(1n);
      })
    );
    expect(decoded.bigints('sum')).toEqual([-1n, 2n ** 64n + 5n]);
  });

  it('says which column is missing or of another form', () => {
    const decoded = decodeRowBinary(encode([kinds[0]], [[1]]));
    expect(() => decoded.numbers('x')).toThrow('the answer has no column "x", only c0');
    expect(() => decoded.strings('c0')).toThrow('column "c0" holds numbers, not strings');
  });

  it('refuses types it does not know', () => {
    const bytes = bytesOf((out) => {
      out.size(1);
      out.string('x');
      out.string('Tuple(UInt8, String)');
    });
    expect(() => decodeRowBinary(bytes)).toThrow('columns of type Tuple(UInt8, String) can');
  });
});

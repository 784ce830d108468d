import fc from 'fast-check';
import { RowBinaryWriter } from './row-binary';

function written(write: (out: RowBinaryWriter) => void): Uint8Array<ArrayBuffer> {
  const out = new RowBinaryWriter(1);
  write(out);
  expect(out.length).toBe(out.finish().length);
  return out.finish();
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('RowBinaryWriter', () => {
  it('writes integers little-endian', () => {
    expect(hex(written((out) => out.u8(255)))).toBe('ff');
    expect(hex(written((out) => out.u16(0x1234)))).toBe('3412');
    expect(hex(written((out) => out.u32(0xdeadbeef)))).toBe('efbeadde');
    expect(hex(written((out) => out.i32(-2)))).toBe('feffffff');
    expect(hex(written((out) => out.u64(0xffffffffffffffffn)))).toBe('ffffffffffffffff');
    expect(hex(written((out) => out.i64(-1)))).toBe('ffffffffffffffff');
  });

  it('writes numbers and bigints of 64 bits alike', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(hex(written((out) => out.i64(value)))).toBe(hex(written((out) => out.i64(BigInt(value)))));
      })
    );
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(hex(written((out) => out.u64(value)))).toBe(hex(written((out) => out.u64(BigInt(value)))));
      })
    );
  });

  it('writes any string as its UTF-8 length in LEB128 and its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(20), (value, before) => {
        const bytes = written((out) => {
          out.raw(new Uint8Array(before));
          out.string(value);
          out.u8(7);
        });
        const text = Buffer.from(value, 'utf8');
        const size = text.length < 128 ? [text.length] : [text.length % 128 | 128, Math.floor(text.length / 128)];
        expect(hex(bytes)).toBe(hex(Buffer.concat([Buffer.alloc(before), Buffer.from(size), text, Buffer.from([7])])));
      })
    );
  });

  it('writes a string of 20,000 bytes with three bytes of length', () => {
    const bytes = written((out) => out.string('x'.repeat(20_000)));
    expect(hex(bytes.subarray(0, 4))).toBe('a09c0178');
    expect(bytes.length).toBe(20_003);
  });

  it('writes a UUID as two little-endian halves', () => {
    const bytes = written((out) => out.uuid('61f0c404-5cb3-11e7-907b-a6006ad3dba0'));
    expect(hex(bytes)).toBe('e711b35c04c4f061a0dbd36a00a67b90');
  });

  it('fills fixed strings and refuses longer ones', () => {
    expect(hex(written((out) => out.fixedString('ab', 4)))).toBe('61620000');
    expect(() => written((out) => out.fixedString('abcde', 4))).toThrow(RangeError);
  });

  it.each<[string, (out: RowBinaryWriter) => void]>([
    ['u8 256', (out) => out.u8(256)],
    ['u16 -1', (out) => out.u16(-1)],
    ['u32 1.5', (out) => out.u32(1.5)],
    ['u32 NaN', (out) => out.u32(NaN)],
    ['i32 2^31', (out) => out.i32(2 ** 31)],
    ['u64 -1n', (out) => out.u64(-1n)],
    ['u64 2^64', (out) => out.u64(2n ** 64n)],
    ['u64 2^53', (out) => out.u64(2 ** 53)],
    ['i64 2^63', (out) => out.i64(2n ** 63n)],
    ['uuid without dashes', (out) => out.uuid('61f0c4045cb311e7907ba6006ad3dba0')],
  ])('refuses %s', (_name, write) => {
    expect(() => written(write)).toThrow(RangeError);
  });

  it('writes arrays from memory as it writes them one by one', () => {
    const values = BigUint64Array.of(1n, 2n, 0xffffffffffffffffn, 4n);
    const fast = written((out) => out.u64Array(values, 1, 2));
    const slow = written((out) => out.array(values.subarray(1, 3), (value) => out.u64(value)));
    expect(hex(fast)).toBe(hex(slow));
  });
});

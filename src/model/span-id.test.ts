import fc from 'fast-check';
import { formatSpanId, formatTraceId, parseSpanId } from './span-id';

const id = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n });

it('reads hex, decimal and negative decimal as the same id', () => {
  fc.assert(
    fc.property(id, (span) => {
      expect(parseSpanId(formatSpanId(span))).toContain(span);
      expect(parseSpanId(span.toString())).toContain(span);
      expect(parseSpanId(BigInt.asIntN(64, span).toString())).toContain(span);
    })
  );
});

it.each([
  ['f0000000000000a1', [0xf0000000000000a1n]],
  ['a1', [0xa1n]],
  ['0xA1', [0xa1n]],
  ['12', [12n]],
  ['1234567890123456', [0x1234567890123456n, 1234567890123456n]],
  ['0000000000000012', [0x12n]],
  ['18446744073709551615', [(1n << 64n) - 1n]],
])('reads %s', (text, ids) => {
  expect(parseSpanId(text)).toEqual(ids);
});

it.each(['', '0', 'undefined', '18446744073709551616', 'g1', '0af7651916cd43dd8448eb211c80319c', '1; DROP TABLE'])(
  'refuses %s',
  (text) => {
    expect(parseSpanId(text)).toEqual([]);
  }
);

it('writes trace ids of 64 and 128 bits', () => {
  expect(formatTraceId(0n, 0n)).toBe('');
  expect(formatTraceId(0n, 1n)).toBe('0000000000000001');
  expect(formatTraceId(2n, 1n)).toBe('00000000000000020000000000000001');
});

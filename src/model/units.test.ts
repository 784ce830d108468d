import { formatExact, formatPart, formatShare, formatValue, groupThousands } from './units';

describe('formatValue', () => {
  it.each([
    [0, '0 ns'],
    [1, '1 ns'],
    [999, '999 ns'],
    [1_000, '1.00 µs'],
    [999_499, '999 µs'],
    [999_600, '1.00 ms'],
    [999_999_999, '1.00 s'],
    [1_234_567, '1.23 ms'],
    [41_230_000_000, '41.2 s'],
    [59_990_000_000, '1.00 min'],
    [90_000_000_000, '1.50 min'],
    [3_600_000_000_000, '1.00 h'],
    [36_000_000_000_000_000, '10\u2009000 h'],
    [-1_500_000, '-1.50 ms'],
    [0.5, '0.50 ns'],
  ])('%d ns is %s', (value, text) => expect(formatValue(value, 'ns')).toBe(text));

  it.each([
    [0, '0 B'],
    [1023, '1\u2009023 B'],
    [1024, '1.00 KiB'],
    [1536, '1.50 KiB'],
    [1023 * 1024, '1\u2009023 KiB'],
    [1024 * 1024 - 1, '1.00 MiB'],
    [268_435_456, '256 MiB'],
    [1024 ** 4 * 2.5, '2.50 TiB'],
    [1024 ** 6, '1\u2009024 PiB'],
  ])('%d bytes is %s', (value, text) => expect(formatValue(value, 'bytes')).toBe(text));

  it.each([
    [0, '0'],
    [999, '999'],
    [1234, '1\u2009234'],
    [12_345_678, '12\u2009345\u2009678'],
    [0.333, '0.33'],
    [12.345, '12.3'],
    [-4321, '-4\u2009321'],
    [Number.NaN, '–'],
  ])('count %d is %s', (value, text) => expect(formatValue(value, 'count')).toBe(text));
});

describe('shares', () => {
  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.146, '14.6 %'],
    [0.018, '1.8 %'],
    [0.003, '0.30 %'],
    [0.00001, '< 0.01 %'],
    [0.9999, '> 99.9 %'],
    [-0.25, '−25.0 %'],
    [1.5, '150.0 %'],
  ])('%d is %s', (share, text) => expect(formatShare(share)).toBe(text));

  it('has no share of nothing', () => expect(formatPart(0, 0)).toBe('–'));
});

it('groups thousands', () => {
  expect(groupThousands('1234567.25')).toBe('1\u2009234\u2009567.25');
});

it('keeps every digit', () => {
  expect(formatExact(4_294_967_297, 'ns')).toBe('4\u2009294\u2009967\u2009297 ns');
  expect(formatExact(2048, 'bytes')).toBe('2\u2009048 B');
});

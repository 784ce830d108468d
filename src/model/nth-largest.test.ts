import fc from 'fast-check';
import { nthLargest } from './nth-largest';

it('finds what a sorted list has at that place', () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), fc.nat(), (values, seed) => {
      const count = 1 + (seed % values.length);
      const sorted = Float64Array.from(values).sort();
      expect(nthLargest(Float64Array.from(values), count)).toBeCloseTo(sorted[values.length - count], 12);
    })
  );
});

it('does not take minutes when the middle is always the largest', () => {
  const length = 400_000;
  const values = Float64Array.from({ length }, (_, at) => Math.min(at, length - at));
  expect(nthLargest(values, 16_384)).toBe(length / 2 - 8192);
});

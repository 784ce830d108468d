import { randomFractions } from '../../tests/random';
import { heaviestFirst } from './heaviest-first';

/** What the order has to be, told by comparing. */
function byComparing(value: number[], stack: number[]): number[] {
  return value
    .map((_, row) => row)
    .sort((a, b) => Math.abs(value[b]) - Math.abs(value[a]) || stack[a] - stack[b] || a - b);
}

const values: Record<string, (fraction: number) => number> = {
  'whole numbers of few kinds': (fraction) => Math.floor(fraction * 7) * 10_000_000,
  'both signs and zero': (fraction) => Math.floor(fraction * 21) - 10,
  'fractions and tiny values': (fraction) => fraction ** 40 * (fraction < 0.5 ? -1 : 1),
  'huge values': (fraction) => Math.floor(fraction * 2 ** 60),
  'one value': () => 5,
};

test.each(Object.entries(values))('rows are ordered as by comparing: %s', (_, valueOf) => {
  for (const length of [0, 1, 100, 10_000, 20_000]) {
    const fraction = randomFractions(length + 1);
    const value = Array.from({ length }, () => valueOf(fraction()));
    const stack = Array.from({ length }, () => Math.floor(fraction() * 200_000));
    expect(Array.from(heaviestFirst({ length, stack, value, samples: value }))).toEqual(byComparing(value, stack));
  }
});

test('the two zeros are one value', () => {
  const value = Array.from({ length: 20_000 }, (_, row) => (row % 2 ? 0 : -0));
  const stack = value.map((_, row) => row % 3);
  expect(Array.from(heaviestFirst({ length: 20_000, stack, value, samples: value }))).toEqual(
    byComparing(value, stack)
  );
});

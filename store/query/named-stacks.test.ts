import { dimensionTable, type StackDimension } from '../../src/model/dimensions';
import { parseDrawnProfile } from '../../src/model/profile-text';
import type { WeightedStacks } from '../../src/model/stack-dictionary';
import { NamedStacks } from './named-stacks';

const profile = parseDrawnProfile(`types: cpu-time/nanoseconds
5 | main; serve; hash
7 | main; serve; hash; serve
11 | main; idle
13 | serve
17 |`);

/** All stacks, some twice. */
const weighted = (order: readonly number[]): WeightedStacks => ({
  length: order.length,
  stack: order,
  value: order.map((stack) => stack * 3 + 1),
  samples: order.map((stack) => stack + 1),
});

const all = Array.from({ length: profile.stacks.length }, (_, stack) => stack);
const names: ReadonlyArray<readonly [StackDimension, string]> = [
  ['method', 'serve'],
  ['method', 'hash'],
  ['method', '(no stack)'],
  ['method', 'nowhere'],
  ['library', '(unknown)'],
];

it.each(names)('gives the row of the whole table: %s %s', (dimension, name) => {
  const named = new NamedStacks();
  for (const order of [all.slice(0, 2), all, [...all, ...all].reverse()]) {
    const rows = weighted(order);
    const expected = dimensionTable(profile, rows, dimension).find((row) => row.name === name);
    expect(named.row(profile, rows, dimension, name)).toEqual(expected ?? { name, self: 0, total: 0, samples: 0 });
  }
});

it('forgets the names asked least recently', () => {
  const named = new NamedStacks(20);
  const rows = weighted(all);
  for (const [dimension, name] of [...names, ...names]) {
    named.row(profile, rows, dimension, name);
    expect(named.sizeBytes).toBeLessThanOrEqual(20);
  }
  const expected = dimensionTable(profile, rows, 'method').find((row) => row.name === 'serve');
  expect(named.row(profile, rows, 'method', 'serve')).toEqual(expected);
});

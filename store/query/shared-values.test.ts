import { SharedValues } from './shared-values';

it('gives the first of equal values, and keeps others apart', () => {
  const shared = new SharedValues<readonly string[]>((names) => JSON.stringify(names));
  const first = ['cpu-time', 'wall-time'];
  expect(shared.of(first)).toBe(first);
  expect(shared.of([...first])).toBe(first);
  expect(shared.of(['cpu-time'])).toEqual(['cpu-time']);
  for (let at = 0; at < 10_000; at++) {
    expect(shared.of([`${at}`])).toEqual([`${at}`]);
  }
});

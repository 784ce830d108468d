import { LatelyUsed } from './lately-used';

it('forgets what was asked for least recently, and counts what grew anew', () => {
  // A name of one letter counts two bytes.
  const used = new LatelyUsed<number>(40, (value) => value);
  for (const name of ['a', 'b', 'c', 'd']) {
    used.keep(name, 8);
  }
  expect(used.find('a')).toBe(8);
  expect(used.sizeBytes).toBe(40);
  used.keep('e', 1);
  expect(used.find('b')).toBeUndefined();
  expect(used.sizeBytes).toBe(33);
  used.keep('a', 1);
  expect(used.sizeBytes).toBe(26);
});

it('does not keep what would drive out the rest, nor what it was before', () => {
  const used = new LatelyUsed<number>(40, (value) => value);
  used.keep('a', 8);
  used.keep('b', 8);
  used.keep('b', 9);
  expect(used.find('a')).toBe(8);
  expect(used.find('b')).toBeUndefined();
  expect(used.sizeBytes).toBe(10);
});

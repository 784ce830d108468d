import { LatelyUsed } from './lately-used';

it('forgets what was asked for least recently, and counts what grew anew', () => {
  const used = new LatelyUsed<number[]>(10, ({ length }) => length);
  used.keep('a', [1, 2, 3]);
  used.keep('b', [1, 2, 3]);
  expect(used.find('a')).toEqual([1, 2, 3]);
  used.keep('c', [1, 2, 3, 4, 5]);
  expect(used.find('b')).toBeUndefined();
  expect(used.sizeBytes).toBe(8);
  used.keep('a', [1]);
  expect(used.sizeBytes).toBe(6);
  used.keep('d', new Array(11).fill(0));
  expect(['a', 'c', 'd'].map((name) => used.find(name))).toEqual([undefined, undefined, undefined]);
  expect(used.sizeBytes).toBe(0);
});

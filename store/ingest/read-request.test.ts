import { sharesOf } from './read-request';

it.each([
  [100, [1, 1], [50, 50]],
  [100, [1, 1, 1], [33, 34, 33]],
  [1000, [900, 50, 50], [900, 50, 50]],
  [7, [1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 0, 1, 1, 1, 0, 1, 1]],
])('divides %d bytes among profiles of the weights %j', (bytes, weights, shares) => {
  expect(sharesOf(bytes, weights)).toEqual(shares);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(bytes);
});

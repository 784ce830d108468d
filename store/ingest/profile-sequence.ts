import { randomInt } from 'node:crypto';

/** Low half of profile numbers: writer (8 bits) | sequence (24 bits), see docs/formats/tables.md. */
export interface ProfileSequence {
  /** The first of `count` numbers in a row. */
  next(count?: number): number;
}

/**
 * A random writer and start per process: two processes meet in one number only when they also read uploads that start
 * in the same second, and then with one chance in 2^32.
 */
export function makeProfileSequence(): ProfileSequence {
  const writer = randomInt(256);
  let sequence = randomInt(2 ** 24);
  return {
    next: (count = 1) => {
      const first = sequence + count <= 2 ** 24 ? sequence : 0;
      sequence = first + count;
      return writer * 2 ** 24 + first;
    },
  };
}

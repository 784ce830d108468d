import { randomWords } from '../../random';

/** Numbers that are the same for the same seed on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, limit). */
  below(limit: number): number;
  /** 32 random bits. */
  word(): number;
}

export function makeRandom(seed: number): Random {
  const word = randomWords(seed | 0);
  const next = () => word() / 2 ** 32;
  return { next, word, below: (limit) => Math.floor(next() * limit) };
}

/** A seed of its own for the n-th thing of one kind. */
export function seedOf(seed: number, ...numbers: readonly number[]): number {
  return numbers.reduce((mixed, number) => Math.imul(mixed ^ (number + 0x9e3779b9), 0x85ebca6b) ^ (mixed >>> 13), seed);
}

/** Ranks 0, 1, 2, … with chances falling as 1 / (rank + 1)^exponent. */
export function makeZipf(count: number, exponent: number): (random: Random) => number {
  const ends = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    ends[rank] = sum += 1 / (rank + 1) ** exponent;
  }
  return (random) => lowerBound(ends, random.next() * sum);
}

function lowerBound(ends: Float64Array, value: number): number {
  let from = 0;
  let to = ends.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (ends[middle] > value) {
      to = middle;
    } else {
      from = middle + 1;
    }
  }
  return from;
}

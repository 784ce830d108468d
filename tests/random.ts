/** Mulberry32, the tests' and benches' one generator: unsigned 32-bit words, the same for the same seed on every machine. */
export function randomWords(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Numbers in [0, 1). */
export function randomFractions(seed: number): () => number {
  const word = randomWords(seed);
  return () => word() / 2 ** 32;
}

/** Integers in [0, below). */
export function randomNumbers(seed: number): (below: number) => number {
  const word = randomWords(seed);
  return (below) => word() % below;
}

import { randomNumbers } from '../random';

/** Seeded damage: the same numbers make the same damage in every run, so a failure is told by seed file and round. */

type Random = ReturnType<typeof randomNumbers>;
type Bytes = Uint8Array<ArrayBuffer>;

export function flipBits(bytes: Bytes, random: Random): Bytes {
  const damaged = bytes.slice();
  for (let flips = 1 + random(3); flips > 0; flips--) {
    damaged[random(damaged.length)] ^= 1 << random(8);
  }
  return damaged;
}

export function spliceNoise(bytes: Bytes, random: Random): Bytes {
  const damaged = bytes.slice();
  const at = random(damaged.length);
  damaged.set(
    Array.from({ length: Math.min(16, damaged.length - at) }, () => random(256)),
    at
  );
  return damaged;
}

export function cut(bytes: Bytes, random: Random): Bytes {
  return bytes.slice(0, random(bytes.length));
}

/** What is left of a file that ends at place `place` of `places`, which are spread evenly. */
export function cutAt(bytes: Bytes, place: number, places: number): Bytes {
  return bytes.slice(0, Math.floor((bytes.length * place) / places));
}

/** Takes a piece out, or puts it in again somewhere else. */
function movePiece(bytes: Bytes, random: Random): Bytes {
  const from = random(bytes.length);
  const piece = bytes.subarray(from, from + 1 + random(200));
  const rest = random(2) === 0 ? bytes : joined(bytes.subarray(0, from), bytes.subarray(from + piece.length));
  const to = random(rest.length + 1);
  return joined(rest.subarray(0, to), piece, rest.subarray(to));
}

const extremes = [0, 1, 0x7f, 0x80, 0xff];

/** Numbers at the edge of their range, where lengths and ids stand: binary or as digits. */
function setExtremes(bytes: Bytes, random: Random): Bytes {
  const digits = bytes.findIndex((byte, at) => at >= random(bytes.length) && byte >= 0x30 && byte <= 0x39);
  if (digits >= 0 && random(2) === 0) {
    const number = ['0', '-1', '4294967295', '9007199254740993', '1e999', '18446744073709551615'][random(6)];
    return joined(bytes.subarray(0, digits), Buffer.from(number), bytes.subarray(digits + 1));
  }
  const damaged = bytes.slice();
  damaged.fill(extremes[random(extremes.length)], random(bytes.length), random(bytes.length) + 1 + random(10));
  return damaged;
}

function joined(...parts: readonly Uint8Array[]): Bytes {
  return new Uint8Array(Buffer.concat(parts));
}

const kinds = [flipBits, flipBits, spliceNoise, cut, movePiece, setExtremes];

/** Damage number `round` of a file: mostly one kind, sometimes two on top of each other. */
export function mutate(bytes: Bytes, round: number): Bytes {
  const random = randomNumbers(round * 7919 + bytes.length);
  let damaged = bytes;
  for (let times = random(3) === 0 ? 2 : 1; times > 0 && damaged.length > 0; times--) {
    damaged = kinds[random(kinds.length)](damaged, random);
  }
  return damaged;
}

import { defaultReaderLimits, type Profile, ReaderError } from '../../src/model/profile';
import { checkProfile } from '../../src/model/profile-check';
import { readers } from '../../store/readers/readers';
import { pprofReader } from '../../store/readers/pprof/reader';
import { writeVarint } from '../oracle/pprof-rewrite';
import { pprofCorpus } from '../oracle/uploads';
import { randomNumbers } from '../random';
import { bytesField, head, num, repeated, text } from './hand-made-pprof';
import { flipBits, spliceNoise } from './mutations';

const rounds = Number(process.env.FUZZ_ROUNDS ?? 100);
const corpus = pprofCorpus().filter(({ bytes }) => bytes.length < 100_000);

/** Reads; a profile must be whole and of a size that its file explains, an error must say what is wrong and where. */
function tryRead(bytes: Uint8Array): Profile | ReaderError {
  try {
    const profile = pprofReader.read(bytes, defaultReaderLimits);
    checkProfile(profile);
    expect(profile.samples.length).toBeLessThanOrEqual(bytes.length / 2);
    expect(profile.frames.length).toBeLessThanOrEqual(bytes.length + 500);
    return profile;
  } catch (error) {
    if (!(error instanceof ReaderError)) {
      throw error;
    }
    expect(error.reason).not.toBe('');
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
    return error;
  }
}

describe.each(corpus)('$name', ({ bytes }) => {
  it('cut at 200 points is refused, except between two fields', () => {
    const random = randomNumbers(bytes.length);
    const boundaries = fieldBoundaries(bytes);
    for (let i = 0; i < 200; i++) {
      const at = random(bytes.length);
      const result = tryRead(bytes.subarray(0, at));
      expect(result instanceof ReaderError || boundaries.has(at)).toBe(true);
    }
  });

  it(`survives ${rounds} bit flips`, () => {
    const random = randomNumbers(bytes.length + 1);
    for (let i = 0; i < rounds; i++) {
      tryRead(flipBits(bytes, random));
    }
  });

  it(`survives ${rounds} splices of random bytes`, () => {
    const random = randomNumbers(bytes.length + 2);
    for (let i = 0; i < rounds; i++) {
      tryRead(spliceNoise(bytes, random));
    }
  });

  it('makes no other reader fail otherwise', () => {
    const random = randomNumbers(bytes.length + 3);
    for (let i = 0; i < 20; i++) {
      const noise = Uint8Array.from({ length: random(2000) }, () => random(256));
      for (const reader of readers) {
        expect(() => readOrReaderError(reader, noise)).not.toThrow();
      }
    }
  });
});

function readOrReaderError(reader: (typeof readers)[number], bytes: Uint8Array): void {
  try {
    reader.read(bytes, defaultReaderLimits);
  } catch (error) {
    if (!(error instanceof ReaderError)) {
      throw error;
    }
  }
}

/** Offsets between two top-level fields: a file cut there is a shorter file, not a broken one. */
function fieldBoundaries(bytes: Uint8Array): Set<number> {
  const found = new Set<number>([0]);
  const varint = (start: number): [number, number] => {
    let value = 0;
    let at = start;
    for (let factor = 1; ; factor *= 128) {
      value += (bytes[at] & 0x7f) * factor;
      if (bytes[at++] < 0x80) {
        return [value, at];
      }
    }
  };
  for (let at = 0; at < bytes.length; ) {
    const [tag, afterTag] = varint(at);
    const [value, afterValue] = varint(afterTag);
    at = tag % 8 === 2 ? afterValue + value : afterValue;
    found.add(at);
  }
  return found;
}

function refusal(bytes: Uint8Array): ReaderError {
  const result = tryRead(bytes);
  expect(result).toBeInstanceOf(ReaderError);
  return result as ReaderError;
}

describe('bombs', () => {
  it('5 million empty samples', () => {
    expect(refusal(repeated(bytesField(2, []), 5_000_000)).kind).toBe('tooLarge');
  });

  it('5 million strings', () => {
    expect(refusal(repeated(text(''), 5_000_001)).kind).toBe('tooLarge');
  });

  it('very many locations of large ids are read', () => {
    const count = process.env.FUZZ_ROUNDS ? 1_000_000 : 100_000;
    const location = (i: number) => bytesField(4, num(1, 2 ** 28 + i));
    const unit = location(0);
    const bytes = repeated(unit, count);
    for (let i = 0; i < count; i++) {
      bytes.set(location(i), head.length + i * unit.length);
    }
    expect(tryRead(bytes)).not.toBeInstanceOf(ReaderError);
  });

  it('a string of 256 MB that is announced only', () => {
    expect(refusal(Uint8Array.of(...head, 0x32, ...writeVarint(2n ** 28n, 0))).reason).toContain('cut off');
  });

  it('lengths of 2^32 - 1 and 2^64 - 1', () => {
    for (const length of [2n ** 32n - 1n, 2n ** 64n - 1n]) {
      for (const field of [1, 2, 3, 4, 5, 6, 7, 11, 13]) {
        expect(refusal(Uint8Array.of(...head, field * 8 + 2, ...writeVarint(length, 0)))).toBeInstanceOf(ReaderError);
      }
    }
  });

  it('lengths inside a message that pass its end', () => {
    for (const inner of [0x0a, 0x12, 0x1a]) {
      const sample = bytesField(2, [inner, 100]);
      expect(refusal(Uint8Array.of(...head, ...sample, ...Array<number>(200).fill(0x0a))).reason).toContain('cut off');
    }
  });

  it('a number that goes on beyond the end of its message', () => {
    expect(refusal(Uint8Array.of(...head, ...bytesField(2, [0x10, 0xff]), ...num(9, 1))).reason).toContain('cut off');
  });

  const named = [...text('f'), ...bytesField(5, [...num(1, 1), ...num(2, 2)])];
  const line = bytesField(4, num(1, 1));

  it('a location of 20,000 inlined lines', () => {
    const lines = Array.from({ length: 20_000 }, () => line).flat();
    expect(refusal(Uint8Array.from([...head, ...named, ...bytesField(4, [...num(1, 1), ...lines])])).kind).toBe(
      'tooLarge'
    );
  });

  it('a stack of few bytes and a million frames', () => {
    const lines = Array.from({ length: 5_000 }, () => line).flat();
    const location = bytesField(4, [...num(1, 1), ...lines]);
    const sample = bytesField(2, [...bytesField(1, Array<number>(200).fill(1)), ...num(2, 1)]);
    expect(refusal(Uint8Array.from([...head, ...named, ...location, ...sample]))).toMatchObject({ kind: 'tooLarge' });
  });

  it('many different stacks of few bytes and thousands of frames each', () => {
    const lines = Array.from({ length: 5_000 }, () => line).flat();
    const small = (id: number) => bytesField(4, [...num(1, id), ...bytesField(4, [...num(1, 1), ...num(2, id)])]);
    const parts = [[...named, ...bytesField(4, [...num(1, 1), ...lines])]];
    for (let id = 2; id < 10_000; id++) {
      parts.push(small(id), bytesField(2, [...bytesField(1, [...writeVarint(BigInt(id), 0), 1]), ...num(2, 1)]));
    }
    expect(refusal(Uint8Array.from([...head, ...parts.flat()]))).toMatchObject({ kind: 'tooLarge' });
  });

  it('names that make patterns work hard', () => {
    for (const name of [
      'A/'.repeat(30_000),
      '_'.repeat(60_000),
      '<'.repeat(60_000),
      'a::'.repeat(20_000),
      '.'.repeat(60_000),
    ]) {
      const file = [
        ...text(name),
        ...text('x.py'),
        ...bytesField(5, [...num(1, 1), ...num(2, 2), ...num(4, 3)]),
        ...bytesField(4, [...num(1, 1), ...line]),
      ];
      expect(tryRead(Uint8Array.from([...head, ...file]))).not.toBeInstanceOf(ReaderError);
    }
  });

  it('more labels than any client writes', () => {
    const label = bytesField(3, [...num(1, 1), ...num(3, 1)]);
    const sample = bytesField(2, [...num(2, 1), ...Array.from({ length: 200 }, () => label).flat()]);
    expect(refusal(Uint8Array.of(...head, ...sample))).toMatchObject({ kind: 'tooLarge' });
  });

  it('thousands of types', () => {
    expect(refusal(repeated(bytesField(1, []), 2_000))).toMatchObject({ kind: 'tooLarge' });
  });
});

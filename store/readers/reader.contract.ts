import { defaultReaderLimits, type Profile, ReaderError } from '../../src/model/profile';
import { checkProfile } from '../../src/model/profile-check';
import { resolveProfileTypes } from '../../src/model/profile-types';
import type { ReaderFixture, TypeFacts } from '../../tests/oracle/readers';
import { type Totals, totalsOf } from '../../tests/oracle/totals';
import { randomNumbers } from '../../tests/random';
import { pprofReader } from './pprof/reader';
import type { Reader } from './reader';
import { readers, sniffReader } from './readers';

const cuts = 40;
const flips = 30;
/** Formats that are still whole when their end is missing: they hold lines, or a text behind the samples. */
const wholeWhenCut = new Set(['folded', 'perf-script', 'go-text', 'gperftools', 'gperftools-heap']);

/** What every reader must do with every file of its format. */
export function readerContract(fixture: ReaderFixture): void {
  const { bytes, expected } = fixture;
  const reader = readers.find(({ format }) => format === expected.format)!;

  it('is recognised by its bytes alone', () => {
    expect(sniffReader(bytes)?.format).toBe(expected.format);
  });

  it('is refused by every other reader, or read without a surprise', () => {
    for (const other of readers.filter((one) => one !== reader)) {
      tryRead(other, bytes);
    }
  });

  if (expected.refused !== undefined) {
    const { refused } = expected;
    it('is refused with its reason', () => {
      expect(() => reader.read(bytes, defaultReaderLimits)).toThrow(ReaderError);
      expect(() => reader.read(bytes, defaultReaderLimits)).toThrow(refused);
    });
    return;
  }

  it('keeps the invariants and is read the same way twice', () => {
    const profile = reader.read(bytes, defaultReaderLimits);
    checkProfile(profile);
    expect(profile.samples.length).toBeGreaterThan(0);
    expect(reader.read(bytes, defaultReaderLimits)).toEqual(profile);
  });

  it('equals its oracle', () => {
    const profile = reader.read(bytes, defaultReaderLimits);
    if (fixture.sameAs !== undefined) {
      expectSameProfile(profile, pprofReader.read(fixture.sameAs, defaultReaderLimits));
    } else {
      expectTypes(profile, expected.types ?? {});
    }
  });

  it('keeps the limits', () => {
    const few = { samples: 0, stackDepth: 1, strings: 1, locations: 1, labelsPerSample: 1 };
    const result = tryRead(reader, bytes, few);
    expect(result instanceof ReaderError && result.kind).toBe('tooLarge');
  });

  it(`cut at ${cuts} places gives a ReaderError${wholeWhenCut.has(expected.format) ? ' or a profile' : ''}`, () => {
    const random = randomNumbers(bytes.length);
    for (const at of [0, 1, 2, 7, ...Array.from({ length: cuts }, () => random(trimmedLength(bytes)))]) {
      const result = tryRead(reader, bytes.slice(0, at));
      expect([at, wholeWhenCut.has(expected.format) || result instanceof ReaderError]).toEqual([at, true]);
    }
  });

  it(`survives ${flips} damaged bytes`, () => {
    const random = randomNumbers(bytes.length + 1);
    for (let i = 0; i < flips; i++) {
      const damaged = bytes.slice();
      damaged[random(damaged.length)] ^= 1 << random(8);
      tryRead(reader, damaged);
    }
  });
}

/** A whole profile or a ReaderError that says where; anything else is thrown. */
function tryRead(reader: Reader, bytes: Uint8Array, limits = defaultReaderLimits): Profile | ReaderError {
  reader.sniff(bytes);
  try {
    const profile = reader.read(bytes, limits);
    checkProfile(profile);
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

function expectTypes(profile: Profile, types: Readonly<Record<string, TypeFacts>>): void {
  const ids = resolveProfileTypes(profile.valueTypes, { attachment: '', language: '', period: profile.period });
  expect(profile.valueTypes.map(({ type, unit }) => `${type}/${unit}`).sort()).toEqual(Object.keys(types).sort());
  profile.valueTypes.forEach(({ type, unit }, i) => {
    const name = `${type}/${unit}`;
    const facts = types[name];
    const totals = totalsOf(profile, i);
    expect([name, ids[i].id, totals.total, totals.nonzeroSamples]).toEqual([
      name,
      facts.id,
      facts.total,
      facts.samples,
    ]);
    expectSums(totals.flat, facts.flat);
    expectSums(totals.cumulative, facts.cum);
    expect(Object.fromEntries(totals.byThread)).toEqual(facts.threads);
  });
}

function expectSums(found: ReadonlyMap<string, number>, expected: TypeFacts['flat']): void {
  for (const [name, value] of expected) {
    expect([name, found.get(name)]).toEqual([name, value]);
  }
}

/** Stacks of addresses: equal sums under equal names, so also the same binaries and offsets. */
function expectSameProfile(profile: Profile, oracle: Profile): void {
  expect(new Set(profile.valueTypes)).toEqual(new Set(oracle.valueTypes));
  oracle.valueTypes.forEach((type, i) => {
    const own = profile.valueTypes.findIndex((one) => one.type === type.type && one.unit === type.unit);
    const [found, expected] = [sumsOf(profile, own), sumsOf(oracle, i)];
    expect(found.total).toBe(expected.total);
    expect(found.flat).toEqual(expected.flat);
    expect(found.cumulative).toEqual(expected.cumulative);
  });
}

function sumsOf(profile: Profile, type: number): Pick<Totals, 'total' | 'flat' | 'cumulative'> {
  const { total, flat, cumulative } = totalsOf(profile, type, true);
  return { total, flat, cumulative };
}

/** Without the white space at the end, which may be cut off. */
function trimmedLength(bytes: Uint8Array): number {
  return bytes.findLastIndex((byte) => byte > 0x20) + 1 || bytes.length;
}

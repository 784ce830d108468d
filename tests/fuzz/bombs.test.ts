import { zipSync } from 'fflate';
import { defaultReaderLimits, ReaderError } from '../../src/model/profile';
import { HotspanError } from '../../store/errors';
import { unpack } from '../../store/ingest/decompress';
import { zipOf, zstdBomb } from './hand-made-archives';
import { readers } from '../../store/readers/readers';

/** Few bytes that stand for much work. That a bomb does not take memory or time is shown by the limit it runs into. */
const budget = () => ({ partBytes: 8 * 2 ** 20, totalBytes: 16 * 2 ** 20 });

function refusal(bytes: Uint8Array<ArrayBuffer>): string {
  try {
    unpack({ name: 'x', bytes }, budget());
    return '';
  } catch (error) {
    return error instanceof HotspanError ? error.code : String(error);
  }
}

describe('compressed', () => {
  it('zips made by hand are zips', () => {
    expect(unpack({ name: 'x', bytes: zipOf(3) }, budget())).toEqual([{ name: 'x', bytes: new Uint8Array(0) }]);
  });

  it('zstd that grows past the limit, by 10 MB to 320 GB', () => {
    expect(unpack({ name: 'x', bytes: zstdBomb(4) }, budget())[0].bytes).toHaveLength(4 * 131_072);
    expect(refusal(zstdBomb(100))).toBe('too_large');
    expect(refusal(zstdBomb(2_500_000))).toBe('too_large');
  });

  it('a zip of 60,000 and of 100,000 members', () => {
    expect(refusal(zipOf(60_000))).toBe('too_large');
    expect(refusal(zipOf(100_000))).toBe('too_large');
  });

  it('names of zip members are names and no paths', () => {
    const bytes = new Uint8Array(zipSync({ '../../etc/passwd': Uint8Array.of(1) }));
    expect(unpack({ name: 'x', bytes }, budget()).map(({ bytes: content }) => [...content])).toEqual([[1]]);
  });

  it('zips in zips', () => {
    let bytes = zipSync({ a: Uint8Array.of(1) });
    for (let depth = 0; depth < 6; depth++) {
      bytes = zipSync({ a: bytes });
    }
    expect(refusal(new Uint8Array(bytes))).toBe('unreadable_profile');
  });
});

describe('texts and JSON', () => {
  const long = 200_000;
  const cases: ReadonlyArray<readonly [string, string]> = [
    ['arrays in arrays', '['.repeat(long)],
    ['objects in objects', '{"a":'.repeat(long)],
    ['a tree of V8 that is a chain', `{"head":${'{"callFrame":{},"selfSize":1,"children":['.repeat(20_000)}`],
    ['one stack of many frames', `${'a;'.repeat(long)}b 1\n`],
    ['one name of a megabyte', `${'a'.repeat(2 ** 20)} 1\n`],
    ['lines without a count', 'a;b\n'.repeat(long)],
    ['counts that no double holds', 'a;b 99999999999999999999999\n'.repeat(1000)],
    [
      'open frames that never close',
      `{"traceEvents":[${'{"ph":"B","name":"a","ts":1,"pid":1,"tid":1},'.repeat(20_000)}{}]}`,
    ],
    ['a goroutine of many frames', `goroutine profile: total 1\n1 @ ${'0x1 '.repeat(long)}\n`],
    ['a perf event of many frames', `a 1 1.0: 1 cycles:\n${'\t1 f (x)\n'.repeat(long)}\n`],
    [
      'a heap file of many addresses',
      `heap profile: 1: 1 [1: 1] @ heapprofile\n1: 1 [1: 1] @ ${'0x1 '.repeat(long)}\n`,
    ],
  ];

  it.each(cases)('%s', (_name, text) => {
    const bytes = new Uint8Array(Buffer.from(text));
    for (const reader of readers.filter((one) => one.sniff(bytes))) {
      try {
        const profile = reader.read(bytes, defaultReaderLimits);
        expect(profile.stacks.frame.length).toBeLessThanOrEqual(defaultReaderLimits.stackDepth * 100);
        expect(profile.samples.length).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(ReaderError);
      }
    }
  });
});

describe('numbers that are words', () => {
  it('of gperftools: slots, counts and depths that can not be', () => {
    for (const words of [
      [0, 3, 0, 10_000, 0, 2 ** 31, 2 ** 31, 1],
      [0, 3, 0, 10_000, 0, 1, 2 ** 30, 1],
      [0, 2 ** 31, 0, 10_000, 0, 1, 1, 1],
      [0, 3, 0, 0, 0, 1, 1, 1],
    ]) {
      const bytes = new Uint8Array(new BigUint64Array(words.map(BigInt)).buffer);
      for (const reader of readers.filter((one) => one.sniff(bytes))) {
        try {
          expect(reader.read(bytes, defaultReaderLimits).samples.length).toBeLessThan(10);
        } catch (error) {
          expect(error).toBeInstanceOf(ReaderError);
        }
      }
    }
  });
});

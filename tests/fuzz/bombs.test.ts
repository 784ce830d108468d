import { zipSync } from 'fflate';
import { defaultReaderLimits, ReaderError } from '../../src/model/profile';
import { HotspanError } from '../../store/errors';
import { unpack } from '../../store/ingest/decompress';
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

/** A frame of blocks that each repeat one byte 128 KiB times, in four bytes. */
function zstdBomb(blocks: number): Uint8Array<ArrayBuffer> {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
  const block = (last: boolean) => {
    const word = (131_072 << 3) | (1 << 1) | (last ? 1 : 0);
    return [word & 0xff, (word >> 8) & 0xff, (word >> 16) & 0xff, 0];
  };
  return Uint8Array.from([...head, ...Array.from({ length: blocks }, (_, at) => block(at === blocks - 1)).flat()]);
}

/** Empty members that share one local header; more than 65,535 need the directory's end in its 64-bit form. */
function zipOf(members: number): Uint8Array<ArrayBuffer> {
  const local = 31;
  const entry = 47;
  const directory = local + members * entry;
  const bytes = new Uint8Array(directory + 56 + 20 + 22);
  const view = new DataView(bytes.buffer);
  const write = (at: number, signature: number, words: ReadonlyArray<readonly [number, number]>) => {
    view.setUint32(at, signature, true);
    words.forEach(([offset, value]) => view.setUint32(at + offset, value, true));
  };
  write(0, 0x04034b50, [[26, 1]]);
  for (let at = local; at < directory; at += entry) {
    write(at, 0x02014b50, [[28, 1]]);
  }
  const sizes = (at: number): Array<[number, number]> => [
    [at, members],
    [at + 8, members],
    [at + 16, members * entry],
    [at + 24, local],
  ];
  write(directory, 0x06064b50, [[4, 44], ...sizes(24)]);
  write(directory + 56, 0x07064b50, [
    [8, directory],
    [16, 1],
  ]);
  write(directory + 76, 0x06054b50, [
    [8, 0xffffffff],
    [12, 0xffffffff],
    [16, 0xffffffff],
  ]);
  return bytes;
}

describe('compressed', () => {
  it('zips made by hand are zips', () => {
    expect(unpack({ name: 'x', bytes: zipOf(3) }, budget())).toEqual([{ name: 'x', bytes: new Uint8Array(0) }]);
  });

  it('zstd that grows past the limit, by 10 MB to 320 GB', () => {
    expect(unpack({ name: 'x', bytes: zstdBomb(4) }, budget())[0].bytes).toHaveLength(4 * 131_072);
    expect(refusal(zstdBomb(100))).toBe('too_large');
    const many = new Uint8Array(6 + 4 * 2_500_000);
    many.set(zstdBomb(2).subarray(0, 6));
    const block = zstdBomb(2).subarray(6, 10);
    for (let at = 6; at + 4 <= many.length; at += 4) {
      many.set(block, at);
    }
    many.set(zstdBomb(2).subarray(10), many.length - 4);
    expect(refusal(many)).toBe('too_large');
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

import zlib from 'node:zlib';
import { zipSync } from 'fflate';
import lz4 from 'lz4js';
import { HotspanError } from '../errors';
import { sniffCompression, unpack } from './decompress';
import { loadPart } from './recorded-parts';
import { decompressZstd, prepareZstd } from './zstd';

const text = new Uint8Array(Buffer.from('profile '.repeat(5000)));

function attempt(bytes: Uint8Array, partBytes = 2 ** 20, totalBytes = 2 ** 20) {
  try {
    const parts = unpack({ name: 'a.pprof', bytes: new Uint8Array(bytes) }, { partBytes, totalBytes });
    return parts.map((part) => [part.name, part.bytes.length]);
  } catch (error) {
    return error instanceof HotspanError ? error.code : error;
  }
}

/** A zstd frame of RLE blocks (RFC 8878 §3.1.1.2.2): `count` times `size` zeros in four bytes each. */
function zstdOfZeros(count: number, size: number, tail = 0): Uint8Array {
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
  for (let block = 0; block < count; block++) {
    const header = (block === count - 1 ? 1 : 0) | (1 << 1) | (size << 3);
    frame.push(header & 0xff, (header >> 8) & 0xff, header >> 16, 0);
  }
  return Uint8Array.from(frame.slice(0, frame.length - tail));
}

describe('decompression', () => {
  it.each([
    ['gzip', zlib.gzipSync(text)],
    ['lz4', lz4.compress(text)],
    ['zip', zipSync({ 'other-name': text })],
    ['none', text],
  ] as const)('recognises %s and gives the bytes back', (kind, bytes) => {
    expect(sniffCompression(bytes)).toBe(kind);
    expect(attempt(bytes)).toEqual([['a.pprof', text.length]]);
  });

  it('reads the zstd parts of real clients', () => {
    const part = loadPart('dd-python-2', 'profile.pprof');
    expect(sniffCompression(part)).toBe('zstd');
    expect(attempt(part)).toEqual([['a.pprof', 592404]]);
  });

  it('reads zstd frames one after the other, and skippable ones between them', () => {
    const skippable = Uint8Array.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const frames = Buffer.concat([zstdOfZeros(2, 1000), skippable, zstdOfZeros(1, 500)]);
    expect(attempt(frames)).toEqual([['a.pprof', 2500]]);
  });

  it('makes several attachments of a zip of several files', () => {
    const zip = zipSync({ 'dir/cpu.pprof': text, 'heap.pprof': text.subarray(0, 10), 'dir/': new Uint8Array(0) });
    expect(attempt(zip)).toEqual([
      ['cpu.pprof', text.length],
      ['heap.pprof', 10],
    ]);
  });

  it.each([
    ['gzip', zlib.gzipSync(Buffer.alloc(8 * 2 ** 20))],
    ['lz4', lz4.compress(Buffer.alloc(8 * 2 ** 20))],
    ['zip', zipSync({ a: new Uint8Array(8 * 2 ** 20) })],
    ['zstd, ten gigabytes in 320 kB', zstdOfZeros(80_000, 128 * 1024)],
    ['zstd, a little over', zstdOfZeros(9, 128 * 1024)],
  ])('stops at the limit: %s', (_kind, bytes) => {
    expect(attempt(bytes)).toBe('too_large');
  });

  it('counts all parts against the total', () => {
    const budget = { partBytes: 1000, totalBytes: 1500 };
    unpack({ name: 'a', bytes: new Uint8Array(900) }, budget);
    expect(() => unpack({ name: 'b', bytes: new Uint8Array(900) }, budget)).toThrow(/decompressedBytes/);
  });

  it.each([
    ['gzip', zlib.gzipSync(text).subarray(0, 60)],
    ['lz4', lz4.compress(text).subarray(0, 100)],
    ['zip', zipSync({ a: text }).subarray(0, 80)],
    ['zstd', zstdOfZeros(3, 1000, 2)],
    ['zstd header', zstdOfZeros(3, 1000).subarray(0, 5)],
    ['zstd window of 2 TB', Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 1, 0, 0])],
    ['four layers', [1, 2, 3, 4].reduce<Uint8Array>((bytes) => zlib.gzipSync(bytes), text)],
  ])('refuses what is damaged: %s', (_kind, bytes) => {
    expect(attempt(bytes)).toBe('unreadable_profile');
  });

  it('never dies of flipped bits', () => {
    const whole = [
      zlib.gzipSync(text),
      lz4.compress(text),
      zipSync({ a: text }),
      loadPart('dd-python-2', 'code-provenance.json'),
    ];
    for (const bytes of whole) {
      for (let at = 4; at < bytes.length; at += Math.ceil(bytes.length / 200)) {
        const flipped = new Uint8Array(bytes);
        flipped[at] ^= 1 << at % 8;
        const outcome = attempt(flipped, 2 ** 22, 2 ** 22);
        expect(Array.isArray(outcome) || outcome === 'unreadable_profile' || outcome === 'too_large').toBe(true);
      }
    }
  });
});

describe('zstd by WebAssembly', () => {
  const parts = [
    ['dd-python-2', 'profile.pprof'],
    ['dd-go-2', 'cpu.pprof'],
    ['dd-java-ddprof-2', 'main.jfr'],
  ].map(([recording, name]) => loadPart(recording, name));
  const slow = parts.map((part) => decompressZstd(part, 2 ** 22));

  beforeAll(prepareZstd);

  it('gives the same bytes of the parts of real clients', () => {
    expect(parts.map((part) => Buffer.compare(decompressZstd(part, 2 ** 22), slow[parts.indexOf(part)]))).toEqual([
      0, 0, 0,
    ]);
  });

  it('refuses or reads damaged frames as before, and still reads whole ones after them', () => {
    const [part] = parts;
    for (let at = 4; at < part.length; at += Math.ceil(part.length / 100)) {
      const flipped = new Uint8Array(part);
      flipped[at] ^= 1 << at % 8;
      const outcome = attempt(flipped, 2 ** 22, 2 ** 22);
      expect(Array.isArray(outcome) || outcome === 'unreadable_profile' || outcome === 'too_large').toBe(true);
    }
    expect(Buffer.compare(decompressZstd(part, 2 ** 22), slow[0])).toBe(0);
  });

  it('stops at the limit', () => {
    expect(attempt(parts[0], 2 ** 16, 2 ** 22)).toBe('too_large');
  });
});

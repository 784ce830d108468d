import zlib from 'node:zlib';

/** Few bytes that decompress to many. */

const zstdBlockBytes = 131_072;

/** A frame of blocks that each repeat one byte 128 KiB times, in four bytes. */
export function zstdBomb(blocks: number): Uint8Array<ArrayBuffer> {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
  const bytes = new Uint8Array(head.length + 4 * blocks);
  bytes.set(head);
  for (let block = 0; block < blocks; block++) {
    const word = (zstdBlockBytes << 3) | (1 << 1) | (block === blocks - 1 ? 1 : 0);
    bytes.set([word & 0xff, (word >> 8) & 0xff, (word >> 16) & 0xff, 0], head.length + 4 * block);
  }
  return bytes;
}

/** Members of 100 MB of zeros, one behind the other: a gzip file may have many. */
export function gzipBomb(members: number): Uint8Array<ArrayBuffer> {
  const member = zlib.gzipSync(Buffer.alloc(100_000_000), { level: 9 });
  return new Uint8Array(Buffer.concat(Array<Buffer>(members).fill(member)));
}

/** A frame of blocks of 4 MiB, each a literal and one match that goes on to the end. */
export function lz4Bomb(blocks: number): Uint8Array<ArrayBuffer> {
  const extra = 4 * 2 ** 20 - 1 - 19 - 5;
  const length = [...Array<number>(Math.floor(extra / 255)).fill(255), extra % 255];
  const block = [0x1f, 0, 1, 0, ...length, 0x50, 0, 0, 0, 0, 0];
  const size = [0, 8, 16, 24].map((shift) => (block.length >> shift) & 0xff);
  // Version 1, blocks on their own, no sizes or checksums; the last byte is the header's own checksum.
  const frame = Buffer.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73);
  const one = Buffer.from([...size, ...block]);
  return new Uint8Array(Buffer.concat([frame, ...Array<Buffer>(blocks).fill(one), Buffer.alloc(4)]));
}

/** Empty members that share one local header; more than 65,535 need the directory's end in its 64-bit form. */
export function zipOf(members: number): Uint8Array<ArrayBuffer> {
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

/** A zstd frame of plain blocks: Node 20 has no encoder. */
export function zstdOf(bytes: Uint8Array): Buffer {
  const blocks: Buffer[] = [Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58)];
  for (let at = 0; at < bytes.length; at += 100_000) {
    const block = bytes.subarray(at, at + 100_000);
    const isLast = at + 100_000 >= bytes.length;
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (isLast ? 1 : 0), 0, 3);
    blocks.push(head, Buffer.from(block));
  }
  return Buffer.concat(blocks);
}

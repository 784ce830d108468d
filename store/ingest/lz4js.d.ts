declare module 'lz4js' {
  /** Decodes one block into `dst` from `dIndex` and returns the index after the last byte. Checks nothing. */
  export function decompressBlock(
    src: Uint8Array,
    dst: Uint8Array,
    sIndex: number,
    sLength: number,
    dIndex: number
  ): number;
  /** A whole frame. */
  export function compress(src: Uint8Array): Uint8Array;
}

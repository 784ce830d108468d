import { jfrReader } from './jfr/reader';
import { pprofReader } from './pprof/reader';
import type { Reader } from './reader';

/** Every reader; formats with magic bytes come before those that are only guessed. */
export const readers: readonly Reader[] = [jfrReader, pprofReader];

/** The reader of the format that the first bytes show, if there is one. */
export function sniffReader(bytes: Uint8Array): Reader | undefined {
  return readers.find((reader) => reader.sniff(bytes));
}

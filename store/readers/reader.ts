import type { Profile, ReaderLimits } from '../../src/model/profile';

/**
 * Bytes of one format → one or more profiles. Pure: no HTTP, no SQL, no Node built-ins, so that a browser worker can run it.
 * Throws `ReaderError`: kind `notMine` when the bytes are of another format, else with offset and reason.
 */
export interface Reader {
  /** `pprof`, `jfr`, `folded`, … as stored in `profiles.format`. */
  readonly format: string;
  /** Cheap look at the first bytes; may say yes too often, never no to a file that `read` can read. */
  sniff(bytes: Uint8Array): boolean;
  read(bytes: Uint8Array, limits: ReaderLimits): Profile;
}

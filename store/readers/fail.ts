import type { ReaderError } from '../../src/model/profile';

export type FailKind = ReaderError['kind'];

/** Whatever can say where in its file something is wrong: cursors over bytes, lines and JSON. */
export interface Failing {
  /** Throws a ReaderError. */
  fail(reason: string, kind?: FailKind): never;
}

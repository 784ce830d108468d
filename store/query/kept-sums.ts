import type { Engine } from '../engines/engine';
import { LatelyUsed } from './lately-used';
import { bytesOf, type UploadSums } from './recent-uploads';
import type { UploadValuesTable } from './upload-values-table';

/** An object, so that tests can ask the engine instead. */
export const keptSums = { used: true };

/**
 * On a cluster nothing is kept: an upload's row may be on a server before its samples are, and what was read too early would stay wrong.
 */
export function keepsSums({ cluster }: Pick<Engine, 'cluster'>): boolean {
  return keptSums.used && cluster === undefined;
}

const stackBytes = 64 * 2 ** 20;
/** A row of ten hosts' day takes 0.8 MB. */
const rowBytes = 32 * 2 ** 20;

/** Sums of many uploads that a tenant's questions met lately. */
export class KeptSums {
  /** By stack, of sets of uploads. */
  readonly stacks = new LatelyUsed<UploadSums>(stackBytes, bytesOf);
  /** Of one row of a dimension, by upload. */
  readonly rows = new LatelyUsed<UploadValuesTable>(rowBytes, ({ sizeBytes }) => sizeBytes);
  /** What of `stacks` is being read, until it is kept or not. */
  readonly reading = new Map<string, Promise<void>>();

  get sizeBytes(): number {
    return this.stacks.sizeBytes + this.rows.sizeBytes;
  }
}

import type { ProtobufCursor } from '../protobuf';
import type { Scratch } from './scratch';

/**
 * Index of a message by its id, an arbitrary unsigned 64-bit number. Nearly all producers count from 1, so small ids are looked
 * up in an array; others (hashes, addresses) in a map by both words.
 */
export class IdIndex {
  /** Smaller ids are in `dense`. */
  readonly denseLength: number;
  /** Index + 1 by id; 0 = no such id. */
  readonly dense: Uint32Array;
  private sparse?: Map<number | string, number>;

  constructor(
    private readonly cursor: ProtobufCursor,
    private readonly what: string,
    count: number,
    scratch: Scratch
  ) {
    this.denseLength = count * 2 + 16;
    this.dense = scratch.zeroed(this.denseLength);
  }

  add(low: number, high: number, index: number): void {
    if (low === 0 && high === 0) {
      this.cursor.fail(`a ${this.what} has the id 0`);
    }
    if (this.find(low, high) >= 0) {
      this.cursor.fail(`two ${this.what}s have the same id`);
    }
    if (high === 0 && low < this.denseLength) {
      this.dense[low] = index + 1;
    } else {
      this.sparse ??= new Map();
      this.sparse.set(sparseKey(low, high), index);
    }
  }

  /** The index of the message with this id, or -1. */
  find(low: number, high: number): number {
    return high === 0 && low < this.denseLength ? this.dense[low] - 1 : (this.sparse?.get(sparseKey(low, high)) ?? -1);
  }
}

function sparseKey(low: number, high: number): number | string {
  return high < 0x20_0000 ? high * 0x1_0000_0000 + low : `${high}:${low}`;
}

import { createHash } from 'node:crypto';
import type { ContentRows } from './encode-upload';
import { IdSet, SeenIds } from './seen-ids';

/**
 * Leaves out rows of `stacks` and `frames` that were inserted already today. What a batch adds is remembered only after
 * its insert succeeded: `draft` collects, `commit` remembers.
 */
export class ContentFilter {
  private readonly seen: SeenIds;
  private readonly salts = new Map<string, readonly [number, number]>();

  constructor(capacity: number) {
    this.seen = new SeenIds(capacity);
  }

  draft(): ContentDraft {
    return new ContentDraft(this.seen, (owner) => this.saltOf(owner));
  }

  /** Tells equal ids of different owners and days apart. */
  private saltOf(owner: string): readonly [number, number] {
    const known = this.salts.get(owner);
    if (known) {
      return known;
    }
    if (this.salts.size > 100_000) {
      this.salts.clear();
    }
    const digest = createHash('sha256').update(owner).digest();
    const salt: readonly [number, number] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
    this.salts.set(owner, salt);
    return salt;
  }
}

export class ContentDraft {
  private readonly added: number[] = [];
  private readonly inDraft = new IdSet(4096);

  constructor(
    private readonly seen: SeenIds,
    private readonly saltOf: (owner: string) => readonly [number, number]
  ) {}

  /** The rows that have to be written, as pieces of `rows.bytes`. `owner` names what ids are unique within, the day included. */
  unseen(owner: string, rows: ContentRows): Uint8Array[] {
    const [saltLow, saltHigh] = this.saltOf(owner);
    const words = new Uint32Array(rows.ids.buffer, rows.ids.byteOffset, rows.ids.length * 2);
    const pieces: Uint8Array[] = [];
    for (let row = 0; row < rows.ids.length; row++) {
      const low = (words[row * 2] ^ saltLow) >>> 0;
      const high = (words[row * 2 + 1] ^ saltHigh) >>> 0;
      if (!this.seen.has(low, high) && this.addToDraft(low, high)) {
        pieces.push(rows.bytes.subarray(rows.offsets[row], rows.offsets[row + 1]));
      }
    }
    return pieces;
  }

  commit(): void {
    for (let i = 0; i < this.added.length; i += 2) {
      this.seen.add(this.added[i], this.added[i + 1]);
    }
  }

  private addToDraft(low: number, high: number): boolean {
    if (this.inDraft.has(low, high)) {
      return false;
    }
    this.inDraft.add(low, high);
    this.added.push(low, high);
    return true;
  }
}

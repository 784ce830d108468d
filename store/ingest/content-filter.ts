import { createHash } from 'node:crypto';
import type { ContentRows } from './encode-upload';
import { IdSet, SeenIds, SharedIds } from './seen-ids';

/** What ids are unique within: `f` for frames of a tenant, `s` for stacks of a service, on the day that they came. */
export function frameOwner(tenant: string, seenDays: number): string {
  return `f\0${tenant}\0${seenDays}`;
}

export function stackOwner(tenant: string, service: string, seenDays: number): string {
  return `s\0${tenant}\0${service}\0${seenDays}`;
}

type Salt = readonly [low: number, high: number];

/** Tells equal ids of different owners apart. */
class Salts {
  private readonly known = new Map<string, Salt>();

  of(owner: string): Salt {
    const known = this.known.get(owner);
    if (known) {
      return known;
    }
    if (this.known.size > 100_000) {
      this.known.clear();
    }
    const digest = createHash('sha256').update(owner).digest();
    const salt: Salt = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
    this.known.set(owner, salt);
    return salt;
  }
}

/**
 * Leaves out rows of `stacks` and `frames` that were inserted already today. What a batch adds is remembered only after
 * its insert succeeded: `draft` collects, `commit` remembers.
 */
export class ContentFilter {
  private readonly seen: SeenIds;
  private readonly salts = new Salts();

  constructor(capacity: number) {
    this.seen = new SeenIds(capacity);
  }

  /** For `KnownContent` in worker threads. */
  get memory(): readonly SharedArrayBuffer[] {
    return this.seen.memory;
  }

  draft(): ContentDraft {
    return new ContentDraft(this.seen, this.salts);
  }
}

/** What a worker knows of it: rows that were inserted already need not even be encoded. */
export class KnownContent {
  private readonly ids: SharedIds;
  private readonly salts = new Salts();

  constructor(memory: readonly SharedArrayBuffer[]) {
    this.ids = new SharedIds(memory);
  }

  /** Whether the owner's row with this id is in its table. */
  of(owner: string): (low: number, high: number) => boolean {
    const [saltLow, saltHigh] = this.salts.of(owner);
    return (low, high) => this.ids.has((low ^ saltLow) >>> 0, (high ^ saltHigh) >>> 0);
  }
}

export class ContentDraft {
  private readonly added: number[] = [];
  private readonly inDraft = new IdSet(4096);

  constructor(
    private readonly seen: SeenIds,
    private readonly salts: Salts
  ) {}

  /** Adds the rows that have to be written to `into`, as pieces of `rows.bytes`; neighbours are one piece. */
  addUnseen(owner: string, rows: ContentRows, into: Uint8Array[]): void {
    const [saltLow, saltHigh] = this.salts.of(owner);
    const words = new Uint32Array(rows.ids.buffer, rows.ids.byteOffset, rows.ids.length * 2);
    let from = 0;
    for (let row = 0; row < rows.ids.length; row++) {
      const low = (words[row * 2] ^ saltLow) >>> 0;
      const high = (words[row * 2 + 1] ^ saltHigh) >>> 0;
      if (this.seen.has(low, high) || !this.addToDraft(low, high)) {
        addPiece(rows, from, row, into);
        from = row + 1;
      }
    }
    addPiece(rows, from, rows.ids.length, into);
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

function addPiece({ bytes, offsets }: ContentRows, from: number, to: number, into: Uint8Array[]): void {
  if (to > from) {
    into.push(bytes.subarray(offsets[from], offsets[to]));
  }
}

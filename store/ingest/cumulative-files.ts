import type { CumulativeFile } from './cumulative-parts';
import type { RecordRef } from './spool';

/** An older file is not subtracted: what was counted in a long gap does not belong to the window after it. */
const maxGapNs = 600_000_000_000n;
const defaultMaxFiles = 50_000;

export interface CumulativeFilesSettings {
  /** The newest stored upload of the file's process that has such a file and began between the two times. */
  find(file: CumulativeFile, sinceNs: bigint): Promise<RecordRef | undefined>;
  /** Files that are remembered, about 300 bytes each; the longest unused ones go first. */
  readonly maxFiles?: number;
  now?(): number;
}

interface Known {
  readonly ref: RecordRef;
  readonly takenNs: bigint;
}

/**
 * Where the last file of every process that sends cumulative ones lies on disk. After a start that is looked up among the stored
 * uploads, so differences go on over restarts.
 */
export class CumulativeFiles {
  /** By key, longest unused first. */
  private readonly known = new Map<string, Known>();
  private readonly turns = new Map<string, Promise<void>>();
  private readonly startedMs: number;

  constructor(private readonly settings: CumulativeFilesSettings) {
    this.startedMs = this.now();
  }

  /** Runs `work` when earlier uploads of the same files are stored. */
  inTurn<Result>(files: readonly CumulativeFile[], work: () => Promise<Result>): Promise<Result> {
    const before = Promise.all(files.map(({ key }) => this.turns.get(key)));
    const result = before.then(work);
    const over = result.then(
      () => undefined,
      () => undefined
    );
    for (const { key } of files) {
      this.turns.set(key, over);
      void over.then(() => this.turns.get(key) === over && this.turns.delete(key));
    }
    return result;
  }

  /** Records that hold the files before these, without doubles. */
  async previousOf(files: readonly CumulativeFile[]): Promise<RecordRef[]> {
    const found = new Map<string, RecordRef>();
    for (const file of files) {
      const ref = await this.previous(file);
      if (ref !== undefined) {
        found.set(`${ref.segment}/${ref.offset}`, ref);
      }
    }
    return [...found.values()];
  }

  remember(files: readonly CumulativeFile[], ref: RecordRef): void {
    for (const { key, takenNs } of files) {
      const known = this.known.get(key);
      if (known === undefined || known.takenNs < takenNs) {
        this.known.delete(key);
        this.known.set(key, { ref, takenNs });
      }
    }
    const max = this.settings.maxFiles ?? defaultMaxFiles;
    for (const key of this.known.keys()) {
      if (this.known.size <= max) {
        break;
      }
      this.known.delete(key);
    }
  }

  private async previous(file: CumulativeFile): Promise<RecordRef | undefined> {
    const known = this.known.get(file.key);
    const sinceNs = file.takenNs - maxGapNs;
    if (known !== undefined) {
      // What one that comes late has counted is in the difference of the newer one already.
      return known.takenNs >= sinceNs && known.takenNs < file.takenNs ? known.ref : undefined;
    }
    // What this process did not see itself is older than it, and soon too old.
    const mayBeOlder = this.now() - this.startedMs < Number(maxGapNs) / 1e6;
    return mayBeOlder ? this.settings.find(file, sinceNs) : undefined;
  }

  private now(): number {
    return this.settings.now?.() ?? Date.now();
  }
}

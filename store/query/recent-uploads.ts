import type { Columns } from '../engines/engine';
import { AskedLately } from './asked-lately';
import { halves } from './id-table';

/** What an upload holds of one profile type. `key` is a stack's index in the store, or a thread's in `threads`; each occurs once. */
export interface UploadSums {
  readonly key: Uint32Array;
  readonly value: Float64Array;
  readonly samples: Float64Array;
}

export type SumKey = 'stack' | 'thread';

const defaultBudgetBytes = 64 * 2 ** 20;
/** Programs may name every thread anew: past this share of the budget, their names and sums are forgotten. */
const threadShare = 1 / 8;
const bytesPerRow = 20;
const bytesPerUpload = 400;

/**
 * Sums of single uploads that questions met lately. An upload never changes, so a rule that looks at five minutes every minute has to
 * read only what came since, and rules about the same service read it once. The uploads asked least recently go first.
 */
export class RecentUploads {
  readonly asked = new AskedLately();
  private threadNames: string[] = [];
  private threadBytes = 0;
  private readonly threadIndex = new Map<string, number>();
  private readonly sums = new Map<string, UploadSums>();
  private readonly turns = new Map<string, Promise<unknown>>();
  private usedBytes = 0;

  constructor(private readonly budgetBytes = defaultBudgetBytes) {}

  get sizeBytes(): number {
    return this.usedBytes;
  }

  /** What the keys of sums by thread mean that are found now. Later ones may count anew, in another list. */
  get threads(): readonly string[] {
    return this.threadNames;
  }

  find(profileType: string, by: SumKey, profile: bigint): UploadSums | undefined {
    const name = nameOf(profileType, by, profile);
    const found = this.sums.get(name);
    if (found !== undefined) {
      this.sums.delete(name);
      this.sums.set(name, found);
    }
    return found;
  }

  keep(profileType: string, by: SumKey, profile: bigint, sums: UploadSums): void {
    const name = nameOf(profileType, by, profile);
    this.usedBytes += bytesOf(sums) - bytesOf(this.sums.get(name));
    this.sums.set(name, sums);
    for (const [oldest, old] of this.sums) {
      if (this.usedBytes <= this.budgetBytes) {
        break;
      }
      this.sums.delete(oldest);
      this.usedBytes -= bytesOf(old);
    }
  }

  /** Numbers of threads, for sums that are kept before anything else happens. */
  threadKeys(names: readonly string[]): Uint32Array {
    if (this.threadBytes > this.budgetBytes * threadShare) {
      this.forgetThreads();
    }
    return Uint32Array.from(names, (name) => this.threadOf(name));
  }

  private threadOf(name: string): number {
    let index = this.threadIndex.get(name);
    if (index === undefined) {
      index = this.threadNames.push(name) - 1;
      this.threadIndex.set(name, index);
      this.countThreadBytes(name.length + 80);
    }
    return index;
  }

  private forgetThreads(): void {
    for (const [name, sums] of this.sums) {
      if (isByThread(name)) {
        this.sums.delete(name);
        this.usedBytes -= bytesOf(sums);
      }
    }
    this.threadNames = [];
    this.threadIndex.clear();
    this.countThreadBytes(-this.threadBytes);
  }

  private countThreadBytes(bytes: number): void {
    this.threadBytes += bytes;
    this.usedBytes += bytes;
  }

  /** Runs `work` after what runs already under the same name, however that ends: who comes later finds what the first one read. */
  async inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(name) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    this.turns.set(name, settled);
    try {
      return await turn;
    } finally {
      if (this.turns.get(name) === settled) {
        this.turns.delete(name);
      }
    }
  }
}

function nameOf(profileType: string, by: SumKey, profile: bigint): string {
  return `${profile} ${by} ${profileType}`;
}

function isByThread(name: string): boolean {
  return name.split(' ', 2)[1] === 'thread';
}

/** For `inTurn`: who reads the same sums of the same services. */
export function turnName(by: SumKey, profileType: string, services: readonly string[]): string {
  return `${by} ${profileType} ${services.join()}`;
}

export function bytesOf(sums: UploadSums | undefined): number {
  return sums === undefined ? 0 : sums.key.length * bytesPerRow + bytesPerUpload;
}

/** Rows by upload and key as sums of each of the uploads; one without rows has empty sums. */
export function splitByUpload(
  profiles: readonly bigint[],
  columns: Columns,
  keys: ArrayLike<number>
): Map<bigint, UploadSums> {
  const uploadOf = uploadPerRow(profiles, columns);
  const counts = new Uint32Array(profiles.length);
  uploadOf.forEach((upload) => counts[upload]++);
  const found = Array.from(counts, emptySums);
  const [value, samples] = [columns.numbers('value_sum'), columns.numbers('samples')];
  const filled = new Uint32Array(profiles.length);
  for (let row = 0; row < columns.rows; row++) {
    const sums = found[uploadOf[row]];
    const at = filled[uploadOf[row]]++;
    sums.key[at] = keys[row];
    sums.value[at] = value[row];
    sums.samples[at] = samples[row];
  }
  return new Map(profiles.map((profile, at) => [profile, found[at]]));
}

function emptySums(length: number): UploadSums {
  return { key: new Uint32Array(length), value: new Float64Array(length), samples: new Float64Array(length) };
}

/** Index in `profiles` of each row's upload. */
function uploadPerRow(profiles: readonly bigint[], columns: Columns): Uint32Array {
  const index = new Map(profiles.map((profile, at) => [profile, at]));
  const numbers = columns.bigints('profile_key');
  const words = halves(numbers);
  const uploads = new Uint32Array(columns.rows);
  for (let row = 0; row < uploads.length; row++) {
    const isSame = row > 0 && words[row * 2] === words[row * 2 - 2] && words[row * 2 + 1] === words[row * 2 - 1];
    uploads[row] = isSame ? uploads[row - 1] : (index.get(numbers[row]) ?? 0);
  }
  return uploads;
}

/** Sums of several uploads as one: every key once. */
export function mergeSums(uploads: readonly UploadSums[]): UploadSums {
  if (uploads.length === 1) {
    return uploads[0];
  }
  const { rowOf, keys } = numberKeys(uploads);
  const merged = { ...emptySums(keys.length), key: keys };
  for (const { key, value, samples } of uploads) {
    for (let at = 0; at < key.length; at++) {
      const row = rowOf[key[at]];
      merged.value[row] += value[at];
      merged.samples[row] += samples[at];
    }
  }
  return merged;
}

/** The keys of all, as they are met, and where each is among them. */
function numberKeys(uploads: readonly UploadSums[]): { readonly rowOf: Int32Array; readonly keys: Uint32Array } {
  let largest = 0;
  for (const { key } of uploads) {
    for (const one of key) {
      largest = Math.max(largest, one);
    }
  }
  const rowOf = new Int32Array(largest + 1).fill(-1);
  const keys: number[] = [];
  for (const { key } of uploads) {
    for (const one of key) {
      if (rowOf[one] < 0) {
        rowOf[one] = keys.push(one) - 1;
      }
    }
  }
  return { rowOf, keys: Uint32Array.from(keys) };
}

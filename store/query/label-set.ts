import { grown } from '../../src/model/sequence-table';
import type { Labels } from './label-filter';

/** Windows of the profiles with one set of labels, in order of their start. */
export class LabelSet {
  private starts = new Float64Array(4);
  private ends = new Float64Array(4);
  private length = 0;
  private longestMs = 0;
  /** Numbers of the profiles that were read, in no order. */
  private numbers: BigUint64Array[] = [];

  constructor(readonly labels: Labels) {}

  add(startMs: number, endMs: number): void {
    this.starts = grown(this.starts, this.length + 1);
    this.ends = grown(this.ends, this.length + 1);
    const isLast = this.length === 0 || this.starts[this.length - 1] <= startMs;
    const at = isLast ? this.length : this.from(startMs + 1);
    this.starts.copyWithin(at + 1, at, this.length);
    this.ends.copyWithin(at + 1, at, this.length);
    this.starts[at] = startMs;
    this.ends[at] = endMs;
    this.length++;
    this.longestMs = Math.max(this.longestMs, endMs - startMs);
  }

  /** Profiles that were read, oldest first. */
  addRead(numbers: BigUint64Array, startMs: ArrayLike<number>, endMs: ArrayLike<number>): void {
    for (let at = 0; at < startMs.length; at++) {
      this.add(startMs[at], endMs[at]);
    }
    this.numbers.push(numbers);
  }

  /** Whether a profile is one of those that were read. */
  hasRead(number: bigint): boolean {
    return this.numbers.some((numbers) => numbers.includes(number));
  }

  forgetNumbers(): void {
    this.numbers = [];
  }

  /** How many overlap [from, to), or start in it. */
  countIn(fromMs: number, toMs: number): number {
    const first = this.from(fromMs);
    let count = Math.max(0, this.from(toMs) - first);
    for (let at = this.from(fromMs - this.longestMs); at < first; at++) {
      count += this.ends[at] > fromMs && this.starts[at] < toMs ? 1 : 0;
    }
    return count;
  }

  /** How many start in [from, to). */
  startsIn(fromMs: number, toMs: number): number {
    return Math.max(0, this.from(toMs) - this.from(fromMs));
  }

  /** Calls with the start of each that starts in [from, to). */
  eachStart(fromMs: number, toMs: number, visit: (ms: number) => void): void {
    const end = this.from(toMs);
    for (let at = this.from(fromMs); at < end; at++) {
      visit(this.starts[at]);
    }
  }

  /** Position of the first that starts at or after a time. */
  private from(ms: number): number {
    const { starts } = this;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] < ms) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

/** Sets of labels of all tenants. */
export class LabelTable {
  private readonly tenants = new Map<string, Map<string, LabelSet>>();
  private hasNumbers = true;
  size = 0;

  setsOf(tenant: string): LabelSet[] {
    return [...(this.tenants.get(tenant)?.values() ?? [])];
  }

  setFor(tenant: string, labels: Labels): LabelSet {
    const sets = this.tenants.get(tenant) ?? new Map<string, LabelSet>();
    this.tenants.set(tenant, sets);
    const key = JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)));
    let set = sets.get(key);
    if (set === undefined) {
      set = new LabelSet(labels);
      sets.set(key, set);
      this.size++;
    }
    return set;
  }

  forgetNumbers(): void {
    if (this.hasNumbers) {
      this.hasNumbers = false;
      this.tenants.forEach((sets) => sets.forEach((set) => set.forgetNumbers()));
    }
  }
}

import type { LabelsAnswer, LabelValuesAnswer } from '../../src/api/resources';
import type { Columns, Engine } from '../engines/engine';
import type { ProfileRow } from '../engines/rows';
import { labelPredicate, type Labels } from './label-filter';
import { labelColumns } from './sql/profile-fields';
import { labelSetsStatement } from './sql/labels';
import type { UploadScope } from './sql/upload-scope';

/**
 * The labels of all profiles in memory, so that variables and pickers are answered without a statement. One entry per label set, with
 * the windows of its profiles; about 24 bytes a profile. Only for a store that alone writes its data. `undefined` = ask the engine: the
 * index is being read, is too large, or doesn't understand the filter.
 */
export class LabelIndex {
  private tenants: Map<string, Map<string, LabelSet>> | undefined;
  private setCount = 0;
  /** Inserted while the index is being read. */
  private pending: IndexedProfile[] | undefined;
  private reading: Promise<void> | undefined;
  /** Numbers that were read, sorted: an insert that was under way while they were read is told of later, and must not count twice. */
  private known = { numbers: new BigUint64Array(0), untilMs: 0 };
  private readAgain = false;

  constructor(
    private readonly engine: Pick<Engine, 'select'>,
    private readonly maxSets = 50_000
  ) {}

  /** Reads everything anew: at the start, and after profiles were deleted. */
  read(): Promise<void> {
    this.readAgain = true;
    this.tenants = undefined;
    this.reading ??= this.readAll().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** Profiles that were inserted. */
  add(rows: readonly LabelledRow[]): void {
    const profiles = rows.filter(({ part }) => !part).map(indexed);
    this.pending?.push(...profiles);
    profiles.filter(({ number }) => !this.isKnown(number)).forEach((profile) => this.addOne(profile));
  }

  names(scope: UploadScope): LabelsAnswer | undefined {
    const sets = this.setsOf(scope);
    if (sets === undefined) {
      return undefined;
    }
    const values = new Map<string, Set<string>>();
    for (const { labels } of sets) {
      for (const [name, value] of labels) {
        values.set(name, (values.get(name) ?? new Set()).add(value));
      }
    }
    const names = [...values].map(([name, found]) => ({ name, values: found.size }));
    return { labels: names.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  values(scope: UploadScope, label: string, match: string, limit: number): LabelValuesAnswer | undefined {
    const sets = this.setsOf(scope);
    if (sets === undefined || !/^[\x20-\x7e]*$/.test(match)) {
      return undefined;
    }
    const counts = new Map<string, number>();
    for (const { labels, count } of sets) {
      const value = labels.get(label) ?? '';
      if (value !== '' && value.toLowerCase().includes(match.toLowerCase())) {
        counts.set(value, (counts.get(value) ?? 0) + count);
      }
    }
    const values = [...counts].map(([value, profiles]) => ({ value, profiles }));
    values.sort((a, b) => b.profiles - a.profiles || (a.value < b.value ? -1 : 1));
    return { values: values.slice(0, limit), truncated: values.length > limit };
  }

  /** Label sets with profiles in the scope, and how many. */
  private setsOf({ tenant, filter, window }: UploadScope): Array<{ labels: Labels; count: number }> | undefined {
    const keeps = labelPredicate(filter);
    if (this.tenants === undefined || keeps === undefined) {
      return undefined;
    }
    const sets = [...(this.tenants.get(tenant)?.values() ?? [])].filter(({ labels }) => keeps(labels));
    return sets
      .map((set) => ({ labels: set.labels, count: set.countIn(window.fromMs, window.toMs) }))
      .filter(({ count }) => count > 0);
  }

  private async readAll(): Promise<void> {
    while (this.readAgain) {
      this.readAgain = false;
      this.pending = [];
      try {
        const found = readSets(await this.engine.select(labelSetsStatement(this.maxSets + 1)));
        if (!this.readAgain) {
          this.replace(found, this.pending);
        }
      } finally {
        this.pending = undefined;
      }
    }
  }

  private replace(found: readonly ReadSet[], pending: readonly IndexedProfile[]): void {
    if (found.length > this.maxSets) {
      return;
    }
    this.tenants = new Map();
    this.setCount = 0;
    const late = new Map(pending.map((profile) => [profile.number, profile]));
    for (const { tenant, labels, numbers, startMs, endMs } of found) {
      const set = this.setFor(tenant, labels);
      numbers.forEach((number, at) => {
        late.delete(number);
        set.add(startMs[at], endMs[at]);
      });
    }
    late.forEach((profile) => this.addOne(profile));
    const numbers = BigUint64Array.from(found.flatMap((set) => set.numbers)).sort();
    this.known = { numbers, untilMs: Date.now() + longestInsertMs };
  }

  private isKnown(number: bigint): boolean {
    if (this.known.numbers.length > 0 && Date.now() > this.known.untilMs) {
      this.known = { numbers: new BigUint64Array(0), untilMs: 0 };
    }
    const { numbers } = this.known;
    return numbers[firstFrom(numbers, numbers.length, number)] === number;
  }

  private addOne({ tenant, labels, startMs, endMs }: IndexedProfile): void {
    if (this.tenants !== undefined) {
      this.setFor(tenant, labels).add(startMs, endMs);
      if (this.setCount > this.maxSets) {
        this.tenants = undefined;
      }
    }
  }

  private setFor(tenant: string, labels: Labels): LabelSet {
    const sets = this.tenants?.get(tenant) ?? new Map<string, LabelSet>();
    this.tenants?.set(tenant, sets);
    const key = JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)));
    let set = sets.get(key);
    if (set === undefined) {
      set = new LabelSet(labels);
      sets.set(key, set);
      this.setCount++;
    }
    return set;
  }
}

/** No insert is under way for longer than this. */
const longestInsertMs = 180_000;

type LabelledRow = Pick<
  ProfileRow,
  'tenant' | 'profile' | 'part' | 'startNs' | 'endNs' | 'labels' | (typeof labelColumns)[number]
>;

interface IndexedProfile {
  readonly tenant: string;
  readonly number: bigint;
  readonly labels: Labels;
  /** Rounded outwards to whole ms, so that comparing with whole ms is exact. */
  readonly startMs: number;
  readonly endMs: number;
}

function indexed(row: LabelledRow): IndexedProfile {
  return {
    tenant: row.tenant,
    number: row.profile,
    labels: labelsOfRow(row),
    startMs: Number(row.startNs / 1_000_000n),
    endMs: Number((row.endNs + 999_999n) / 1_000_000n),
  };
}

/** All labels of a profile, those with a column of their own among them. */
export function labelsOfRow(row: Pick<ProfileRow, 'labels' | (typeof labelColumns)[number]>): Labels {
  const columns = labelColumns.map((column) => [column, row[column]] as const);
  return new Map([...columns, ...row.labels].filter(([, value]) => value !== ''));
}

/** The same from an answer: values of `labelColumns`, then names and values of the others. */
export function labelsRead(own: readonly string[], names: readonly string[], values: readonly string[]): Labels {
  const all = [...labelColumns, ...names].map((name, at) => [name, [...own, ...values][at]] as const);
  return new Map(all.filter(([, value]) => value !== ''));
}

/** Windows of the profiles with one set of labels, in order of their start. */
class LabelSet {
  private starts = new Float64Array(4);
  private ends = new Float64Array(4);
  private length = 0;
  private longestMs = 0;

  constructor(readonly labels: Labels) {}

  add(startMs: number, endMs: number): void {
    if (this.length === this.starts.length) {
      this.starts = enlarged(this.starts);
      this.ends = enlarged(this.ends);
    }
    const isLast = this.length === 0 || this.starts[this.length - 1] <= startMs;
    const at = isLast ? this.length : this.from(startMs + 1);
    this.starts.copyWithin(at + 1, at, this.length);
    this.ends.copyWithin(at + 1, at, this.length);
    this.starts[at] = startMs;
    this.ends[at] = endMs;
    this.length++;
    this.longestMs = Math.max(this.longestMs, endMs - startMs);
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

  /** Position of the first that starts at or after a time. */
  private from(ms: number): number {
    return firstFrom(this.starts, this.length, ms);
  }
}

/** Position of the first of `length` sorted values that is not less. */
function firstFrom<T extends number | bigint>(sorted: ArrayLike<T>, length: number, value: T): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function enlarged(from: Float64Array): Float64Array<ArrayBuffer> {
  const to = new Float64Array(from.length * 2);
  to.set(from);
  return to;
}

interface ReadSet {
  readonly tenant: string;
  readonly labels: Labels;
  readonly numbers: readonly bigint[];
  readonly startMs: ArrayLike<number>;
  readonly endMs: ArrayLike<number>;
}

function readSets(columns: Columns): ReadSet[] {
  const fixed = labelColumns.map((column) => columns.strings(`${column}_text`));
  const [names, values, numbers] = ['names', 'texts', 'numbers'].map((name) => columns.arrays(name));
  const [starts, ends] = [columns.arrays('starts'), columns.arrays('ends')];
  return columns.strings('tenant_name').map((tenant, row) => {
    const own = fixed.map((texts) => texts[row]);
    return {
      tenant,
      labels: labelsRead(
        own,
        Array.from<unknown, string>(names[row], String),
        Array.from<unknown, string>(values[row], String)
      ),
      numbers: Array.from(numbers[row], BigInt),
      startMs: Float64Array.from(Array.from(starts[row], Number)),
      endMs: Float64Array.from(Array.from(ends[row], Number)),
    };
  });
}

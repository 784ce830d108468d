import type { LabelsAnswer, LabelValuesAnswer } from '../../src/api/resources';
import type { Columns, Engine } from '../engines/engine';
import type { ProfileRow } from '../engines/rows';
import { valueCounts } from './label-counts';
import { labelPredicate, type Labels } from './label-filter';
import { labelColumns } from './sql/profile-fields';
import { LabelTable, type LabelSet } from './label-set';
import { piecesSince, readMinutes } from './pieces';
import { labelSetsStatement } from './sql/labels';
import { minuteCountsStatement } from './sql/pieces';
import type { UploadScope } from './sql/upload-scope';

/**
 * The labels of all profiles in memory, so that variables and pickers are answered without a statement. One entry per label set, with
 * the windows of its profiles; about 24 bytes a profile. Only for a store that alone writes its data. `undefined` = ask the engine: the
 * index is being read, is too large, or doesn't understand the filter.
 */
export class LabelIndex {
  private table: LabelTable | undefined;
  /** Inserted while the index is being read. */
  private pending: IndexedProfile[] | undefined;
  private reading: Promise<void> | undefined;
  /** Until then an insert that was under way while the index was read may be told of, and must not count twice. */
  private numbersUntilMs = 0;
  private readAgain = false;

  constructor(
    private readonly engine: Pick<Engine, 'select'>,
    private readonly settings = defaultSettings
  ) {}

  /** Reads everything anew: at the start, and after profiles were deleted. */
  read(): Promise<void> {
    this.readAgain = true;
    this.table = undefined;
    this.reading ??= this.readAll().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** Profiles that were inserted. */
  add(rows: readonly LabelledRow[]): void {
    const profiles = rows.filter(({ part }) => !part).map(indexed);
    this.pending?.push(...profiles);
    profiles.forEach((profile) => this.addOne(profile));
    if (Date.now() > this.numbersUntilMs) {
      this.table?.forgetNumbers();
    }
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
    const wanted = match.toLowerCase();
    const values = valueCounts(sets, label)
      .filter(([value]) => value !== '' && value.toLowerCase().includes(wanted))
      .map(([value, profiles]) => ({ value, profiles }));
    return { values: values.slice(0, limit), truncated: values.length > limit };
  }

  /** Sets whose profiles a scope is about, to count those that start in its window. */
  setsStarting({ tenant, filter, window, profileIds, spans, merged }: UploadScope): LabelSet[] | undefined {
    const keeps = labelPredicate(filter);
    const isSimple = window.kind === 'starts' && profileIds === undefined && spans === undefined && !merged;
    return isSimple && keeps !== undefined
      ? this.table?.setsOf(tenant).filter(({ labels }) => keeps(labels))
      : undefined;
  }

  /** Label sets with profiles in the scope, and how many. */
  private setsOf({ tenant, filter, window }: UploadScope): Array<{ labels: Labels; count: number }> | undefined {
    const keeps = labelPredicate(filter);
    if (this.table === undefined || keeps === undefined) {
      return undefined;
    }
    return this.table
      .setsOf(tenant)
      .filter(({ labels }) => keeps(labels))
      .map((set) => ({ labels: set.labels, count: set.countIn(window.fromMs, window.toMs) }))
      .filter(({ count }) => count > 0);
  }

  private async readAll(): Promise<void> {
    while (this.readAgain) {
      this.readAgain = false;
      this.pending = [];
      try {
        const table = await this.readTable();
        if (!this.readAgain && table !== undefined) {
          this.replace(table, this.pending);
        }
      } finally {
        this.pending = undefined;
      }
    }
  }

  /** Piece after piece, so that questions are answered in between. `undefined` = too many sets, or to be read again. */
  private async readTable(): Promise<LabelTable | undefined> {
    const { maxSets, pieceRows } = this.settings;
    const minutes = readMinutes(await this.engine.select(minuteCountsStatement('start', 0)));
    const table = new LabelTable();
    for (const piece of piecesSince(0, minutes, pieceRows)) {
      readSets(table, await this.engine.select(labelSetsStatement(piece, maxSets + 1)));
      if (this.readAgain || table.size > maxSets) {
        return undefined;
      }
    }
    return table;
  }

  private replace(table: LabelTable, pending: readonly IndexedProfile[]): void {
    this.table = table;
    this.numbersUntilMs = Date.now() + longestInsertMs;
    new Map(pending.map((profile) => [profile.number, profile])).forEach((profile) => this.addOne(profile));
  }

  private addOne({ tenant, number, labels, startMs, endMs }: IndexedProfile): void {
    const set = this.table?.setFor(tenant, labels);
    if (set !== undefined && !set.hasRead(number)) {
      set.add(startMs, endMs);
    }
    if (this.table !== undefined && this.table.size > this.settings.maxSets) {
      this.table = undefined;
    }
  }
}

const defaultSettings = { maxSets: 50_000, pieceRows: 50_000 };

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

function readSets(table: LabelTable, columns: Columns): void {
  const fixed = labelColumns.map((column) => columns.strings(`${column}_text`));
  const [names, values, numbers] = ['names', 'texts', 'numbers'].map((name) => columns.arrays(name));
  const [starts, ends] = [columns.arrays('starts'), columns.arrays('ends')];
  columns.strings('tenant_name').forEach((tenant, row) => {
    const own = fixed.map((texts) => texts[row]);
    const labels = labelsRead(
      own,
      Array.from<unknown, string>(names[row], String),
      Array.from<unknown, string>(values[row], String)
    );
    const times = [starts[row], ends[row]].map((ms) => Float64Array.from(Array.from(ms, Number)));
    table.setFor(tenant, labels).addRead(BigUint64Array.from(Array.from(numbers[row], BigInt)), times[0], times[1]);
  });
}

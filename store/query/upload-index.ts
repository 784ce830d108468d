import type { Columns, Engine } from '../engines/engine';
import type { ProfileRow } from '../engines/rows';
import { labelPredicate, type Labels } from './label-filter';
import { labelsOfRow, labelsRead } from './label-index';
import { labelColumns } from './sql/profile-fields';
import { newestRows, piecesSince, readMinutes } from './pieces';
import { minuteCountsStatement } from './sql/pieces';
import { SharedValues } from './shared-values';
import { newestEndStatement, recentUploadsStatement } from './sql/recent-uploads';
import type { UploadScope } from './sql/upload-scope';

/** A row of `profiles`, as far as questions for samples look at it. */
export interface KnownUpload {
  readonly tenant: string;
  readonly profile: bigint;
  readonly part: number;
  readonly id: string;
  readonly readable: boolean;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly labels: Labels;
  readonly types: readonly string[];
  readonly totals: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
interface UploadIndexSettings {
  /** Rules look at minutes, and compare with an hour ago. */
  readonly keptMs: number;
  readonly maxUploads: number;
  /** About as many are read at once. */
  readonly pieceRows: number;
}

const defaultSettings: UploadIndexSettings = { keptMs: 3 * hourMs, maxUploads: 100_000, pieceRows: 1000 };
/** Uploads are checked for being too old this often. */
const cleanEveryMs = 5 * minuteMs;

/**
 * The uploads of the last hours in memory, so that alert rules and fresh dashboards find theirs without a statement. Only for a store that
 * alone writes its data. `undefined` = ask the engine: it is being read, the question reaches further back, or the filter is not
 * understood here.
 */
export class UploadIndex {
  private table: UploadTable | undefined;
  /** Everything that ends at or after this is here. */
  private sinceMs = 0;
  private cleanedMs = 0;
  private pending: KnownUpload[] | undefined;
  private reading: Promise<void> | undefined;
  private readAgain = false;

  constructor(
    private readonly engine: Pick<Engine, 'select'>,
    private readonly settings = defaultSettings,
    private readonly now: () => number = Date.now
  ) {}

  /** Reads anew: at the start, and after uploads were deleted. */
  read(): Promise<void> {
    this.readAgain = true;
    this.table = undefined;
    this.reading ??= this.readAll().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** Uploads that were inserted. */
  add(rows: readonly ProfileRow[]): void {
    const uploads = rows.map(knownUpload);
    this.pending?.push(...uploads);
    uploads.forEach((upload) => this.table?.add(upload));
    this.clean();
  }

  /** The uploads of a scope, oldest first, as the engine would find them. */
  find(scope: UploadScope): KnownUpload[] | undefined {
    const { tenant, filter, window, profileIds, spans, merged, readableOnly } = scope;
    const keeps = labelPredicate(filter);
    const isSimple = profileIds === undefined && spans === undefined && !merged;
    if (this.table === undefined || keeps === undefined || !isSimple || window.fromMs < this.sinceMs) {
      return undefined;
    }
    const near = this.table.in(tenant, window);
    return near.filter((upload) => (upload.readable || !readableOnly) && keeps(upload.labels));
  }

  private async readAll(): Promise<void> {
    while (this.readAgain) {
      this.readAgain = false;
      this.pending = [];
      try {
        await this.readRecent(this.pending);
      } finally {
        this.pending = undefined;
      }
    }
  }

  /** Piece after piece, so that questions are answered in between. */
  private async readRecent(pending: readonly KnownUpload[]): Promise<void> {
    const { keptMs, maxUploads, pieceRows } = this.settings;
    // Counted from the newest upload, so that a data folder of another day is as good as a fresh one.
    const newest = await this.engine.select(newestEndStatement(this.now()));
    const keptSinceMs = Math.max(0, newest.numbers('newest_ms')[0] - keptMs);
    const minutes = readMinutes(await this.engine.select(minuteCountsStatement('end', keptSinceMs)));
    const sinceMs = newestRows(keptSinceMs, minutes, maxUploads);
    const kept = minutes.filter(({ minuteMs }) => minuteMs >= sinceMs);
    const found = new UploadTable();
    for (const piece of piecesSince(sinceMs, kept, pieceRows)) {
      const columns = await this.engine.select(recentUploadsStatement(piece));
      if (this.readAgain) {
        return;
      }
      readUploads(columns).forEach((upload) => found.add(upload));
    }
    pending.forEach((upload) => found.add(upload));
    this.table = found;
    this.sinceMs = sinceMs;
    this.cleanedMs = this.now();
  }

  /** Forgets what is too old; too many at all = as far as needed. */
  private clean(): void {
    const nowMs = this.now();
    if (
      this.table === undefined ||
      (nowMs - this.cleanedMs < cleanEveryMs && this.table.count <= this.settings.maxUploads)
    ) {
      return;
    }
    this.cleanedMs = nowMs;
    this.forgetBefore(Math.max(this.sinceMs, nowMs - this.settings.keptMs));
    while (this.table.count > this.settings.maxUploads && this.sinceMs < nowMs) {
      this.forgetBefore(Math.min(nowMs, this.sinceMs + (nowMs - this.sinceMs) / 2 + minuteMs));
    }
    if (this.table.count > this.settings.maxUploads) {
      this.table = undefined;
    }
  }

  private forgetBefore(sinceMs: number): void {
    this.sinceMs = sinceMs;
    this.table?.forgetBefore(sinceMs);
  }
}

/** Uploads of all tenants. */
class UploadTable {
  private readonly tenants = new Map<string, TenantUploads>();
  private readonly labels = new SharedValues<Labels>((labels) => JSON.stringify([...labels]));
  private readonly types = new SharedValues<readonly string[]>((types) => JSON.stringify(types));
  count = 0;

  add(upload: KnownUpload): void {
    const uploads = this.tenants.get(upload.tenant) ?? new TenantUploads();
    this.tenants.set(upload.tenant, uploads);
    const slim = { ...upload, labels: this.labels.of(upload.labels), types: this.types.of(upload.types) };
    this.count += uploads.add(slim) ? 1 : 0;
  }

  in(tenant: string, window: UploadScope['window']): KnownUpload[] {
    return this.tenants.get(tenant)?.in(window) ?? [];
  }

  forgetBefore(ms: number): void {
    this.tenants.forEach((uploads) => {
      this.count -= uploads.forgetBefore(ms);
    });
  }
}

/** Uploads in order of their start, then of their numbers. */
class TenantUploads {
  private uploads: KnownUpload[] = [];
  private longestNs = 0n;

  /** False = it is here already. */
  add(upload: KnownUpload): boolean {
    let at = this.uploads.length;
    while (at > 0 && isBefore(upload, this.uploads[at - 1])) {
      at--;
    }
    if (at > 0 && this.uploads[at - 1].profile === upload.profile) {
      return false;
    }
    this.uploads.splice(at, 0, upload);
    const lengthNs = upload.endNs - upload.startNs;
    this.longestNs = lengthNs > this.longestNs ? lengthNs : this.longestNs;
    return true;
  }

  in({ kind, fromMs, toMs }: UploadScope['window']): KnownUpload[] {
    const [fromNs, toNs] = [nanoseconds(fromMs), nanoseconds(toMs)];
    const from = this.firstFrom(kind === 'starts' ? fromNs : fromNs - this.longestNs);
    const candidates = this.uploads.slice(from, this.firstFrom(toNs));
    return kind === 'starts'
      ? candidates
      : candidates.filter(({ startNs, endNs }) => endNs > fromNs || startNs >= fromNs);
  }

  forgetBefore(ms: number): number {
    const kept = this.uploads.filter(({ endNs }) => endNs >= nanoseconds(ms));
    const forgotten = this.uploads.length - kept.length;
    this.uploads = kept;
    return forgotten;
  }

  /** Position of the first that starts at or after a time. */
  private firstFrom(ns: bigint): number {
    let low = 0;
    let high = this.uploads.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.uploads[middle].startNs < ns) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

function isBefore(a: KnownUpload, b: KnownUpload): boolean {
  return a.startNs < b.startNs || (a.startNs === b.startNs && a.profile < b.profile);
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.trunc(ms)) * 1_000_000n;
}

function knownUpload(row: ProfileRow): KnownUpload {
  const { tenant, profile, part = 0, id, status, startNs, endNs, types, totals, counts } = row;
  const labels = labelsOfRow(row);
  return { tenant, profile, part, id, readable: status === 'ok', startNs, endNs, labels, types, totals, counts };
}

function readUploads(columns: Columns): KnownUpload[] {
  const [tenant, id] = [columns.strings('tenant_name'), columns.strings('id_text')];
  const [profile, startNs, endNs] = ['profile', 'start_ns', 'end_ns'].map((name) => columns.bigints(name));
  const [part, readable] = [columns.numbers('part'), columns.numbers('readable')];
  const [types, totals, counts] = ['type_names', 'type_totals', 'counts'].map((name) => columns.arrays(name));
  const fixed = labelColumns.map((column) => columns.strings(`${column}_text`));
  const [names, texts] = ['names', 'texts'].map((name) => columns.arrays(name));
  return tenant.map((_, row) => ({
    tenant: tenant[row],
    profile: profile[row],
    part: part[row],
    id: id[row],
    readable: readable[row] === 1,
    startNs: startNs[row],
    endNs: endNs[row],
    labels: labelsRead(
      fixed.map((values) => values[row]),
      Array.from<unknown, string>(names[row], String),
      Array.from<unknown, string>(texts[row], String)
    ),
    types: Array.from(types[row], String),
    totals: Float64Array.from(Array.from(totals[row], Number)),
    counts: Uint32Array.from(Array.from(counts[row], Number)),
  }));
}

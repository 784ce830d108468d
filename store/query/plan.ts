import { allOf, everyProfile, type ProfileFilter } from '../../src/model/profile-filter';
import type { ProfileType } from '../../src/model/profile-types';
import type { Columns } from '../engines/engine';
import { chooseUploads, coveredUs, scopeOf, someUploads, type Uploads } from './choose-uploads';
import type { QueryContext, QueryTime } from './context';
import { digestOf } from './digest';
import type { Notice } from './notices';
import type { Restrictions } from './prepare';
import { builtHoursStatement, coveredStatement, uploadHoursStatement } from './sql/hours';
import { readsMergedFields } from './sql/part-scope';
import type { HourRange, RolledUp, SampleScope } from './sql/samples';
import { distinctProfilesStatement } from './sql/uploads';
import type { UploadScope } from './sql/upload-scope';

/**
 * Which samples to read, and from where: `samples` of single uploads for short ranges and whatever the rollup doesn't know (threads,
 * spans, most labels), else the hour rollup for whole hours and `samples` for the rest. Both ways give the same numbers, as an hour is
 * only taken from the rollup while that holds exactly the uploads that exist.
 */
export interface UploadPlan {
  readonly scope: UploadScope;
  /** Uploads and profiles that fit the question, and how many of the uploads carry the profile type. */
  readonly length: number;
  readonly profileCount: number;
  readonly carryingCount: number;
  /** Length of the union of the carrying uploads' windows; only for types that are averaged. */
  readonly coveredUs: number;
  /** Where carrying uploads are. */
  readonly range: HourRange;
  readonly rolledUp?: RolledUp;
  readonly single?: SampleScope['single'];
  /** The carrying uploads' numbers when they are few. */
  readonly profiles?: readonly bigint[];
  /** The carrying uploads themselves when they and their samples are so few that each one's sums can be kept in memory. */
  readonly few?: Uploads;
  /** All that is read by stack, in parts whose sums can be kept: whole hours together, and each hour that the range cuts. */
  readonly parts?: readonly PlanPart[];
  /** The carrying uploads themselves where they were read one by one and a statement can name them all. */
  readonly named?: Uploads;
  readonly notices: readonly Notice[];
}

export interface PlanPart {
  /** Says which uploads they are, and what of them is summed. */
  readonly uploads: string;
  readonly carryingCount: number;
  readonly range: HourRange;
  readonly rolledUp?: RolledUp;
  readonly single?: SampleScope['single'];
  /** The uploads by name: then they are these, whatever came or went. */
  readonly profiles?: readonly bigint[];
}

/** Uploads that were read one by one, as a part. */
export function namedPart(named: Uploads): PlanPart {
  const profiles = Array.from(named.profile);
  return {
    uploads: digestOf(profiles),
    carryingCount: named.length,
    range: rangeOfUploads(named),
    profiles,
  };
}

const mostNamed = 2000;
const fewProfiles = 100;
/** Sums of so many uploads are kept one by one. An object, so that tests can ask the engine instead. */
export const fewUploads = { uploads: 500, samples: 200_000 };
const hourSeconds = 3600;
const hourUs = 3600e6;
/** Up to this range single samples are read. */
const shortRangeMs = 2 * 3600_000;

/** Plans the reading of samples of uploads in a range, as `chooseUploads` chooses them. */
export async function planUploads(
  context: QueryContext,
  restrictions: Restrictions,
  time: QueryTime,
  type: ProfileType
): Promise<UploadPlan> {
  if (time.toMs - time.fromMs > shortRangeMs && isPlannable(restrictions)) {
    const window = { kind: 'starts', fromMs: time.fromMs, toMs: time.toMs } as const;
    const plan = await planScope(context, scopeOf(context.tenant, restrictions, window), restrictions, type);
    if (plan.length > 0) {
      return plan;
    }
  }
  return planOf(await chooseUploads(context, restrictions, time, type.id));
}

/** Plans the reading of sums by stack of uploads that were chosen for a series. */
export async function planSeries(
  context: QueryContext,
  restrictions: Restrictions,
  uploads: Uploads,
  type: ProfileType
): Promise<UploadPlan> {
  const { scope } = uploads;
  const isLong = scope.window.toMs - scope.window.fromMs > shortRangeMs;
  return isLong && isPlannable(restrictions) ? planScope(context, scope, restrictions, type) : planOf(uploads);
}

/** Whether uploads need not be looked at one by one. */
function isPlannable({ filter, profileIds, spans }: Restrictions): boolean {
  return profileIds === undefined && spans === undefined && !readsMergedFields(filter);
}

/** The plan for uploads that were read one by one. */
export function planOf(uploads: Uploads): UploadPlan {
  const carrying = someUploads(uploads, (at) => uploads.carries[at] === 1);
  return {
    scope: uploads.scope,
    length: uploads.length,
    profileCount: uploads.profileCount,
    carryingCount: carrying.length,
    coveredUs: coveredUs(carrying),
    range: rangeOfUploads(carrying),
    profiles: carrying.length <= fewProfiles ? Array.from(carrying.profile) : undefined,
    few: areFew(carrying) ? carrying : undefined,
    named: carrying.length > 0 && carrying.length <= mostNamed ? carrying : undefined,
    notices: uploads.notices,
  };
}

function areFew({ length, count }: Uploads): boolean {
  return length <= fewUploads.uploads && Array.from(count).reduce((sum, one) => sum + one, 0) <= fewUploads.samples;
}

export function isPlan(uploads: Uploads | UploadPlan): uploads is UploadPlan {
  return 'carryingCount' in uploads;
}

/** Where uploads are. */
export function rangeOfUploads({ service, startUs }: Pick<Uploads, 'service' | 'startUs'>): HourRange {
  return rangeOf(
    service,
    Array.from(startUs, (start) => Math.floor(start / hourUs) * hourSeconds)
  );
}

function rangeOf(services: readonly string[], hours: readonly number[]): HourRange {
  return {
    services: [...new Set(services)],
    firstHour: hours.reduce((least, hour) => Math.min(least, hour), Infinity),
    lastHour: hours.reduce((most, hour) => Math.max(most, hour), -Infinity),
  };
}

// --- Long ranges -----------------------------------------------------------------------------------------------------

/** Plans for all uploads of a scope without looking at them one by one. */
async function planScope(
  context: QueryContext,
  scope: UploadScope,
  restrictions: Restrictions,
  type: ProfileType
): Promise<UploadPlan> {
  const rollable = isRollable(scope, restrictions);
  const cells = await readHours(context, scope, rollable, type);
  const carrying = cells.filter((cell) => cell.carrying > 0);
  const carryingCount = sumOf(carrying, (cell) => cell.carrying);
  const averaged = type.merge === 'average' && carryingCount > 1;
  const [built, covered, profileCount] = await Promise.all([
    rollable ? builtCells(context, scope, cells) : [],
    averaged ? readCovered(context, scope, type) : 0,
    countProfiles(context, scope, cells),
  ]);
  const used = built.filter(({ cell }) => cell.carrying > 0);
  return {
    scope,
    length: sumOf(cells, (cell) => cell.counted),
    profileCount,
    carryingCount,
    coveredUs: covered,
    range: rangeOfCells(carrying),
    ...sourcesOf(carrying, used, scope.filter),
    parts: partsOf(carrying, used, scope),
    notices: [],
  };
}

/** The parts that a plan of the scope would have now, without where they are rolled up. */
export async function planParts(
  context: QueryContext,
  scope: UploadScope,
  restrictions: Restrictions,
  type: ProfileType
): Promise<PlanPart[]> {
  const cells = await readHours(context, scope, isRollable(scope, restrictions), type);
  return partsOf(
    cells.filter((cell) => cell.carrying > 0),
    [],
    scope
  );
}

function isRollable({ filter }: UploadScope, { contextFilters }: Restrictions): boolean {
  return contextFilters.length === 0 && readsOnly(filter, ['service', 'version']);
}

async function readHours(
  context: QueryContext,
  scope: UploadScope,
  rollable: boolean,
  type: ProfileType
): Promise<Cell[]> {
  const read = rollable ? { ...scope, filter: serviceTerms(scope.filter) } : scope;
  const statement = uploadHoursStatement(read, rollable ? scope.filter : everyProfile, type.id);
  return readCells(await context.engine.select(statement, { signal: context.signal }));
}

function rangeOfCells(cells: readonly Cell[]): HourRange {
  return rangeOf(
    cells.map(({ service }) => service),
    cells.map(({ hour }) => hour)
  );
}

type BuiltCell = { readonly cell: Cell; readonly build: bigint };

function partsOf(carrying: readonly Cell[], built: readonly BuiltCell[], scope: UploadScope): PlanPart[] {
  const whole = carrying.filter((cell) => isWhole(scope, cell));
  const cut = carrying.filter((cell) => !isWhole(scope, cell));
  const cutHours = [...new Set(cut.map(({ hour }) => hour))];
  const groups = [whole, ...cutHours.map((of) => cut.filter(({ hour }) => hour === of))];
  return groups
    .filter(({ length }) => length > 0)
    .map((cells) => {
      const own = new Set(cells);
      return {
        uploads: fingerprintOf(cells, scope.filter),
        carryingCount: sumOf(cells, (cell) => cell.carrying),
        range: rangeOfCells(cells),
        ...sourcesOf(
          cells,
          built.filter(({ cell }) => own.has(cell)),
          scope.filter
        ),
      };
    });
}

/** The filter says which of a cell's uploads count, where the cell has others. */
function fingerprintOf(cells: readonly Cell[], filter: ProfileFilter): string {
  return digestOf([filter, cells.map(cellKey)]);
}

function isWhole({ window }: UploadScope, { hour }: Cell): boolean {
  return hour * 1000 >= window.fromMs && (hour + hourSeconds) * 1000 <= window.toMs;
}

/** Uploads of one service, hour and retention class. */
interface Cell {
  readonly service: string;
  /** Seconds since 1970. */
  readonly hour: number;
  readonly retentionDays: number;
  readonly uploads: bigint;
  readonly fingerprint: bigint;
  readonly counted: number;
  readonly carrying: number;
  readonly lastPart: number;
}

function readCells(columns: Columns): Cell[] {
  const [hour, days] = [columns.numbers('hour'), columns.numbers('retention_days')];
  const [uploads, fingerprint] = [columns.bigints('uploads'), columns.bigints('fingerprint')];
  const [counted, carrying] = [columns.numbers('counted'), columns.numbers('carrying')];
  const lastPart = columns.numbers('last_part');
  return columns.strings('service_name').map((service, at) => ({
    service,
    hour: hour[at],
    retentionDays: days[at],
    uploads: uploads[at],
    fingerprint: fingerprint[at],
    counted: counted[at],
    carrying: carrying[at],
    lastPart: lastPart[at],
  }));
}

/** The cells of whole hours that the rollup holds as they are now. An hour of a service is taken with all its classes or not at all. */
async function builtCells(context: QueryContext, scope: UploadScope, cells: readonly Cell[]): Promise<BuiltCell[]> {
  const whole = cells.filter((cell) => isWhole(scope, cell));
  if (whole.length === 0) {
    return [];
  }
  const services = [...new Set(whole.map(({ service }) => service))];
  const statement = builtHoursStatement(scope.tenant, services, whole[0].hour, whole[whole.length - 1].hour);
  const builds = readBuilds(await context.engine.select(statement, { signal: context.signal }));
  const found = whole.map((cell) => ({ cell, build: builds.get(cellKey(cell)) }));
  const stale = new Set(found.filter(({ build }) => build === undefined).map(({ cell }) => placeOf(cell)));
  return found.flatMap(({ cell, build }) => (build === undefined || stale.has(placeOf(cell)) ? [] : [{ cell, build }]));
}

function readBuilds(columns: Columns): Map<string, bigint> {
  const [hour, days] = [columns.numbers('hour'), columns.numbers('retention_days')];
  const [uploads, fingerprint, build] = ['uploads', 'fingerprint', 'build'].map((name) => columns.bigints(name));
  return new Map(
    columns.strings('service_name').map((service, at) => [
      cellKey({
        service,
        hour: hour[at],
        retentionDays: days[at],
        uploads: uploads[at],
        fingerprint: fingerprint[at],
      }),
      build[at],
    ])
  );
}

/** Equal for a cell and its entry in the rollup while both are about the same uploads. */
function cellKey(cell: Pick<Cell, 'service' | 'hour' | 'retentionDays' | 'uploads' | 'fingerprint'>): string {
  return `${cell.hour} ${cell.retentionDays} ${cell.uploads} ${cell.fingerprint} ${cell.service}`;
}

function placeOf({ hour, service }: Cell): string {
  return `${hour} ${service}`;
}

/** What comes from the rollup, and what is left. */
function sourcesOf(
  carrying: readonly Cell[],
  built: readonly BuiltCell[],
  filter: ProfileFilter
): Pick<UploadPlan, 'rolledUp' | 'single'> {
  if (built.length === 0) {
    return {};
  }
  const taken = new Set(built.map(({ cell }) => placeOf(cell)));
  const left = carrying.filter((cell) => !taken.has(placeOf(cell)));
  return {
    rolledUp: { builds: built.map(({ build }) => build), filter },
    single: {
      services: left.map(({ service }) => service),
      hours: left.map(({ hour }) => hour),
      uploads: sumOf(left, ({ carrying: uploads }) => uploads),
    },
  };
}

async function readCovered(context: QueryContext, scope: UploadScope, type: ProfileType): Promise<number> {
  const columns = await context.engine.select(coveredStatement(scope, type.id), { signal: context.signal });
  return columns.numbers('covered_us')[0];
}

/** Asked only where there are parts: else every upload is a profile. */
async function countProfiles(context: QueryContext, scope: UploadScope, cells: readonly Cell[]): Promise<number> {
  if (cells.every(({ lastPart }) => lastPart === 0)) {
    return sumOf(cells, ({ counted }) => counted);
  }
  const counted = await context.engine.select(distinctProfilesStatement(scope), { signal: context.signal });
  return counted.numbers('profiles')[0];
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

// --- Filters ---------------------------------------------------------------------------------------------------------

function readsOnly(filter: ProfileFilter, labels: readonly string[]): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.terms.every((term) => readsOnly(term, labels));
    case 'not':
      return readsOnly(filter.term, labels);
    case 'text':
      return false;
    default:
      return labels.includes(filter.key);
  }
}

/** What a filter says about services alone. */
function serviceTerms(filter: ProfileFilter): ProfileFilter {
  const terms = filter.kind === 'and' ? filter.terms : [filter];
  return allOf(terms.filter((term) => readsOnly(term, ['service'])));
}

import type { DimensionRow } from '../../../src/model/dimensions';
import { allOf, type ProfileFilter } from '../../../src/model/profile-filter';
import { HotspanError } from '../../errors';
import { ago } from '../ago';
import { chooseUploads, scopeOf } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import type { AlertRow } from '../frames/alert-frame';
import { info, warning } from '../notices';
import { planUploads } from '../plan';
import { groupUploads } from '../series';
import { versionsStatement } from '../sql/versions';
import { groupWithoutUploads, type AlertQuestion, type AlertRows } from './alert-question';
import { readNamed, sorted, type DimensionTable } from './dimension-table';

const defaultMinSamples = 100;
const defaultRows = 10;
/** Each group is read twice; a rule on all services would be a heavy one. */
const maxGroups = 20;
/** A version that sent nothing for so long is not compared with. */
const versionsBackMs = 7 * 24 * 3600_000;

/** One group of uploads now and what it is held against. */
interface Sides {
  readonly labels: Record<string, string>;
  readonly now: Side;
  /** undefined = there was nothing before. */
  readonly before?: Side;
}

interface Side {
  readonly filter: ProfileFilter;
  readonly time: QueryTime;
}

/**
 * How much the share of rows has changed, in parts of 1: now less before. A change that may be chance is 0: with too few samples on a
 * side, or inside of 95 % of the sampling error.
 */
export async function changedRows(context: QueryContext, time: QueryTime, asked: AlertQuestion): Promise<AlertRows> {
  checkChange(asked);
  const { compare } = asked.query;
  const byVersion = compare?.version === 'previous';
  const groups = byVersion ? await versionSides(context, time, asked) : await timeSides(context, time, asked);
  if (groups.length > maxGroups) {
    asked.notices.push(warning(`Only ${maxGroups} of ${groups.length} groups are compared; narrow the selector.`));
  }
  const found = await Promise.all(groups.slice(0, maxGroups).map((sides) => compareSides(context, asked, sides)));
  return {
    rows: found.flatMap(({ rows }) => rows),
    labels: byVersion ? ['service'] : asked.labels,
    profileCount: found.reduce((sum, { profileCount }) => sum + profileCount, 0),
  };
}

function checkChange({ measure, labels, query }: AlertQuestion): void {
  if (!measure.endsWith('Share')) {
    throw new HotspanError('bad_query', 'measure: changes are told of shares only; use selfShare or totalShare');
  }
  if (query.compare?.version === undefined && query.compare?.ago === undefined) {
    throw new HotspanError('bad_query', 'compare: in an alert write ago (such as 7d) or version: previous');
  }
  if (query.compare.version !== undefined && labels.some((label) => label !== 'service')) {
    throw new HotspanError('bad_query', 'groupBy: versions are compared by service only');
  }
}

/** The groups that are there now, against the same range before. */
async function timeSides(context: QueryContext, time: QueryTime, asked: AlertQuestion): Promise<Sides[]> {
  const { restrictions, labels, type, query } = asked;
  const uploads = await chooseUploads(context, restrictions, time, type.id, labels);
  const groups = groupUploads(uploads, labels);
  const there = groups.length > 0 ? groups : [groupWithoutUploads(labels, restrictions)];
  return there.map((group) => {
    const filter = allOf([restrictions.filter, ...labels.map((key) => equals(key, group.labels[key]))]);
    return { labels: group.labels, now: { filter, time }, before: { filter, time: ago(query.compare?.ago, time) } };
  });
}

const equals = (key: string, value: string): ProfileFilter => ({ kind: 'equals', key, value });

interface Version {
  readonly service: string;
  readonly version: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Each service's newest version against the last such range of the version that it ran before. */
async function versionSides(context: QueryContext, time: QueryTime, asked: AlertQuestion): Promise<Sides[]> {
  const byService = new Map<string, Version[]>();
  for (const version of await readVersions(context, time, asked)) {
    byService.set(version.service, [...(byService.get(version.service) ?? []), version]);
  }
  const sides = [...byService.values()].flatMap((versions) => sidesOfService(versions, time, asked));
  const absent = groupWithoutUploads(['service'], asked.restrictions);
  return sides.length > 0 ? sides : [{ labels: absent.labels, now: { filter: asked.restrictions.filter, time } }];
}

async function readVersions(
  context: QueryContext,
  time: QueryTime,
  { restrictions }: AlertQuestion
): Promise<Version[]> {
  const window = { kind: 'starts', fromMs: Math.max(0, time.toMs - versionsBackMs), toMs: time.toMs } as const;
  const statement = versionsStatement(scopeOf(context.tenant, restrictions, window));
  const columns = await context.engine.select(statement, { signal: context.signal });
  const version = columns.strings('version_name');
  const [first, last] = [columns.numbers('first_ms'), columns.numbers('last_ms')];
  return columns
    .strings('service_name')
    .map((service, at) => ({ service, version: version[at], firstMs: first[at], lastMs: last[at] }));
}

function sidesOfService(versions: readonly Version[], time: QueryTime, asked: AlertQuestion): Sides[] {
  const current = versions
    .filter(({ lastMs }) => lastMs >= time.fromMs)
    .reduce<Version | undefined>((newest, one) => (newest && newest.firstMs > one.firstMs ? newest : one), undefined);
  if (current === undefined) {
    return [];
  }
  const { service, version } = current;
  const previous = versions
    .filter((one) => one !== current && one.version !== '')
    .reduce<Version | undefined>((last, one) => (last && last.lastMs >= one.lastMs ? last : one), undefined);
  const filterOf = (name: string) =>
    allOf([asked.restrictions.filter, equals('service', service), equals('version', name)]);
  const now = { filter: filterOf(version), time };
  if (previous === undefined) {
    asked.notices.push(info(`${service} ran no other version in the last 7 days.`));
    return [{ labels: { service }, now }];
  }
  asked.notices.push(info(`${service}: ${version || '(no version)'} against ${previous.version}.`));
  const toMs = previous.lastMs + 1;
  const lengthMs = time.toMs - time.fromMs;
  const before = { filter: filterOf(previous.version), time: { ...time, fromMs: Math.max(0, toMs - lengthMs), toMs } };
  return [{ labels: { service }, now, before }];
}

async function compareSides(
  context: QueryContext,
  asked: AlertQuestion,
  { labels, now, before }: Sides
): Promise<{ rows: AlertRow[]; profileCount: number }> {
  const [left, right] = await Promise.all([readSide(context, asked, now), before && readSide(context, asked, before)]);
  const { measure, query, notices } = asked;
  if (context.forAlert && query.compare?.ago !== undefined && before !== undefined && right?.isKept === true) {
    void readNext(context, asked, before);
  }
  const side = measure === 'selfShare' ? 'self' : 'total';
  const names = query.rows?.length
    ? query.rows
    : sorted(left.table.rows, measure)
        .slice(0, query.topN ?? defaultRows)
        .map(({ name }) => name);
  const few =
    Math.min(left.table.samples, right?.table.samples ?? 0) < Math.max(1, query.minSamples ?? defaultMinSamples);
  if (few) {
    const where = Object.values(labels).join(' · ') || 'the selection';
    const counts = `${left.table.samples} now, ${right?.table.samples ?? 0} before`;
    notices.push(info(`Too few samples of ${where} to tell a change: ${counts}.`));
  }
  const change = (name: string) =>
    few || right === undefined ? 0 : surely(shareOf(left.table, name, side), shareOf(right.table, name, side));
  const dimension = query.dimension ?? 'method';
  const rows = names.map((name) => ({ labels: { [dimension]: name, ...labels }, value: change(name) }));
  return { rows, profileCount: left.profileCount };
}

async function readSide(context: QueryContext, { type, restrictions, query }: AlertQuestion, { filter, time }: Side) {
  const narrowed = { ...restrictions, filter };
  const uploads = await planUploads(context, narrowed, time, type);
  const question = { uploads, profileType: type, restrictions: narrowed, averaged: true };
  const table = await readNamed(context, question, query.dimension ?? 'method', query.rows ?? []);
  return { table, profileCount: uploads.profileCount, isKept: uploads.few !== undefined };
}

/** Rules come again after a minute or two, and then look at so much more of the time before. */
const nextMs = 2 * 60_000;

/** What the rule's next evaluation will look at of the time before, so that its sums are in memory by then. */
async function readNext(context: QueryContext, asked: AlertQuestion, { filter, time }: Side): Promise<void> {
  const next = { filter, time: { ...time, fromMs: time.toMs, toMs: time.toMs + nextMs } };
  // Nobody waits for it, and what fails now is read when it is asked for.
  await readSide({ ...context, signal: undefined }, asked, next).catch(() => undefined);
}

interface Share {
  /** 0..1 */
  readonly share: number;
  /** Of all rows together. */
  readonly samples: number;
}

function shareOf({ rows, total, samples }: DimensionTable, name: string, side: 'self' | 'total'): Share {
  const row: DimensionRow | undefined = rows.find((one) => one.name === name);
  return { share: row === undefined || total === 0 ? 0 : row[side] / total, samples };
}

/** Two-sided 95 % of the normal distribution. */
const z95 = 1.96;

/** The difference of two shares, or 0 where sampling alone gives as much in more than one of twenty cases. */
function surely(now: Share, before: Share): number {
  const variance = ({ share, samples }: Share) => (share * (1 - share)) / Math.max(1, samples);
  const difference = now.share - before.share;
  return Math.abs(difference) > z95 * Math.sqrt(variance(now) + variance(before)) ? difference : 0;
}

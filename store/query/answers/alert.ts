import { rowMeasures, type FrameJson, type RowMeasure } from '../../../src/api/query';
import type { DimensionRow } from '../../../src/model/dimensions';
import type { ProfileType } from '../../../src/model/profile-types';
import { HotspanError } from '../../errors';
import { chooseUploads, coveredUs, withRoots, type Uploads } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { alertFrame, type AlertRow } from '../frames/alert-frame';
import { valueUnit } from '../frames/units';
import type { Notice } from '../notices';
import { filledNames, groupLabels, restrictionsOf, wholeUploadNotices, type Restrictions } from '../prepare';
import { questionText } from '../question-text';
import { limits, type ParsedQuery } from '../request';
import { resolveType } from '../resolve-type';
import { groupUploads, membersOf, rowValues, wholeValues, type UploadGroup } from '../series';
import { changedRows } from './alert-change';
import { readNamed, sorted } from './dimension-table';
import { groupWithoutUploads, type AlertQuestion, type AlertRows } from './alert-question';
import type { UploadValues } from '../upload-values';

/**
 * Rows of a dimension as numbers with labels (`numeric-long`): one number column, at most 100 rows. A row asked for by name is
 * always there, as 0 when nothing was sampled. With `compare` the number is the change of the share.
 */
export async function answerAlert(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const restrictions = await withRoots(context, restrictionsOf(query), time);
  const notices: Notice[] = [...restrictions.notices, ...wholeUploadNotices(restrictions)];
  const type = await resolveType(context, query.profileType ?? query.profileTypeId, restrictions, time, notices);
  const dimension = query.dimension ?? 'method';
  const labels = groupLabels(query, dimension, notices);
  const named = { ...query, rows: filledNames(query.rows, 'rows', notices) };
  const measure = rowMeasure(query.measure);
  const found =
    query.compare === undefined
      ? await currentRows(context, time, { type, restrictions, labels, measure, query: named, notices })
      : await changedRows(context, time, { type, restrictions, labels, measure, query: named, notices });
  const unit = measure.endsWith('Share') ? 'percentunit' : measure === 'profiles' ? 'short' : valueUnit(type);
  const what = `${query.compare === undefined ? '' : 'change of '}${measure} of ${type.name} by ${dimension}`;
  return [
    alertFrame(found.rows, [dimension, ...found.labels], unit, {
      executedQueryString: questionText(query, what, time.fromMs, time.toMs),
      notices,
      custom: { profileType: type.id, profileCount: found.profileCount },
    }),
  ];
}

function rowMeasure(measure: ParsedQuery['measure'] = 'self'): RowMeasure {
  const known = rowMeasures.find((one) => one === measure);
  if (known === undefined) {
    throw new HotspanError('bad_query', `measure: ${measure} needs the queryType metrics`);
  }
  return known;
}

async function currentRows(context: QueryContext, time: QueryTime, asked: AlertQuestion): Promise<AlertRows> {
  const { type, restrictions, labels, query, notices } = asked;
  const uploads = await chooseUploads(context, restrictions, time, type.id, labels);
  notices.push(...uploads.notices);
  const groups = groupUploads(uploads, labels);
  const rows =
    groups.length === 1 && asked.measure !== 'profiles'
      ? await rowsOfOneGroup(context, uploads, groups[0], asked)
      : await alertRows(context, uploads, type, restrictions, labels, query);
  return { rows, labels, profileCount: uploads.profileCount };
}

/** The usual rule is about one service: its rows are those of the table, read in one pass. */
async function rowsOfOneGroup(
  context: QueryContext,
  uploads: Uploads,
  group: UploadGroup,
  { type, restrictions, measure, query }: AlertQuestion
): Promise<AlertRow[]> {
  const dimension = query.dimension ?? 'method';
  const question = { uploads, profileType: type, restrictions, averaged: true };
  const { rows, total } = await readNamed(context, question, dimension, query.rows ?? []);
  const side = measure === 'self' || measure === 'selfShare' ? 'self' : 'total';
  const value = (row: DimensionRow | undefined) =>
    row === undefined || (measure.endsWith('Share') && total === 0)
      ? 0
      : row[side] / (measure.endsWith('Share') ? total : 1);
  const names = query.rows ?? [];
  const wanted = names.length > 0 ? [] : sorted(rows, measure).slice(0, query.topN ?? limits.alertRows + 1);
  const byName = new Map(names.length > 0 ? rows.map((row) => [row.name, row]) : []);
  const named = names.map((name) => ({ name, row: byName.get(name) }));
  const found = [...named, ...wanted.map((row) => ({ name: row.name, row }))];
  return found
    .map(({ name, row }) => ({ labels: { [dimension]: name, ...group.labels }, value: value(row) }))
    .filter((row) => names.length > 0 || row.value !== 0);
}

async function alertRows(
  context: QueryContext,
  uploads: Uploads,
  type: ProfileType,
  restrictions: Restrictions,
  labels: readonly string[],
  query: ParsedQuery
): Promise<AlertRow[]> {
  const measure = rowMeasure(query.measure);
  const asked = query.rows ?? [];
  const dimension = query.dimension ?? 'method';
  const choice = { dimension, rows: asked, topN: query.topN ?? limits.alertRows, measure };
  const [rows, whole] = await Promise.all([
    rowValues(context, uploads, type, restrictions, choice),
    wholeValues(context, uploads, type, restrictions),
  ]);
  const found = groupUploads(uploads, labels);
  const groups = found.length > 0 ? found : [groupWithoutUploads(labels, restrictions)];
  const measured = groups.flatMap((group) => {
    const value = measureGroup(uploads, group, whole, measure, type);
    return rows.map((row) => ({ labels: { [dimension]: row.name, ...group.labels }, value: value(row) }));
  });
  return measured.filter(({ value }) => asked.length > 0 || value !== 0).sort((a, b) => b.value - a.value);
}

function measureGroup(
  uploads: Uploads,
  group: UploadGroup,
  whole: UploadValues,
  measure: RowMeasure,
  type: ProfileType
): (row: UploadValues) => number {
  const joined = joiner(uploads, group, type);
  const total = joined(whole.total);
  return (row) => {
    switch (measure) {
      case 'profiles':
        return group.members.filter((at) => row.seen[at] === 1).length;
      case 'self':
      case 'total':
        return joined(row[measure]);
      case 'selfShare':
        return total === 0 ? 0 : joined(row.self) / total;
      case 'totalShare':
        return total === 0 ? 0 : joined(row.total) / total;
    }
  };
}

/** Values of a group's uploads as one: their sum, or for points in time their average over the time that uploads cover. */
function joiner(uploads: Uploads, group: UploadGroup, type: ProfileType): (values: Float64Array) => number {
  const carrying = group.members.filter((at) => uploads.carries[at] === 1);
  if (type.merge === 'sum' || carrying.length === 1) {
    return (values) => carrying.reduce((sum, at) => sum + values[at], 0);
  }
  const covered = coveredUs(membersOf(uploads, { ...group, members: carrying }));
  return (values) =>
    covered === 0
      ? 0
      : carrying.reduce((sum, at) => sum + values[at] * (uploads.endUs[at] - uploads.startUs[at]), 0) / covered;
}

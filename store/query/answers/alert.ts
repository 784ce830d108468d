import { valueField } from '../../../src/api/frames';
import type { FrameJson, Measure } from '../../../src/api/query';
import type { ProfileType } from '../../../src/model/profile-types';
import { canonicalLabel } from '../../../src/model/selector';
import { chooseUploads, coveredUs, withRoots, type Uploads } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { buildFrame, decimals, texts } from '../frames/frame';
import { valueUnit } from '../frames/units';
import { warning, type Notice } from '../notices';
import { filledNames, restrictionsOf, type Restrictions } from '../prepare';
import { questionText } from '../question-text';
import { limits, type ParsedQuery } from '../request';
import { resolveType } from '../resolve-type';
import {
  groupUploads,
  labelObject,
  membersOf,
  rowValues,
  wholeValues,
  type UploadGroup,
  type UploadValues,
} from '../series';

interface AlertRow {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

/**
 * Rows of a dimension as numbers with labels (`numeric-long`): one number column, at most 100 rows. A row asked for by name is
 * always there, as 0 when nothing was sampled.
 */
export async function answerAlert(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const restrictions = await withRoots(context, restrictionsOf(query), time);
  const notices: Notice[] = [...restrictions.notices];
  const type = await resolveType(context, query.profileType ?? query.profileTypeId, restrictions, time, notices);
  const labels = filledNames(query.groupBy, 'groupBy', notices).map(canonicalLabel);
  const named = filledNames(query.rows, 'rows', notices);
  const uploads = await chooseUploads(context, restrictions, time, type.id, labels);
  const dimension = query.dimension ?? 'method';
  const measure = query.measure ?? 'self';
  const rows = await alertRows(context, uploads, type, restrictions, labels, { ...query, rows: named });
  if (rows.length > limits.alertRows) {
    notices.push(warning(`Only the ${limits.alertRows} largest of ${rows.length} rows are given.`));
  }
  const shown = rows.slice(0, limits.alertRows);
  const unit = measure.endsWith('Share') ? 'percentunit' : measure === 'profiles' ? 'short' : valueUnit(type);
  const columns = [
    texts(
      dimension,
      shown.map(({ name }) => name)
    ),
    ...labels.map((label) =>
      texts(
        label,
        shown.map((row) => row.labels[label])
      )
    ),
    decimals(
      valueField,
      shown.map(({ value }) => value),
      { unit }
    ),
  ];
  return [
    buildFrame('alert', columns, {
      type: 'numeric-long',
      typeVersion: [0, 1],
      executedQueryString: questionText(query, `${measure} of ${type.name} by ${dimension}`, time.fromMs, time.toMs),
      notices: [...notices, ...uploads.notices],
      custom: { profileType: type.id, profileCount: uploads.profileCount },
    }),
  ];
}

async function alertRows(
  context: QueryContext,
  uploads: Uploads,
  type: ProfileType,
  restrictions: Restrictions,
  labels: readonly string[],
  query: ParsedQuery
): Promise<AlertRow[]> {
  const measure = query.measure ?? 'self';
  const asked = query.rows ?? [];
  const choice = { dimension: query.dimension ?? 'method', rows: asked, topN: query.topN ?? limits.alertRows, measure };
  const [rows, whole] = await Promise.all([
    rowValues(context, uploads, type, restrictions, choice),
    wholeValues(context, uploads, type, restrictions),
  ]);
  const found = groupUploads(uploads, labels);
  const groups = found.length > 0 ? found : [groupWithoutUploads(labels, restrictions)];
  const measured = groups.flatMap((group) => {
    const value = measureGroup(uploads, group, whole, measure, type);
    return rows.map((row) => ({ name: row.name, labels: group.labels, value: value(row) }));
  });
  return measured.filter(({ value }) => asked.length > 0 || value !== 0).sort((a, b) => b.value - a.value);
}

/** Labels of a row without data: what the selector says they must be. */
function groupWithoutUploads(labels: readonly string[], { matchers }: Restrictions): UploadGroup {
  const fixed = (label: string) =>
    matchers.find((matcher) => matcher.label === label && matcher.operator === '=')?.value ?? '';
  return { labels: labelObject(labels, labels.map(fixed)), members: [] };
}

function measureGroup(
  uploads: Uploads,
  group: UploadGroup,
  whole: UploadValues,
  measure: Measure,
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

import { timeField, valueField } from '../../../src/api/frames';
import type { FrameJson, Measure } from '../../../src/api/query';
import type { ProfileType } from '../../../src/model/profile-types';
import { overlappingUploads, withRoots, type Uploads } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { estimateNotices } from '../estimate-notices';
import { buildFrame, decimals, times } from '../frames/frame';
import { seriesUnit } from '../frames/units';
import { info, warning, type Notice } from '../notices';
import { filledNames, groupLabels, restrictionsOf, wholeUploadNotices, type Restrictions } from '../prepare';
import { questionText } from '../question-text';
import { limits, type ParsedQuery } from '../request';
import { resolveType } from '../resolve-type';
import { groupUploads, membersOf, rowValues, wholeValues, type UploadGroup } from '../series';
import { countedPerStep, coveredPerStep, longestMs, shownSteps, spread, stepGrid, type StepGrid } from '../steps';
import { answerRangeNumber, slopeFrame } from './range-number';
import type { UploadValues } from '../upload-values';

const defaultTop = 10;

export interface Series {
  readonly labels: Record<string, string>;
  readonly name: string;
  readonly timesMs: number[];
  readonly values: number[];
}

/** `queryType: metrics`: one frame per series, of a profile type as a rate or of rows of a dimension. */
export async function answerMetrics(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  if (query.measure === 'age' || query.measure === 'from' || query.measure === 'to') {
    return answerRangeNumber(context, query, time);
  }
  const restrictions = await withRoots(context, restrictionsOf(query), time);
  const notices: Notice[] = [...restrictions.notices, ...wholeUploadNotices(restrictions)];
  const type = await resolveType(context, query.profileType ?? query.profileTypeId, restrictions, time, notices);
  const rows = filledNames(query.rows, 'rows', notices);
  const dimension = query.dimension ?? (rows.length > 0 ? 'method' : undefined);
  const labels = groupLabels(query, dimension, notices);
  const { uploads, grid } = await uploadsOnGrid(context, restrictions, time, type, labels);
  if (grid.widened) {
    notices.push(info(`Steps are ${grid.stepMs / 1000} s, as single uploads are that long.`));
  }
  if (uploads.length === 0) {
    notices.push(info('No upload in this range fits the filter.'));
  }
  notices.push(...(await estimateNotices(context, uploads, type)));
  const series = await allSeries(context, { uploads, grid, type, restrictions, labels, rows, query });
  if (series.length > limits.series) {
    notices.push(warning(`Only the ${limits.series} largest of ${series.length} series are given.`));
  }
  if (query.measure === 'slope') {
    return [slopeFrame(series, { query, type, labels, notices, time })];
  }
  const largest = [...series].sort((a, b) => peak(b) - peak(a)).slice(0, limits.series);
  const question = questionText(query, `${query.measure ?? 'self'} of ${type.name} over time`, time.fromMs, time.toMs);
  return framesOf(
    largest.filter(({ timesMs }) => timesMs.length > 0),
    type,
    query.measure,
    notices,
    question
  );
}

function peak({ values }: Series): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Uploads of the whole grid, which starts before the range: read once more only where they are longer than the asked steps. */
async function uploadsOnGrid(
  context: QueryContext,
  restrictions: Restrictions,
  time: QueryTime,
  type: ProfileType,
  labels: readonly string[]
): Promise<{ uploads: Uploads; grid: StepGrid }> {
  const read = (grid: StepGrid) => overlappingUploads(context, restrictions, rangeOf(time, grid), type.id, labels);
  const asked = stepGrid(time, 0);
  const uploads = await read(asked);
  const grid = stepGrid(time, longestMs(uploads, time));
  return { uploads: grid.widened ? await read(grid) : uploads, grid };
}

function rangeOf(time: QueryTime, { startMs, stepMs, count }: StepGrid): QueryTime {
  return { ...time, fromMs: startMs, toMs: startMs + count * stepMs };
}

interface SeriesQuestion {
  readonly uploads: Uploads;
  readonly grid: StepGrid;
  readonly type: ProfileType;
  readonly restrictions: Restrictions;
  readonly labels: readonly string[];
  /** Rows asked for by name. */
  readonly rows: readonly string[];
  readonly query: ParsedQuery;
}

async function allSeries(context: QueryContext, asked: SeriesQuestion): Promise<Series[]> {
  const { uploads, type, restrictions, query, labels } = asked;
  if (uploads.length === 0) {
    return [];
  }
  const dimension = query.dimension ?? (asked.rows.length > 0 ? 'method' : undefined);
  const measure = query.measure ?? 'self';
  const whole = await wholeValues(context, uploads, type, restrictions);
  const choice = { rows: asked.rows, topN: query.topN ?? defaultTop, measure };
  const rows =
    dimension === undefined ? [whole] : await rowValues(context, uploads, type, restrictions, { ...choice, dimension });
  const newestStep = newestCovered(asked.grid, uploads);
  return groupUploads(uploads, labels).flatMap((group) => {
    const members = coveringMembers(uploads, group, type, asked.rows.length > 0);
    const rowLabels = (name: string) =>
      dimension === undefined ? group.labels : { [dimension]: name, ...group.labels };
    return members.length === 0
      ? []
      : rows.map((row) => ({
          name: row.name,
          labels: rowLabels(row.name),
          ...pointsOf(asked, members, row, whole, measure, newestStep),
        }));
  });
}

/**
 * Whose windows count as covered. A group of which no upload carries the type has no series, but for rows asked for by name. Flows:
 * every upload, as one without the type saw nothing of it. Points in time: only those that say a value.
 */
function coveringMembers(
  uploads: Uploads,
  group: UploadGroup,
  { merge }: ProfileType,
  named: boolean
): readonly number[] {
  const carrying = group.members.filter((at) => uploads.carries[at] === 1);
  return merge === 'sum' && (named || carrying.length > 0) ? group.members : carrying;
}

/** The step that may still wait for uploads; -1 where it is the only one, so that a short job is not without any point. */
function newestCovered(grid: StepGrid, uploads: Uploads): number {
  const covered = coveredPerStep(grid, uploads);
  const newest = covered.findLastIndex((us) => us > 0);
  return newest === covered.findIndex((us) => us > 0) ? -1 : newest;
}

function pointsOf(
  { uploads, grid, type }: SeriesQuestion,
  members: readonly number[],
  row: UploadValues,
  whole: UploadValues,
  measure: Measure,
  newestStep: number
): { timesMs: number[]; values: number[] } {
  const own = membersOf(uploads, { labels: {}, members });
  const pick = (values: ArrayLike<number>) => members.map((at) => values[at]);
  const covered = coveredPerStep(grid, own);
  const steps = shownSteps(grid, covered, newestStep);
  const { factor, perSecond } = seriesUnit(type);
  const side = measure === 'total' || measure === 'totalShare' ? row.total : row.self;
  const sums =
    measure === 'profiles' ? countedPerStep(grid, own, pick(row.seen)) : spread(grid, own, pick(side), perSecond);
  const wholes = measure.endsWith('Share') ? spread(grid, own, pick(whole.total), perSecond) : undefined;
  const value = (step: number) => {
    if (measure === 'profiles') {
      return sums[step];
    }
    if (wholes !== undefined) {
      return wholes[step] === 0 ? 0 : sums[step] / wholes[step];
    }
    return (sums[step] / covered[step]) * (perSecond ? 1e6 : 1) * factor;
  };
  return { timesMs: steps.map((step) => grid.startMs + step * grid.stepMs), values: steps.map(value) };
}

/** Notices go with the first frame; without a series an empty frame carries them. */
function framesOf(
  series: readonly Series[],
  type: ProfileType,
  measure: Measure | undefined,
  notices: readonly Notice[],
  question: string
): FrameJson[] {
  const unit = measure === 'profiles' ? 'short' : measure?.endsWith('Share') ? 'percentunit' : seriesUnit(type).unit;
  const shown = series.length > 0 ? series : [{ name: '', labels: {}, timesMs: [], values: [] }];
  return shown.map(({ name, labels, timesMs, values }, at) =>
    buildFrame(
      name === '' ? type.name : name,
      [
        times(timeField, timesMs),
        decimals(valueField, values, { unit, labels, displayName: displayName(type, labels) }),
      ],
      {
        type: 'timeseries-multi',
        typeVersion: [0, 1],
        preferredVisualisationType: 'graph',
        executedQueryString: question,
        notices: at === 0 ? [...notices] : [],
        custom: { profileType: type.id, profileTypeName: type.name },
      }
    )
  );
}

function displayName(type: ProfileType, labels: Record<string, string>): string {
  const values = Object.values(labels);
  return values.length === 0 ? type.name : values.join(' · ');
}

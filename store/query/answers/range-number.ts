import type { FrameJson } from '../../../src/api/query';
import type { ProfileType } from '../../../src/model/profile-types';
import { overlappingUploads, withRoots } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { alertFrame, type AlertRow } from '../frames/alert-frame';
import { leastSquaresSlope } from '../least-squares';
import { info, type Notice } from '../notices';
import { groupLabels, restrictionsOf } from '../prepare';
import { questionText } from '../question-text';
import type { ParsedQuery } from '../request';
import { groupUploads } from '../series';
import { groupWithoutUploads } from './alert-question';

/** `metrics` with the measures that are no series: how old the newest upload is, and the range's own bounds. */
export async function answerRangeNumber(
  context: QueryContext,
  query: ParsedQuery,
  time: QueryTime
): Promise<FrameJson[]> {
  if (query.measure !== 'age') {
    const value = query.measure === 'from' ? time.fromMs : time.toMs;
    return [alertFrame([{ labels: {}, value }], [], 'dateTimeAsIso', { notices: [] })];
  }
  const restrictions = await withRoots(context, restrictionsOf(query), time);
  const notices: Notice[] = [...restrictions.notices];
  const labels = groupLabels(query, undefined, notices);
  const uploads = await overlappingUploads(context, restrictions, time, '', labels);
  const groups = groupUploads(uploads, labels);
  if (groups.length === 0) {
    notices.push(
      info('No upload in this range fits the filter, so the newest is at least as old as the range is long.')
    );
  }
  const newestMs = (members: readonly number[]) => Math.max(...members.map((at) => uploads.endUs[at])) / 1000;
  const age = (ms: number) => Math.max(0, time.toMs - ms) / 1000;
  const rows: AlertRow[] =
    groups.length === 0
      ? [{ labels: groupWithoutUploads(labels, restrictions).labels, value: age(time.fromMs) }]
      : groups.map((group) => ({ labels: group.labels, value: age(newestMs(group.members)) }));
  const executedQueryString = questionText(query, 'age of the newest upload', time.fromMs, time.toMs);
  return [alertFrame(rows, labels, 's', { executedQueryString, notices })];
}

/** A series as `metrics` has it. */
interface Series {
  readonly labels: Record<string, string>;
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
}

interface SlopeQuestion {
  readonly query: ParsedQuery;
  readonly type: ProfileType;
  readonly labels: readonly string[];
  readonly notices: Notice[];
  readonly time: QueryTime;
}

/** With fewer points nothing can be told. */
const leastPoints = 3;

/** How fast series rise, per second. Series with fewer than three points have no row. */
export function slopeFrame(series: readonly Series[], asked: SlopeQuestion): FrameJson {
  const { query, type, labels, notices, time } = asked;
  const long = series.filter(({ timesMs }) => timesMs.length >= leastPoints);
  if (long.length < series.length) {
    notices.push(
      info(`A slope needs ${leastPoints} steps with uploads: ${series.length - long.length} series left out.`)
    );
  }
  const rows = long.map((one) => ({ labels: one.labels, value: leastSquaresSlope(one.timesMs, one.values) * 1000 }));
  const named = query.dimension ?? (query.rows?.length ? 'method' : undefined);
  const unit = type.unit === 'bytes' ? 'binBps' : type.unit === 'count' ? 'cps' : 'none';
  const meta = {
    executedQueryString: questionText(query, `slope of ${type.name}`, time.fromMs, time.toMs),
    notices,
    custom: { profileType: type.id, profileTypeName: type.name },
  };
  return alertFrame(rows, named === undefined ? labels : [named, ...labels], unit, meta);
}

import { timeField, valueField } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import { canonicalLabel } from '../../../src/model/selector';
import type { QueryContext, QueryTime } from '../context';
import { buildFrame, integers, times } from '../frames/frame';
import { stepCounts, type CountedSteps } from '../label-counts';
import { isLabel } from '../label-filter';
import { listScope, selectProfiles } from '../list-scope';
import { info, type Notice } from '../notices';
import { filledNames, restrictionsOf } from '../prepare';
import { questionText } from '../question-text';
import type { ParsedQuery } from '../request';
import { histogramStatement } from '../sql/counts';
import type { UploadScope } from '../sql/upload-scope';
import { askedStepMs } from '../steps';

const maxValues = 20;
const otherValues = '(other)';

/** `queryType: histogram`: uploads that start in each step, one series per value of a label; steps without uploads are 0. */
export async function answerHistogram(
  context: QueryContext,
  query: ParsedQuery,
  time: QueryTime
): Promise<FrameJson[]> {
  const restrictions = restrictionsOf(query);
  const notices: Notice[] = [...restrictions.notices];
  const [by] = filledNames(query.by === undefined ? [] : [query.by], 'by', notices).map(canonicalLabel);
  const stepMs = askedStepMs(time);
  const startMs = Math.floor(time.fromMs / stepMs) * stepMs;
  const steps = Math.max(1, Math.ceil((time.toMs - startMs) / stepMs));
  const grid = { startMs, stepMs, count: steps };
  const counted = await countSteps(context, listScope(context, restrictions, time), by, grid);
  const series = largestValues(counted);
  if (series.length < counted.size) {
    notices.push(info(`The ${counted.size - maxValues + 1} rarest values of ${by} are joined as ${otherValues}.`));
  }
  const timesMs = Array.from({ length: steps }, (_, step) => startMs + step * stepMs);
  const question = questionText(
    query,
    by === undefined ? 'uploads over time' : `uploads over time by ${by}`,
    time.fromMs,
    time.toMs
  );
  return series.map(([value, counts], at) => {
    const labels = by === undefined ? {} : Object.fromEntries([[by, value]]);
    return buildFrame(
      value || 'uploads',
      [
        times(timeField, timesMs),
        integers(valueField, counts, { labels, displayName: by === undefined ? 'uploads' : value || '(none)' }),
      ],
      {
        type: 'timeseries-multi',
        typeVersion: [0, 1],
        preferredVisualisationType: 'graph',
        executedQueryString: question,
        notices: at === 0 ? notices : [],
        custom: { stepMs },
      }
    );
  });
}

/** Counted in memory where labels are known there, else by the engine. One value at least. */
async function countSteps(
  context: QueryContext,
  scope: UploadScope,
  by: string | undefined,
  grid: CountedSteps
): Promise<Map<string, Float64Array>> {
  const sets = by === undefined || isLabel(by) ? context.labels?.setsStarting(scope) : undefined;
  if (sets !== undefined) {
    const counted = stepCounts(sets, scope.window, by, grid);
    return counted.size > 0 ? counted : new Map([['', new Float64Array(grid.count)]]);
  }
  const columns = await selectProfiles(context, scope, (of) => histogramStatement(of, by, grid.startMs, grid.stepMs));
  return countsByValue(columns.strings('value'), columns.numbers('step'), columns.numbers('uploads'), grid.count);
}

type Counts = readonly [value: string, counts: Float64Array];

function countsByValue(
  values: readonly string[],
  step: ArrayLike<number>,
  uploads: ArrayLike<number>,
  steps: number
): Map<string, Float64Array> {
  const counted = new Map<string, Float64Array>(values.length === 0 ? [['', new Float64Array(steps)]] : []);
  values.forEach((value, at) => {
    const counts = counted.get(value) ?? new Float64Array(steps);
    if (step[at] >= 0 && step[at] < steps) {
      counts[step[at]] += uploads[at];
    }
    counted.set(value, counts);
  });
  return counted;
}

function largestValues(counted: ReadonlyMap<string, Float64Array>): Counts[] {
  const size = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0);
  const sorted = [...counted].sort(([a, x], [b, y]) => size(y) - size(x) || (a < b ? -1 : 1));
  if (sorted.length <= maxValues) {
    return sorted;
  }
  const rest = sorted.slice(maxValues - 1).map(([, counts]) => counts);
  const other = rest[0].map((_, step) => rest.reduce((sum, counts) => sum + counts[step], 0));
  return [...sorted.slice(0, maxValues - 1), [otherValues, other]];
}

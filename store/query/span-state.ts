import type { HotspotsState } from '../../src/api/frames';
import { formatDuration } from '../../src/model/units';
import { chooseUploads, samplingDensity, someUploads, widestWindow, type Uploads } from './choose-uploads';
import type { QueryContext, QueryTime } from './context';
import type { HotspotSamples } from './hotspot-samples';
import { info, type Notice } from './notices';
import type { Restrictions } from './prepare';
import type { ParsedQuery } from './request';
import { placedUploads, type PlacedUpload } from './sample-times';

/** Why a span has nothing to show. */
export interface EmptySpan {
  readonly state: Exclude<HotspotsState, 'ok'>;
  readonly notice: Notice;
  /** Uploads that cover the span's time. */
  readonly uploads: readonly PlacedUpload[];
}

/** Where nobody says when the span was, a day of uploads may cover it: the newest are told. */
const mostListed = 100;
/** Clients send about once a minute, some a little later. */
const usualArrivalMs = 150_000;

/** `found`: what there is without the query's filters on samples. */
export async function whyEmpty(
  context: QueryContext,
  query: ParsedQuery,
  restrictions: Restrictions,
  time: QueryTime,
  { main, types }: Pick<HotspotSamples, 'main' | 'types'>
): Promise<EmptySpan> {
  const name = main.type.name;
  if (restrictions.spans === undefined) {
    const notice = info(`No upload in this range has samples of ${name} that fit the filter.`);
    return { state: 'noUpload', notice, uploads: [] };
  }
  if (main.length > 0) {
    return { state: 'filtered', notice: info(`The filter leaves no sample of ${name} of this span.`), uploads: [] };
  }
  const others = types.filter(({ type }) => type.id !== main.type.id);
  if (others.length > 0 && !restrictions.wholeUploads) {
    const list = others.map(({ type }) => type.name).join(', ');
    return { state: 'notOfType', notice: info(`The span has no samples of ${name}, but of ${list}.`), uploads: [] };
  }
  const around = await uploadsAround(context, restrictions, time, main.type.id);
  const covering = coveringUploads(around, query);
  if (covering.length > 0) {
    const last = covering.length - mostListed;
    const listed = someUploads(covering, (at) => at >= last);
    const uploads = await placedUploads(context, covering.scope, listed.profile);
    return { state: 'noSamples', notice: info(missedText(covering, query, name)), uploads };
  }
  const endMs = spanEndMs(query) ?? time.toMs;
  return Date.now() - endMs < arrivalMs(around)
    ? { state: 'notArrived', notice: info('The upload that covers this span has not arrived yet.'), uploads: [] }
    : { state: 'noUpload', notice: info('No upload covers the time of this span.'), uploads: [] };
}

async function uploadsAround(
  context: QueryContext,
  restrictions: Restrictions,
  time: QueryTime,
  profileType: string
): Promise<Uploads> {
  const { fromMs, toMs } = widestWindow(restrictions, time);
  const around = { ...restrictions, spans: undefined, wholeUploads: false };
  const uploads = await chooseUploads(context, around, { ...time, fromMs, toMs }, profileType);
  return uploads;
}

function spanEndMs({ spanStartUs, spanDurationNs }: ParsedQuery): number | undefined {
  return spanStartUs === undefined ? undefined : spanStartUs / 1000 + (spanDurationNs ?? 0) / 1e6;
}

/** Those that overlap the span's time; all, where nobody says it. */
function coveringUploads(uploads: Uploads, query: ParsedQuery): Uploads {
  const endMs = spanEndMs(query);
  const startMs = (query.spanStartUs ?? 0) / 1000;
  return endMs === undefined
    ? uploads
    : someUploads(uploads, (at) => uploads.startUs[at] / 1000 <= endMs && uploads.endUs[at] / 1000 >= startMs);
}

function arrivalMs({ startUs, endUs, length }: Uploads): number {
  const longest = Array.from({ length }, (_, at) => (endUs[at] - startUs[at]) / 1000).reduce(
    (most, ms) => Math.max(most, ms),
    0
  );
  return Math.max(usualArrivalMs, 2 * longest + 30_000);
}

function missedText(covering: Uploads, { spanDurationNs }: ParsedQuery, name: string): string {
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((all, value) => all + value, 0);
  const [total, count] = [sum(covering.total), sum(covering.count)];
  const took = spanDurationNs === undefined ? '' : ` It took ${formatDuration(spanDurationNs)}.`;
  return count > 0 && total > count
    ? `No sample fell into this span (${name} is sampled every ${formatDuration(total / count)}).${took}`
    : `No sample fell into this span; ${samplingDensity(covering, name)}.${took}`;
}

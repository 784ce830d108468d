import type { FrameJson } from '../../../src/api/query';
import type { ProfileType } from '../../../src/model/profile-types';
import type { StackDictionary, WeightedStacks } from '../../../src/model/stack-dictionary';
import { sumStacks, type StackSums } from '../../../src/model/stack-sums';
import { findNode, visibleTree } from '../../../src/model/visible-nodes';
import { HotspanError } from '../../errors';
import { chooseUploads, samplingDensity, widestWindow, withRoots } from '../choose-uploads';
import { ago } from '../ago';
import type { QueryContext, QueryTime } from '../context';
import { estimateNotices } from '../estimate-notices';
import { flameFrame, type FlameSide } from '../frames/flame-frame';
import { readTimeWindow } from '../hotspot-samples';
import { inferredNotice, inferredNotices } from '../inferred-spans';
import { info, warning, type Notice } from '../notices';
import { planOf, planUploads, type UploadPlan } from '../plan';
import { isFilled, restrictionsOf, type Restrictions } from '../prepare';
import { questionText } from '../question-text';
import { readStacks } from '../read-samples';
import type { ParsedQuery } from '../request';
import { resolveType } from '../resolve-type';
import type { SampleQuestion } from '../sample-question';
import { readPlainSpans } from '../span-samples';
import type { StackStore } from '../stack-store';

const defaultNodes = 16_384;

/** `queryType: profile`: one flame graph, or two merged for a comparison. */
export async function answerProfile(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  if (context.forAlert) {
    throw new HotspanError('bad_query', 'queryType: a flame graph has no number to alert on; use dimension or metrics');
  }
  const restrictions = await withRoots(context, restrictionsOf(query), time);
  const notices: Notice[] = [...restrictions.notices];
  const type = await resolveType(context, query.profileType ?? query.profileTypeId, restrictions, time, notices);
  const store = context.stacks.open(context.tenant);
  const left =
    (await readWindowSide(context, store, query, restrictions, time, type, notices)) ??
    (await readSide(context, store, restrictions, time, type));
  notices.push(...left.notices);
  const compare = filledCompare(query.compare, notices);
  const right = compare && (await readRight(context, store, { ...query, compare }, time, type, notices));
  notices.push(...left.uploads.notices, ...(await emptyNotices(context, restrictions, time, type, left)));
  if (right?.rows.length === 0) {
    notices.push(warning(`The other side has no samples of ${type.name}, so nothing is compared.`));
  }
  const dictionary = store.view();
  const sums = sumStacks(dictionary, left.rows, right?.rows, store.trie);
  const top = focusNode(dictionary, sums, query, notices);
  return [
    flameFrame({
      dictionary,
      visible: visibleTree(dictionary, sums, query.maxNodes ?? defaultNodes, top),
      type,
      left: sideOf(left),
      right: right && sideOf(right),
      notices,
      question: questionText(query, type.name, time.fromMs, time.toMs),
    }),
  ];
}

interface Side {
  readonly uploads: UploadPlan;
  readonly rows: WeightedStacks;
  /** What to say about samples whose span was found by thread and time, or that stand for more. */
  readonly notices: readonly Notice[];
}

async function readSide(
  context: QueryContext,
  store: StackStore,
  restrictions: Restrictions,
  time: QueryTime,
  type: ProfileType
): Promise<Side> {
  const uploads = await planUploads(context, restrictions, time, type);
  const question = { uploads, profileType: type, restrictions, averaged: true };
  const [rows, estimates] = await Promise.all([
    readOfSpans(context, store, question, uploads),
    estimateNotices(context, uploads, type),
  ]);
  return { uploads, rows: rows.rows, notices: [...rows.notices, ...estimates] };
}

/** Samples, and what to say about those whose span was found by thread and time. Of few uploads, spans are looked up just once. */
async function readOfSpans(
  context: QueryContext,
  store: StackStore,
  question: SampleQuestion,
  plan: UploadPlan
): Promise<Pick<Side, 'rows' | 'notices'>> {
  const samples = await readPlainSpans(context, store, question, plan);
  if (samples !== undefined) {
    return { rows: samples, notices: inferredNotice(samples.inferred, samples.total) };
  }
  const [rows, notices] = await Promise.all([readStacks(context, store, question), inferredNotices(context, question)]);
  return { rows, notices };
}

/** With `spanScope: time`, the samples of the process in the span's time. */
async function readWindowSide(
  context: QueryContext,
  store: StackStore,
  query: ParsedQuery,
  restrictions: Restrictions,
  time: QueryTime,
  type: ProfileType,
  notices: Notice[]
): Promise<Side | undefined> {
  const { spans, wholeUploads } = restrictions;
  if (spans === undefined || !wholeUploads) {
    return undefined;
  }
  const uploads = await chooseUploads(context, restrictions, time, type.id);
  const reading = { context, store, query, restrictions, uploads, type, notices };
  const rows = await readTimeWindow(reading, spans);
  return rows && { uploads: planOf(uploads), rows, notices: [] };
}

/** The other side, without a profile that a variable was to name; nothing left = no comparison. */
function filledCompare(compare: ParsedQuery['compare'], notices: Notice[]): ParsedQuery['compare'] {
  if (compare?.profileId === undefined || isFilled('the other profile', compare.profileId, notices)) {
    return compare;
  }
  const { profileId: _unfilled, ...rest } = compare;
  return Object.keys(rest).length > 0 ? rest : undefined;
}

/** The whole time a store may know: a profile that is named is found whenever it was. */
const anyTime = { fromMs: 0, toMs: 8.64e15 };

/**
 * The right side asks the same as the left, but for what `compare` says otherwise. Ids of the left side's profile and spans are not
 * taken over; a profile that is named needs neither selector nor range.
 */
async function readRight(
  context: QueryContext,
  store: StackStore,
  query: ParsedQuery,
  time: QueryTime,
  type: ProfileType,
  notices: Notice[]
): Promise<Side> {
  const { from, to, selector, profileId } = query.compare ?? {};
  const named = profileId !== undefined;
  const base = named && from === undefined && to === undefined ? anyTime : time;
  const rightTime = ago(query.compare?.ago, { ...time, fromMs: from ?? base.fromMs, toMs: to ?? base.toMs });
  if (rightTime.toMs <= rightTime.fromMs) {
    throw new HotspanError('bad_query', 'compare.to: must be later than compare.from');
  }
  const own: ParsedQuery = {
    ...query,
    selector: selector ?? (named ? undefined : (query.selector ?? query.labelSelector)),
    labelSelector: undefined,
    filter: named ? undefined : query.filter,
    profileId,
    spanId: undefined,
    rootSpanId: undefined,
    spanSelector: undefined,
  };
  const restrictions = restrictionsOf(own);
  const isNew = ({ text }: Notice) => !notices.some((other) => other.text === text);
  notices.push(...restrictions.notices.filter(isNew));
  return readSide(context, store, restrictions, rightTime, type);
}

function focusNode(dictionary: StackDictionary, sums: StackSums, query: ParsedQuery, notices: Notice[]): number {
  const node = findNode(dictionary, sums, query.focus ?? []);
  if (node < 0) {
    notices.push(warning('The frame that was zoomed into is not in this range; this is the whole graph.'));
  }
  return Math.max(0, node);
}

function sideOf({ uploads, rows }: Side): FlameSide {
  return {
    total: sum(rows),
    sampleCount: Array.from(rows.samples).reduce((a, b) => a + b, 0),
    profileCount: uploads.profileCount,
  };
}

function sum(weighted: WeightedStacks): number {
  return Array.from(weighted.value).reduce((a, b) => a + b, 0);
}

/** Why a graph is empty. */
async function emptyNotices(
  context: QueryContext,
  restrictions: Restrictions,
  time: QueryTime,
  type: ProfileType,
  { uploads, rows }: Side
): Promise<Notice[]> {
  if (rows.length > 0) {
    return [];
  }
  if (restrictions.spans !== undefined) {
    if (uploads.length > 0 && restrictions.stackFilters.length + restrictions.contextFilters.length > 0) {
      return [info(`No sample of ${type.name} of this span fits the filter.`)];
    }
    const around = await chooseUploads(
      context,
      { ...restrictions, spans: undefined },
      widestRange(restrictions, time),
      type.id
    );
    return around.length === 0
      ? [info('No upload of this service covers the time of the span.')]
      : [
          info(
            `No sample was taken in this span; ${samplingDensity(around, type.name)}. Short spans are often missed.`
          ),
        ];
  }
  if (uploads.length === 0) {
    // Of a profile that was named, the choice of uploads has said where it is.
    return restrictions.profileIds === undefined ? [info('No upload in this range fits the filter.')] : [];
  }
  const { carryingCount, profileCount } = uploads;
  return [
    info(
      carryingCount > 0 ? 'The filter leaves no sample.' : `None of the ${profileCount} uploads carries ${type.name}.`
    ),
  ];
}

function widestRange(restrictions: Restrictions, time: QueryTime): QueryTime {
  const { fromMs, toMs } = widestWindow(restrictions, time);
  return { ...time, fromMs, toMs };
}

import type { HotspotsCustom } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import { buildHotspots, orderedNodes, TreePaths, valuesOnTree, waitsOnTree } from '../../../src/model/hotspot-tree';
import { formatSpanId } from '../../../src/model/span-id';
import type { StackDictionary, WeightedStacks } from '../../../src/model/stack-dictionary';
import { HotspanError } from '../../errors';
import { withRoots } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { estimateNotices } from '../estimate-notices';
import type { EndpointSamples } from '../endpoint-average';
import { hotspotsFrame, type HotspotColumns } from '../frames/hotspots-frame';
import { readHotspots, type HotspotSamples } from '../hotspot-samples';
import type { Notice } from '../notices';
import { restrictionsOf, type Restrictions } from '../prepare';
import { questionText } from '../question-text';
import type { ParsedQuery } from '../request';
import { whyEmpty, type EmptySpan } from '../span-state';

const defaultNodes = 4096;

/** `queryType: hotspots`: the methods that ran in a span (or in the whole selection) as a tree. */
export async function answerHotspots(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  if (context.forAlert) {
    throw new HotspanError('bad_query', 'queryType: a tree has no number to alert on; use dimension or metrics');
  }
  const restrictions = await withRoots(context, restrictionsOf(query), time);
  const notices: Notice[] = [...restrictions.notices];
  const store = context.stacks.open(context.tenant);
  const found = await readHotspots(context, store, query, restrictions, time, notices);
  const { average } = found;
  const [empty, estimates] = await Promise.all([
    found.main.length > 0 ? undefined : whyNothing(context, query, restrictions, time, found),
    estimateNotices(context, found.uploads, found.main.type),
  ]);
  notices.push(...found.uploads.notices, ...(empty === undefined ? [] : [empty.notice]), ...estimates);
  const dictionary = store.view();
  const nodes = buildHotspots(dictionary, found.main, found.times);
  const paths = new TreePaths(dictionary, nodes.tree);
  const order = orderedNodes(dictionary, nodes, query.maxNodes ?? defaultNodes, found.order);
  const hiddenShare = nodes.tree.total[0] === 0 ? 0 : order.hiddenSelf / Math.abs(nodes.tree.total[0]);
  const custom: HotspotsCustom = {
    ...customOf(query, restrictions, found),
    ...(average && { average: averageOf(average) }),
    state: empty?.state ?? 'ok',
    uploads: (empty?.uploads ?? found.placed).map(({ profileId, service, startUs, endUs }) => ({
      profileId,
      service,
      start: Math.floor(startUs / 1000),
      end: Math.ceil(endUs / 1000),
    })),
    hiddenNodes: order.hiddenNodes,
    hiddenShare,
  };
  const hotspots = {
    dictionary,
    nodes,
    order: found.main.length === 0 ? noNodes : order,
    type: found.main.type,
    whole: custom.shareOf === 'span' ? (query.spanDurationNs ?? 0) : found.main.total,
    shiftNs: startShift(query, found, nodes.firstNs[0]),
    ...columnsOf(dictionary, paths, found),
    custom,
    notices,
    question: questionText(query, `Hotspots in ${found.main.type.name}`, time.fromMs, time.toMs),
  };
  return [hotspotsFrame(hotspots)];
}

/** Where filters left nothing, the same is read again without them: it may be they, or the span itself. */
async function whyNothing(
  context: QueryContext,
  query: ParsedQuery,
  restrictions: Restrictions,
  time: QueryTime,
  found: HotspotSamples
): Promise<EmptySpan> {
  const { spans, stackFilters, contextFilters } = restrictions;
  const isFiltered = spans !== undefined && stackFilters.length + contextFilters.length > 0;
  const store = context.stacks.open(context.tenant);
  const open = { ...restrictions, stackFilters: [], contextFilters: [] };
  const all = isFiltered ? await readHotspots(context, store, query, open, time, []) : found;
  return whyEmpty(context, query, restrictions, time, all);
}

/** Without samples not even the root is shown. */
const noNodes = { node: new Int32Array(0), level: new Int32Array(0), hiddenNodes: 0, hiddenSelf: 0 };

function customOf(
  query: ParsedQuery,
  { spans, wholeUploads }: Restrictions,
  { main, types, facts, perSample, order }: HotspotSamples
) {
  const { type, total, sampleCount } = main;
  const inSpan = spans !== undefined && type.unit === 'ns' && (query.spanDurationNs ?? 0) > 0;
  return {
    profileType: type.id,
    profileTypeName: type.name,
    unit: type.unit,
    total,
    sampleCount,
    perSample,
    error: Math.round(Math.sqrt(sampleCount) * perSample),
    inferred: main.inferred,
    shareOf: inSpan ? ('span' as const) : ('total' as const),
    order,
    spanScope: wholeUploads ? ('time' as const) : (query.spanScope ?? spans?.kind ?? 'span'),
    spanIds: (spans?.ids ?? []).map(formatSpanId),
    ...(query.spanDurationNs !== undefined && { spanDurationNs: query.spanDurationNs }),
    endpoint: facts.endpoint,
    operation: facts.operation,
    traceId: facts.traceId,
    types: types.map((one) => ({
      id: one.type.id,
      name: one.type.name,
      unit: one.type.unit,
      total: one.total,
      samples: one.sampleCount,
      ...(one.inferred > 0 && { inferred: { total: one.inferred, error: errorOf(one.inferred, one.inferredCount) } }),
    })),
  };
}

/** One standard error of a sum of so many samples. */
function errorOf(total: number, samples: number): number {
  return Math.round(total / Math.sqrt(Math.max(1, samples)));
}

function averageOf({ rows, requests, counted }: EndpointSamples) {
  const total = Array.from(rows.value).reduce((sum, value) => sum + value, 0);
  return { requests, counted, total: total / requests };
}

function columnsOf(
  dictionary: StackDictionary,
  paths: TreePaths,
  { main, cpu, waits, average: endpoint }: HotspotSamples
): HotspotColumns {
  const cpuTotal = cpu && valuesOnTree(paths, cpu);
  const average = endpoint && valuesOnTree(paths, endpoint.rows);
  return {
    ...(cpuTotal && { waiting: cpuTotal.map((value, node) => Math.max(0, paths.tree.total[node] - value)) }),
    ...(main.type.unit === 'ns' && { waitedFor: waitsOnTree(paths, dictionary, joined(waits)) }),
    ...(average && { average: average.map((value) => value / endpoint.requests) }),
  };
}

function joined(parts: readonly WeightedStacks[]): WeightedStacks {
  const all = (column: 'stack' | 'value' | 'samples') => parts.flatMap((part) => Array.from(part[column]));
  const stack = all('stack');
  return { length: stack.length, stack, value: all('value'), samples: all('samples') };
}

/** Times count from the span's start where the caller says it, else from the first sample. */
function startShift({ spanStartUs }: ParsedQuery, { baseNs }: HotspotSamples, firstNs: number): number {
  if (spanStartUs !== undefined && baseNs > 0n) {
    return Number(baseNs - BigInt(spanStartUs) * 1000n);
  }
  return Number.isFinite(firstNs) ? -firstNs : 0;
}

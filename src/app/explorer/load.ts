import { type DataFrame, type TimeRange } from '@grafana/data';
import { facetFields, timeField } from '../../api/frames';
import { type StoreQuery } from '../../api/query';
import { type StoreError } from '../../ui/store-error';
import { type StoreClient, columnOf } from '../store-client';
import { clearField, filterText } from './quick-filters';
import { toTimeRange } from './time-range';
import { type ExplorerState } from './url-state';

export const defaultFacets = ['service', 'host', 'env', 'version', 'language'];
export const firstLimit = 1000;
export const maxLimit = 20_000;

export interface FacetValue {
  value: string;
  count: number;
}

/** Uploads per step; one bar has a part per value of the label that the chart is stacked by. */
export interface HistogramSeries {
  name: string;
  times: number[];
  counts: number[];
}

export interface ExplorerAnswer {
  list: DataFrame | undefined;
  /** Profiles that the filters leave, more than the list may hold. */
  total: number;
  histogram: HistogramSeries[];
  facets: Map<string, FacetValue[]>;
  errors: Map<string, StoreError>;
  /** What a relative range meant when it was asked: list, chart and sidebar speak of the same moment. */
  range: TimeRange;
}

/** The explorer's three questions, in one request: list, chart, sidebar. */
export function explorerQueries(state: ExplorerState, limit = firstLimit): StoreQuery[] {
  const filter = filterText(state) || undefined;
  const spanId = state.spans.length > 0 ? state.spans : undefined;
  const { by, descending } = state.sort;
  return [
    {
      refId: 'list',
      queryType: 'profiles',
      filter,
      spanId,
      limit,
      sort: `${descending ? '-' : ''}${by}`,
      ...(state.columns.length > 0 && { columns: state.columns }),
    },
    { refId: 'chart', queryType: 'histogram', filter, spanId, by: state.by },
    ...facetQueries(state).map((query) => ({ ...query, spanId })),
  ];
}

/** A field that has a filter is counted without it, so that its other values stay in sight and can be added. */
function facetQueries(state: ExplorerState): StoreQuery[] {
  const names = [...new Set([...defaultFacets, ...state.facets])];
  const isFiltered = (name: string) => state.filters.some(({ key }) => key === name);
  const ask = (refId: string, asked: string[], filters = state.filters): StoreQuery => ({
    refId,
    queryType: 'facets',
    filter: filterText({ ...state, filters }) || undefined,
    names: asked,
  });
  const free = names.filter((name) => !isFiltered(name));
  return [
    ...(free.length > 0 ? [ask('facets', free)] : []),
    ...names.filter(isFiltered).map((name) => ask(`facets ${name}`, [name], clearField(state.filters, name))),
  ];
}

function numbers(values: unknown[]): number[] {
  return values.map(Number);
}

function readHistogram(frames: DataFrame[] | undefined): HistogramSeries[] {
  return (frames ?? []).flatMap((frame) => {
    const times = numbers(columnOf(frame, timeField));
    return frame.fields
      .filter((field) => field.name !== timeField)
      .map((field) => ({
        name: Object.values(field.labels ?? {}).join(' ') || field.config.displayName || 'uploads',
        times,
        counts: numbers([...field.values]),
      }));
  });
}

function readFacets(frame: DataFrame, facets: Map<string, FacetValue[]>): void {
  const values = columnOf(frame, facetFields.value);
  const counts = columnOf(frame, facetFields.count);
  columnOf(frame, facetFields.name).forEach((name, row) => {
    const list = facets.get(String(name)) ?? [];
    list.push({ value: String(values[row] ?? ''), count: Number(counts[row]) });
    facets.set(String(name), list);
  });
}

export async function loadExplorer(
  store: StoreClient,
  state: ExplorerState,
  limit: number,
  signal: AbortSignal
): Promise<ExplorerAnswer> {
  const range = toTimeRange(state.from, state.to);
  const { frames, errors } = await store.query(explorerQueries(state, limit), range, signal);
  const broken = errors.get('list');
  if (broken) {
    throw broken;
  }
  const list = frames.get('list')?.[0];
  const facets = new Map<string, FacetValue[]>();
  for (const [refId, [frame]] of frames) {
    if (refId.startsWith('facets')) {
      readFacets(frame, facets);
    }
  }
  return {
    list,
    total: Number(list?.meta?.custom?.total ?? list?.length ?? 0),
    histogram: readHistogram(frames.get('chart')),
    facets,
    errors,
    range,
  };
}

import { type DataFrame, type DataQueryRequest, type DataQueryResponse, LoadingState } from '@grafana/data';
import { type Observable, concat, concatMap, map, of } from 'rxjs';
import { type HotspanQuery } from './query';

type Ask = (request: DataQueryRequest<HotspanQuery>) => Observable<DataQueryResponse>;

/**
 * Asks for the methods of spans first and then for all of it: what the spans' endpoints take on average is as much to read as the rest,
 * and nobody should wait for it. The first answer is a streaming one, so that panels show it as fresh; the last is what the query says, and
 * where that fails the methods stay.
 */
export function averagesLater(request: DataQueryRequest<HotspanQuery>, ask: Ask): Observable<DataQueryResponse> {
  if (request.targets.length === 0 || !request.targets.every(isOfSpan)) {
    return ask(request);
  }
  const targets = request.targets.map((query) => ({ ...query, average: false }));
  return ask({ ...request, targets }).pipe(
    concatMap((methods) =>
      methods.data.some(mayHaveAverage)
        ? concat(
            of({ ...methods, state: LoadingState.Streaming }),
            ask(request).pipe(map((whole) => (hasFailed(whole) ? withoutAverage(methods, whole) : whole)))
          )
        : of(methods)
    )
  );
}

function hasFailed({ state, errors }: DataQueryResponse): boolean {
  return state === LoadingState.Error || (errors?.length ?? 0) > 0;
}

/** The methods, and why there is nothing more. */
function withoutAverage(methods: DataQueryResponse, { errors }: DataQueryResponse): DataQueryResponse {
  const text = `The average could not be read: ${errors?.[0]?.message ?? 'the query failed'}`;
  const notice = { severity: 'warning', text } as const;
  const data = methods.data.map((frame: DataFrame) => ({
    ...frame,
    meta: { ...frame.meta, notices: [...(frame.meta?.notices ?? []), notice] },
  }));
  return { ...methods, data };
}

function isOfSpan({ queryType, spanId, rootSpanId, spanSelector, average }: HotspanQuery): boolean {
  return queryType === 'hotspots' && average === undefined && [spanId, rootSpanId, spanSelector].some(isGiven);
}

function isGiven(ids: readonly string[] | undefined): boolean {
  return ids !== undefined && ids.length > 0;
}

/** Only spans of a known endpoint have one. */
function mayHaveAverage({ meta }: DataFrame): boolean {
  const custom: unknown = meta?.custom;
  return typeof custom === 'object' && custom !== null && 'endpoint' in custom && Boolean(custom.endpoint);
}

import { type DataFrame, type DataQueryResponse, LoadingState, type PanelData } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type DataQuery } from '@grafana/schema';
import { type Observable, from, lastValueFrom, tap } from 'rxjs';
import { type HotspanQueryFields } from '../api/query';

/**
 * Runs one of the panel's own queries once more, with some fields changed: for what a user switches in the panel itself. Throws what
 * the query failed with. `show` gets what comes before the answer is whole.
 */
export async function askAgain(
  { request }: PanelData,
  refId: string | undefined,
  changes: HotspanQueryFields,
  show: (frames: DataFrame[]) => void
): Promise<DataFrame[]> {
  const target = request?.targets.find((one) => refId === undefined || one.refId === refId);
  if (!request || !target) {
    throw new Error('The panel has no query to ask again.');
  }
  // Its successor is not in Grafana 12.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const datasource = await getDataSourceSrv().get(target.datasource, request.scopedVars);
  const query: DataQuery = Object.assign({}, target, changes);
  const asked = { ...request, requestId: `${request.requestId}-again`, targets: [query] };
  const answers: Promise<DataQueryResponse> | Observable<DataQueryResponse> = datasource.query(asked);
  const showPart = (part: DataQueryResponse) => part.state === LoadingState.Streaming && show(part.data as DataFrame[]);
  const { data, errors, state } = await lastValueFrom(from(answers).pipe(tap(showPart)));
  if (state === LoadingState.Error || (errors?.length ?? 0) > 0) {
    throw new Error(errors?.[0]?.message ?? 'The query failed.');
  }
  return data as DataFrame[];
}

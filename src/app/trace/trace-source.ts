import { CoreApp, type DataFrame, type DataQueryResponse, LoadingState, type TimeRange } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type DataQuery } from '@grafana/schema';
import { type Observable, from, lastValueFrom } from 'rxjs';
import { columnOf } from '../store-client';
import { type Trace, readTrace } from './trace-model';

/** A datasource of traces that Grafana has. */
export interface TraceSource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
}

const traceTypes = ['tempo', 'jaeger', 'zipkin'];

/* eslint-disable @typescript-eslint/no-deprecated -- what takes its place is not in Grafana 12.3 */
/** The datasource that is asked for, else the one that the Hotspan datasource names, else the first. */
export function findTraceSource(asked: string | null, configured: string | undefined): TraceSource | undefined {
  const all = getDataSourceSrv().getList({ type: traceTypes });
  const found = all.find(({ uid }) => uid === asked) ?? all.find(({ uid }) => uid === configured) ?? all[0];
  return found && { uid: found.uid, name: found.name, type: found.type };
}

type TraceQuery = DataQuery & { query: string; limit?: number };

/** How each datasource is asked for a trace by its id. */
function queryById({ type }: TraceSource, traceId: string): TraceQuery {
  const queryType = { tempo: 'traceql', zipkin: 'traceID' }[type];
  return { refId: 'A', query: traceId, ...(queryType && { queryType }) };
}

let requestNumber = 0;

async function ask({ uid, type }: TraceSource, query: TraceQuery, range: TimeRange): Promise<DataFrame[]> {
  const datasource = await getDataSourceSrv().get({ uid, type });
  /* eslint-enable @typescript-eslint/no-deprecated */
  const answers: Promise<DataQueryResponse> | Observable<DataQueryResponse> = datasource.query({
    app: CoreApp.Explore,
    requestId: `hotspan-trace-${++requestNumber}`,
    interval: '1s',
    intervalMs: 1000,
    range,
    scopedVars: {},
    targets: [{ ...query, datasource: { uid, type } }],
    timezone: 'browser',
    startTime: Date.now(),
  });
  const { data, errors, state } = await lastValueFrom(from(answers));
  if (errors?.some(({ message }) => /\b404 Not Found\b/i.test(message ?? ''))) {
    return []; // so Tempo says that it has no such trace
  }
  if (state === LoadingState.Error || (errors?.length ?? 0) > 0) {
    throw { message: errors?.[0]?.message ?? 'The trace datasource failed.' };
  }
  return data as DataFrame[];
}

/** A trace by its id; without one, the trace that has the span (Tempo only). undefined = there is no such trace. */
export async function loadTrace(
  source: TraceSource,
  traceId: string,
  spanId: string,
  range: TimeRange
): Promise<Trace | undefined> {
  const id = traceId === '' ? await traceOfSpan(source, spanId, range) : traceId;
  if (id === undefined) {
    return undefined;
  }
  const frames = await ask(source, queryById(source, id), range);
  return readTrace(frames.find(({ fields }) => fields.some(({ name }) => name === 'spanID')));
}

async function traceOfSpan(source: TraceSource, spanId: string, range: TimeRange): Promise<string | undefined> {
  if (source.type !== 'tempo' || !/^[0-9a-f]{16}$/.test(spanId)) {
    return undefined;
  }
  const query = { refId: 'A', queryType: 'traceql', query: `{ span:id = "${spanId}" }`, limit: 1 };
  const frames = await ask(source, query, range);
  const found = frames.flatMap((frame) => columnOf(frame, 'traceID')).find((id) => typeof id === 'string' && id !== '');
  return typeof found === 'string' ? found : undefined;
}

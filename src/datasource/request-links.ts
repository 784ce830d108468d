import { type DataFrame, type DataLink, type DataQueryResponse } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { appRoot, requestsFields } from '../api/frames';

/** A datasource that has the traces of profiled programs. */
interface TraceTarget {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
}

/** The datasource of traces that the settings name, if Grafana has it. */
export function traceTarget(uid: string | undefined): TraceTarget | undefined {
  // Its successor is not in Grafana 12.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const settings = uid ? getDataSourceSrv().getInstanceSettings(uid) : undefined;
  return settings && { uid: settings.uid, name: settings.name, type: settings.type };
}

/**
 * Adds links to the rows of requests: from a span to the methods that ran in it, and to its trace: by trace id where the profiler
 * told it, else by a search for the span. Only looks: an answer's values stay as they are.
 */
export function withRequestLinks(
  response: DataQueryResponse,
  uid: string,
  traces: TraceTarget | undefined
): DataQueryResponse {
  const data = response.data.map((frame: DataFrame) =>
    frame.name === 'requests' ? linked(frame, uid, traces) : frame
  );
  return { ...response, data };
}

function linked(frame: DataFrame, uid: string, traces: TraceTarget | undefined): DataFrame {
  const links: Record<string, DataLink[]> = {
    [requestsFields.spanId]: [hotspotsLink(uid, traces), ...(traces ? spanSearchLink(traces) : [])],
    [requestsFields.traceId]: traces ? [traceLink(traces)] : [],
  };
  const fields = frame.fields.map((field) => {
    const more = links[field.name] ?? [];
    return more.length === 0
      ? field
      : { ...field, config: { ...field.config, links: [...(field.config.links ?? []), ...more] } };
  });
  return { ...frame, fields };
}

/** A page of the app, so that it also opens for who may not use Explore. */
function hotspotsLink(uid: string, traces: TraceTarget | undefined): DataLink {
  const search = [
    `ds=${encodeURIComponent(uid)}`,
    ...(traces ? [`traces=${encodeURIComponent(traces.uid)}`] : []),
    'span=${__value.raw}',
    `trace=\${__data.fields.${requestsFields.traceId}}`,
    `service=\${__data.fields.${requestsFields.service}}`,
    '${__url_time_range}',
  ];
  return { title: 'Code hotspots of this request', url: `${appRoot}/trace?${search.join('&')}` };
}

function exploreLink({ uid, name, type }: TraceTarget, title: string, query: string): DataLink {
  const queryType = { tempo: 'traceql', zipkin: 'traceID' }[type];
  const asked = { refId: 'A', query, ...(queryType && { queryType }) };
  return { title, url: '', internal: { datasourceUid: uid, datasourceName: name, query: asked } };
}

function traceLink(traces: TraceTarget): DataLink {
  return exploreLink(traces, `Trace in ${traces.name}`, '${__value.raw}');
}

/** Only TraceQL can search for a span. */
function spanSearchLink(traces: TraceTarget): DataLink[] {
  return traces.type === 'tempo'
    ? [exploreLink(traces, `Trace of this span in ${traces.name}`, '{ span:id = "${__value.raw}" }')]
    : [];
}

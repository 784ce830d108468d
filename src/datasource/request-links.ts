import {
  type DataFrame,
  type DataLink,
  type DataQueryResponse,
  type Field,
  FieldType,
  MappingType,
} from '@grafana/data';
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

/** The column that leads from a request to its trace. */
const traceColumn = 'trace';

/**
 * Gives the rows of requests a column that opens their trace beside the methods that ran in it: by trace id where the profiler told
 * it, else by the span. Trace ids link to Explore too. The answer's own values stay as they are.
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
  const fields = frame.fields.map((field) =>
    field.name === requestsFields.traceId && traces
      ? { ...field, config: { ...field.config, links: [...(field.config.links ?? []), traceLink(traces)] } }
      : field
  );
  return { ...frame, fields: [...fields, openField(frame, uid, traces)] };
}

/** Values are ids for the link; what is shown is a word. */
function openField(frame: DataFrame, uid: string, traces: TraceTarget | undefined): Field<string> {
  const of = (name: string) => frame.fields.find((field) => field.name === name)?.values ?? [];
  const [traceIds, spanIds] = [of(requestsFields.traceId), of(requestsFields.spanId)];
  const values = Array.from({ length: frame.length }, (_, at) => String(traceIds[at] || spanIds[at] || ''));
  const word = traces ? 'trace' : 'hotspots';
  return {
    name: traceColumn,
    type: FieldType.string,
    values,
    config: {
      displayNameFromDS: 'Open',
      mappings: [{ type: MappingType.RegexToText, options: { pattern: '.+', result: { text: word, index: 0 } } }],
      links: [hotspotsLink(uid, traces)],
      custom: { width: 80 },
    },
  };
}

/** A page of the app, so that it also opens for who may not use Explore. An id of 16 digits in place of a trace's is the span's. */
function hotspotsLink(uid: string, traces: TraceTarget | undefined): DataLink {
  const search = [
    `ds=${encodeURIComponent(uid)}`,
    ...(traces ? [`traces=${encodeURIComponent(traces.uid)}`] : []),
    'trace=${__value.raw}',
    `span=\${__data.fields.${requestsFields.spanId}}`,
    `service=\${__data.fields.${requestsFields.service}}`,
    '${__url_time_range}',
  ];
  return { title: 'Trace and code hotspots of this request', url: `${appRoot}/trace?${search.join('&')}` };
}

function traceLink({ uid, name, type }: TraceTarget): DataLink {
  const queryType = { tempo: 'traceql', zipkin: 'traceID' }[type];
  const query = { refId: 'A', query: '${__value.raw}', ...(queryType && { queryType }) };
  return { title: `Trace in ${name}`, url: '', internal: { datasourceUid: uid, datasourceName: name, query } };
}

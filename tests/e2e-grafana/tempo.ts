import http from 'node:http';
import { type RecordedSpan, hexId, hexTraceId } from '../oracle/recorded-traces';

/** A trace as the stand-in answers it: recorded spans, moved in time, under a service of the test's own. */
export interface ServedTrace {
  service: string;
  spans: RecordedSpan[];
  /** Added to the recorded times. */
  shiftNs: bigint;
  /** Spans that carry `pyroscope.profile.id`, as Pyroscope's OpenTelemetry wrappers write it. */
  hasProfileId: (span: RecordedSpan) => boolean;
}

/** Protobuf fields as [number, bytes | text | fixed 64-bit value | small number]. */
type Field = [number, Buffer | string | bigint | number];

function varint(value: number): Buffer {
  const out: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) {
    out.push((value & 127) | 128);
  }
  return Buffer.from([...out, value]);
}

function message(...fields: Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') {
        return [varint(number * 8), varint(value)];
      }
      if (typeof value === 'bigint') {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(value);
        return [varint(number * 8 + 1), bytes];
      }
      const bytes = Buffer.from(value);
      return [varint(number * 8 + 2), varint(bytes.length), bytes];
    })
  );
}

const attribute = (key: string, value: string) => message([1, key], [2, message([1, value])]);
const idBytes = (hex: string) => Buffer.from(hex, 'hex');

/** Field numbers of opentelemetry/proto/trace/v1/trace.proto, message Span. */
function spanMessage(trace: ServedTrace, traceId: string, span: RecordedSpan): Buffer {
  const start = span.startNs + trace.shiftNs;
  const tags: Record<string, string> = { 'http.route': span.resource };
  if (trace.hasProfileId(span)) {
    tags['pyroscope.profile.id'] = hexId(span.spanId);
  }
  return message(
    [1, idBytes(traceId)],
    [2, idBytes(hexId(span.spanId))],
    ...(span.parentId === 0n ? [] : [[4, idBytes(hexId(span.parentId))] satisfies Field]),
    [5, `${span.name} ${span.resource}`],
    [6, 2],
    [7, start],
    [8, start + span.durationNs],
    ...Object.entries(tags).map(([key, value]) => [9, attribute(key, value)] satisfies Field),
    // An empty status; Grafana fails without one.
    [15, '']
  );
}

/** `TracesData` with one resource and one scope. */
function traceMessage(trace: ServedTrace, traceId: string): Buffer {
  const resource = message([1, attribute('service.name', trace.service)]);
  const spans = trace.spans.map((span) => [2, spanMessage(trace, traceId, span)] satisfies Field);
  const scope = message([1, message([1, 'ddtrace'])], ...spans);
  return message([1, message([1, resource], [2, scope])]);
}

/** TraceQL that asks for a span by its id: the trace that has it. */
function searchAnswer(traces: readonly ServedTrace[], query: string): string {
  const spanId = /span:id\s*=\s*"([0-9a-f]+)"/.exec(query)?.[1];
  const found = traces.filter(({ spans }) => spans.some((span) => hexId(span.spanId) === spanId));
  return JSON.stringify({
    traces: found.map(({ service, spans, shiftNs }) => ({
      traceID: hexTraceId(spans),
      rootServiceName: service,
      rootTraceName: spans[0].resource,
      startTimeUnixNano: String(spans[0].startNs + shiftNs),
      durationMs: Number(spans[0].durationNs / 1_000_000n),
    })),
    metrics: {},
  });
}

/**
 * Speaks as much of Tempo's HTTP API as Grafana needs to show traces by id. `traces` may be changed while it runs.
 * Listens on loopback, at the port where Grafana's provisioned datasource looks for Tempo.
 */
export async function startTempo(port: number, traces: ServedTrace[]): Promise<() => Promise<void>> {
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://tempo');
    const id = /^\/api\/(v2\/)?traces\/([0-9a-f]+)$/i.exec(url.pathname);
    const trace = id && traces.find(({ spans }) => hexTraceId(spans) === id[2].toLowerCase().padStart(32, '0'));
    if (trace) {
      const body = traceMessage(trace, hexTraceId(trace.spans));
      // The second version wraps the trace in a TraceByIDResponse.
      response.setHeader('content-type', 'application/protobuf').end(id[1] ? message([1, body]) : body);
    } else if (url.pathname === '/api/search') {
      response.setHeader('content-type', 'application/json').end(searchAnswer(traces, url.searchParams.get('q') ?? ''));
    } else if (url.pathname === '/api/status/buildinfo') {
      response.setHeader('content-type', 'application/json').end('{"version":"2.8.0"}');
    } else if (url.pathname === '/api/echo') {
      response.end('echo');
    } else if (url.pathname.startsWith('/api/v2/search/')) {
      response.setHeader('content-type', 'application/json').end('{"scopes":[],"tagValues":[]}');
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, '127.0.0.1', resolve));
  return () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
}

import { type PluginExtensionAddedLinkConfig, dateTime } from '@grafana/data';
import { explorePath, tracePath } from './routes';

/** Grafana's contexts are loosely filled: every value is looked for and may be missing. */
function field(source: unknown, name: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined;
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' && first !== 'undefined' ? first : undefined;
}

// Grafana refuses to register a link without a path, though `configure` gives the real one.
const path = explorePath();

const aroundMs = 10 * 60_000;

interface SpanContext {
  attributes?: Record<string, string[]>;
  spanAttributes?: Record<string, string[]>;
  /** From Grafana 12.4 on. */
  spanID?: string;
  timeRange?: unknown;
}

/** Explore's range, as epoch milliseconds where it can be read. */
function rangeOf(context: unknown): { from?: string; to?: string } {
  const range = field(context, 'timeRange');
  const [from, to] = [field(range, 'from'), field(range, 'to')].map((time) => {
    const ms = time === undefined ? NaN : Number(dateTime(time as string).valueOf());
    return Number.isFinite(ms) ? String(ms) : undefined;
  });
  return from && to ? { from, to } : {};
}

/** Grafana 12.3 tells the span's id only where the span carries it as a tag for span profiles. */
function spanOf(context: unknown): string | undefined {
  return (
    firstText(field(context, 'spanID')) ?? firstText(field(field(context, 'spanAttributes'), 'pyroscope.profile.id'))
  );
}

/** Link on a span's attribute service.name: the profiles that hold samples of that span. */
export const spanLink: PluginExtensionAddedLinkConfig<SpanContext> = {
  targets: ['grafana/traceview/resource-attributes'],
  title: 'Profiles of this service and span',
  description: 'Lists the profiles that were recorded while this span ran.',
  path,
  // Grafana shows the link at the attribute whose key is the category; newer versions name it a group.
  category: 'service.name',
  group: { name: 'service.name', icon: 'fire' },
  icon: 'fire',
  configure: (context) => {
    const service = firstText(field(field(context, 'attributes'), 'service.name'));
    const span = spanOf(context);
    return service || span ? { path: explorePath({ service, span, ...rangeOf(context) }) } : undefined;
  },
};

interface TraceContext {
  spans?: unknown[];
  processes?: Record<string, unknown>;
}

function spansOf(context: unknown): unknown[] {
  const spans = field(context, 'spans');
  return Array.isArray(spans) ? spans : [];
}

/** Start and end of the trace in ms, {} without spans. Span times are microseconds. */
function traceRange(spans: unknown[]): { from?: string; to?: string } {
  const starts = spans.map((span) => Number(field(span, 'startTime')));
  const ends = spans.map((span) => Number(field(span, 'startTime')) + Number(field(span, 'duration')));
  const from = Math.floor(Math.min(...starts) / 1000) - aroundMs;
  const to = Math.ceil(Math.max(...ends) / 1000) + aroundMs;
  return Number.isFinite(from) && Number.isFinite(to) ? { from: String(from), to: String(to) } : {};
}

function serviceNames(processes: unknown): string[] {
  const all = typeof processes === 'object' && processes !== null ? Object.values(processes) : [];
  const names = all.map((process) => firstText(field(process, 'serviceName')));
  return [...new Set(names.filter((name): name is string => name !== undefined))];
}

/** Button above a trace: the profiles of its services at that time. */
export const traceLink: PluginExtensionAddedLinkConfig<TraceContext> = {
  targets: ['grafana/traceview/header/actions'],
  title: 'Profiles of this trace',
  description: 'Lists the profiles that were recorded while this trace ran.',
  path,
  icon: 'fire',
  configure: (context) => {
    const range = traceRange(spansOf(context));
    const service = serviceNames(field(context, 'processes'));
    return range.from ? { path: explorePath({ service, ...range }) } : undefined;
  },
};

/** Button above a trace: the trace beside the methods of its spans. */
export const hotspotsLink: PluginExtensionAddedLinkConfig<TraceContext> = {
  targets: ['grafana/traceview/header/actions'],
  title: 'Code hotspots',
  description: 'Shows this trace beside the methods that ran in its spans.',
  path,
  icon: 'code-branch',
  configure: (context) => {
    const spans = spansOf(context);
    const trace = firstText(field(context, 'traceID')) ?? firstText(field(spans[0], 'traceID'));
    const range = traceRange(spans);
    const traces = firstText(field(field(context, 'datasource'), 'uid'));
    return trace && range.from ? { path: tracePath({ trace, traces, ...range }) } : undefined;
  },
};

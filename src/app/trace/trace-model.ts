import { type DataFrame } from '@grafana/data';
import { columnOf } from '../store-client';

/** A span as trace datasources of Grafana tell it. */
export interface TraceSpan {
  readonly id: string;
  readonly parentId: string;
  readonly service: string;
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
}

/** Spans of a trace, parents before their children, with their depth. */
export interface Trace {
  readonly id: string;
  readonly spans: readonly TraceSpan[];
  readonly level: readonly number[];
  readonly startMs: number;
  readonly endMs: number;
}

/** Reads the frame that Tempo, Jaeger and Zipkin datasources answer with; undefined = it has no spans. */
export function readTrace(frame: DataFrame | undefined): Trace | undefined {
  const [ids, parents, services, names, starts, durations, traces] = [
    'spanID',
    'parentSpanID',
    'serviceName',
    'operationName',
    'startTime',
    'duration',
    'traceID',
  ].map((name) => columnOf(frame, name));
  const spans = ids.map((id, at) => ({
    id: hexId(id),
    parentId: hexId(parents[at]),
    service: textOf(services[at]),
    name: textOf(names[at]),
    startMs: numberOf(starts[at]),
    durationMs: numberOf(durations[at]),
  }));
  const known = spans.filter(({ id, startMs }) => id !== '' && Number.isFinite(startMs));
  return known.length === 0 ? undefined : { id: textOf(traces[0]), ...inOrder(known), ...extent(known) };
}

const textOf = (value: unknown) => (value === null || value === undefined ? '' : String(value));
const numberOf = (value: unknown) => (value === null || value === undefined ? NaN : Number(value));

/** 16 hex digits, as the store writes span ids; Jaeger leaves out leading zeros. */
function hexId(value: unknown): string {
  const text = textOf(value).toLowerCase();
  return /^[0-9a-f]{1,16}$/.test(text) && /[^0]/.test(text) ? text.padStart(16, '0') : '';
}

function extent(spans: readonly TraceSpan[]): { startMs: number; endMs: number } {
  return {
    startMs: spans.reduce((first, { startMs }) => Math.min(first, startMs), Infinity),
    endMs: spans.reduce((last, { startMs, durationMs }) => Math.max(last, startMs + durationMs), 0),
  };
}

/** Depth first, siblings by their start. A span whose parent is not in the trace stands at the top; so does one of a circle. */
function inOrder(spans: readonly TraceSpan[]): { spans: TraceSpan[]; level: number[] } {
  const ids = new Set(spans.map(({ id }) => id));
  const byStart = [...spans].sort((a, b) => a.startMs - b.startMs);
  const children = new Map<string, TraceSpan[]>();
  const tops: TraceSpan[] = [];
  for (const span of byStart) {
    const siblings = children.get(span.parentId);
    if (!ids.has(span.parentId) || span.parentId === span.id) {
      tops.push(span);
    } else if (siblings === undefined) {
      children.set(span.parentId, [span]);
    } else {
      siblings.push(span);
    }
  }
  const placed = new Map<TraceSpan, number>();
  const place = (first: TraceSpan) => {
    const open: Array<readonly [TraceSpan, number]> = [[first, 0]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [span, level] = next;
      if (!placed.has(span)) {
        placed.set(span, level);
        const below = [...(children.get(span.id) ?? [])].reverse();
        below.forEach((child) => open.push([child, level + 1]));
      }
    }
  };
  [...tops, ...byStart].forEach(place);
  return { spans: [...placed.keys()], level: [...placed.values()] };
}

/** The store takes no more ids in a question. */
export const mostSpanIds = 10_000;

/** The span and everything below it that its service did; of very many the longest. */
export function withDescendants({ spans, level }: Trace, id: string): string[] {
  const at = spans.findIndex((span) => span.id === id);
  if (at < 0) {
    return [id];
  }
  const end = level.findIndex((depth, row) => row > at && depth <= level[at]);
  const below = spans.slice(at + 1, end < 0 ? undefined : end).filter(({ service }) => service === spans[at].service);
  const asked = below.length < mostSpanIds ? below : below.sort((a, b) => b.durationMs - a.durationMs);
  return [id, ...asked.slice(0, mostSpanIds - 1).map((span) => span.id)];
}

/** Where a trace opens: its root, or the earliest span whose parent is not in it. */
export function firstSpan({ spans }: Trace): TraceSpan {
  return spans[0];
}

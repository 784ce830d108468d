import { css } from '@emotion/css';
import { type GrafanaTheme2, dateTime } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Alert, Button, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';
import { type SpanScope, spanScopes } from '../../api/query';
import { useAsyncValue } from '../../ui/async-value';
import { ErrorNotice } from '../../ui/error-notice';
import { writeSelector } from '../../ui/selector';
import { WaitBar } from '../../ui/wait-bar';
import { changeSearch, useSearchParams } from '../location';
import { SplitView } from '../profile/split-view';
import { explorePath, hrefOf } from '../routes';
import { type StoreClient } from '../store-client';
import { type AskedHotspots, HotspotsView } from './hotspots-view';
import { SpanList, spansHeightPx } from './span-list';
import { type Trace, firstSpan, withDescendants } from './trace-model';
import { type TraceSource, findTraceSource, loadTrace } from './trace-source';

/** /trace?trace=…&span=…: a trace beside the methods that ran in the picked span. */
export function TracePage({ store }: { store: StoreClient }) {
  return (
    <PluginPage
      pageNav={{
        text: 'Trace',
        parentItem: { text: 'Explore profiles', url: hrefOf(explorePath({ ds: store.uid })) },
      }}
    >
      <TraceView store={store} />
    </PluginPage>
  );
}

/** What the address says. */
interface View {
  readonly traceId: string;
  readonly spanId: string;
  readonly scope: SpanScope;
  readonly profileType: string | undefined;
  readonly service: string | null;
  readonly range: { readonly fromMs: number; readonly toMs: number };
}

const hourMs = 3_600_000;

/** An id; what a link could not fill in is none. */
function idOf(text: string | null): string {
  return /^[0-9a-f]{1,32}$/i.test(text ?? '') ? (text ?? '').toLowerCase() : '';
}

/** Links of requests write the span's id where they know no trace id. */
function traceIdOf(params: URLSearchParams): string {
  const id = idOf(params.get('trace'));
  return id === idOf(params.get('span')) ? '' : id;
}

function readView(params: URLSearchParams, nowMs: number): View {
  const number = (name: string) => (/^\d+$/.test(params.get(name) ?? '') ? Number(params.get(name)) : undefined);
  const toMs = number('to') ?? nowMs;
  return {
    traceId: traceIdOf(params),
    spanId: idOf(params.get('span')),
    scope: spanScopes.find((scope) => scope === params.get('var-span_scope')) ?? 'children',
    profileType: params.get('var-profile_type') ?? undefined,
    service: params.get('service'),
    range: { fromMs: number('from') ?? toMs - hourMs, toMs },
  };
}

function TraceView({ store }: { store: StoreClient }) {
  const params = useSearchParams();
  const [openedMs] = useState(() => Date.now());
  const view = readView(params, openedMs);
  const source = findTraceSource(params.get('traces'), store.tracesUid);
  const trace = useAsyncValue(`${source?.uid ?? ''} ${view.traceId || view.spanId}`, () => openTrace(source, view));
  if (view.traceId === '' && view.spanId === '') {
    return (
      <Alert severity="info" title="Which trace? The address needs a trace or a span: ?trace=<id> or ?span=<id>" />
    );
  }
  return (
    <>
      <WaitBar waiting={trace.loading} what="the trace" />
      {trace.error && <ErrorNotice what="The trace" error={trace.error} onRetry={trace.reload} />}
      {trace.value && (
        <LoadedTrace store={store} view={view} source={source} trace={trace.value.trace} onRetry={trace.reload} />
      )}
    </>
  );
}

/** In a box of its own: that there is no trace is an answer, too. */
async function openTrace(source: TraceSource | undefined, view: View): Promise<{ trace?: Trace }> {
  if (source === undefined) {
    return {};
  }
  const [from, to] = [dateTime(view.range.fromMs), dateTime(view.range.toMs)];
  return { trace: await loadTrace(source, view.traceId, view.spanId, { from, to, raw: { from, to } }) };
}

interface LoadedProps {
  store: StoreClient;
  view: View;
  source: TraceSource | undefined;
  trace: Trace | undefined;
  onRetry: () => void;
}

function LoadedTrace({ store, view, source, trace, onRetry }: LoadedProps) {
  const styles = useStyles2(getStyles);
  const picked =
    trace?.spans.find(({ id }) => id === view.spanId) ?? (trace && view.spanId === '' ? firstSpan(trace) : undefined);
  const spanId = picked?.id ?? view.spanId;
  const asked = askedFor(view, trace, spanId);
  return (
    <div className={styles.page}>
      {trace === undefined && <NoTrace source={source} view={view} onRetry={onRetry} />}
      <div className={styles.panels}>
        {trace === undefined ? (
          spanId !== '' && <HotspotsView uid={store.uid} asked={asked} />
        ) : (
          <SplitView
            kind="trace"
            left={<SpanList trace={trace} picked={spanId} onPick={(span) => changeSearch({ span })} />}
            right={<HotspotsView uid={store.uid} asked={asked} />}
          />
        )}
      </div>
      {trace && source && <OpenInExplore source={source} trace={trace} />}
    </div>
  );
}

/** Children are those of the trace; without one the span stands alone. */
function askedFor(view: View, trace: Trace | undefined, spanId: string): AskedHotspots {
  const span = trace?.spans.find(({ id }) => id === spanId);
  const service = span?.service ?? view.service;
  const query = {
    queryType: 'hotspots' as const,
    ...(service && { selector: writeSelector([{ label: 'service', operator: '=', value: service }]) }),
    ...(view.profileType && { profileType: view.profileType }),
    spanId: trace && view.scope === 'children' ? withDescendants(trace, spanId) : [spanId],
    spanScope: view.scope,
    ...(span && {
      spanStartUs: Math.round(span.startMs * 1000),
      spanDurationNs: Math.round(span.durationMs * 1e6),
    }),
  };
  return span
    ? { query, fromMs: Math.floor(span.startMs), toMs: Math.ceil(span.startMs + span.durationMs) + 1 }
    : { query, ...view.range };
}

function NoTrace({ source, view, onRetry }: { source: TraceSource | undefined; view: View; onRetry: () => void }) {
  const wanted = view.traceId === '' ? `with the span ${view.spanId}` : view.traceId;
  const alone = view.spanId === '' ? '' : ' The samples of the span alone are shown.';
  if (source === undefined) {
    return (
      <Alert severity="info" title="Grafana has no datasource of traces (Tempo, Jaeger or Zipkin)">
        {`Add one, or name it in the settings of the Hotspan datasource.${alone}`}
      </Alert>
    );
  }
  return (
    <Alert severity="info" title={`${source.name} has no trace ${wanted} in this range`}>
      <Stack direction="column" alignItems="flex-start" gap={1}>
        {`It may still be on its way, or older than what is kept. Which datasource has the traces is a setting of the Hotspan datasource.${alone}`}
        <Button size="sm" variant="secondary" onClick={onRetry}>
          Try again
        </Button>
      </Stack>
    </Alert>
  );
}

function OpenInExplore({ source, trace }: { source: TraceSource; trace: Trace }) {
  const queries = [{ refId: 'A', queryType: source.type === 'tempo' ? 'traceql' : undefined, query: trace.id }];
  const range = { from: String(Math.floor(trace.startMs) - hourMs), to: String(Math.ceil(trace.endMs) + hourMs) };
  const panes = JSON.stringify({ one: { datasource: source.uid, queries, range } });
  return (
    <Stack>
      <LinkButton
        size="sm"
        variant="secondary"
        icon="compass"
        href={hrefOf(`/explore?schemaVersion=1&panes=${encodeURIComponent(panes)}`)}
      >
        Open the trace in Explore
      </LinkButton>
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  panels: css({
    height: spansHeightPx,
    display: 'flex',
    '& > *': { flex: 1, minWidth: 0 },
    [theme.breakpoints.down('md')]: { height: 'auto', minHeight: spansHeightPx },
  }),
});

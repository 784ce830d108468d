import { css } from '@emotion/css';
import {
  type DataFrame,
  type FieldConfigSource,
  type GrafanaTheme2,
  LoadingState,
  type PanelData,
  type PanelProps,
} from '@grafana/data';
import { PanelDataErrorView, config } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import React, { type ReactNode } from 'react';
import { frameWithFields } from './panel-fields';

/** What a panel has to show: a frame with rows, or a reason why there is none. */
export type PanelContent =
  | { state: 'ready'; frame: DataFrame }
  | { state: 'loading' }
  | { state: 'failed'; reasons: string[] }
  | { state: 'empty'; notices: string[] }
  | { state: 'wrong'; missing: string[] };

/** Decides from panel data. Old frames stay while new ones load. */
export function panelContent(data: PanelData, needed: readonly string[]): PanelContent {
  const frame = frameWithFields(data.series, needed);
  if (frame && frame.length > 0) {
    return { state: 'ready', frame };
  }
  if (data.state === LoadingState.Loading) {
    return { state: 'loading' };
  }
  const reasons = (data.errors ?? []).map((error) => error.message ?? error.data?.message ?? 'The query failed.');
  if (reasons.length > 0) {
    return { state: 'failed', reasons };
  }
  if (data.state === LoadingState.Error || unfilledDatasource(data)) {
    return { state: 'failed', reasons: [unfilledDatasource(data) ?? 'Grafana says no reason.'] };
  }
  if (data.series.every((series) => series.length === 0)) {
    return emptyContent(data);
  }
  const present = new Set(data.series.flatMap((series) => series.fields.map((field) => field.name)));
  return { state: 'wrong', missing: needed.filter((name) => !present.has(name)) };
}

/** Public dashboards know no variables: a panel whose datasource is one gets an empty answer there, without an error. */
function unfilledDatasource({ request, series }: PanelData): string | undefined {
  const uid = request?.targets[0]?.datasource?.uid ?? '';
  const isPublic = Boolean(config.publicDashboardAccessToken);
  return isPublic && series.length === 0 && uid.startsWith('$')
    ? `The datasource of this panel is the variable ${uid}, which has no value on a public dashboard. Choose the datasource itself.`
    : undefined;
}

/** Nothing to show; the notices of the frames explain why. */
export function emptyContent({ series }: PanelData): Extract<PanelContent, { state: 'empty' }> {
  return { state: 'empty', notices: series.flatMap((frame) => (frame.meta?.notices ?? []).map(({ text }) => text)) };
}

interface PanelReasonProps {
  content: Exclude<PanelContent, { state: 'ready' }>;
  data: PanelData;
  panelId: number;
  fieldConfig?: FieldConfigSource;
  /** What the panel shows, in the plural: `profiles`, `methods`. */
  what: string;
  /** Query type that yields the wanted frame. */
  queryType: string;
}

interface FrameOrReasonProps {
  panel: Pick<PanelProps, 'data' | 'id' | 'fieldConfig'>;
  needed: readonly string[];
  what: string;
  queryType: string;
  children: (frame: DataFrame) => ReactNode;
}

/** What a panel draws from a frame with all needed fields, or the reason why there is none. */
export function FrameOrReason({ panel, needed, what, queryType, children }: FrameOrReasonProps) {
  const { data, id, fieldConfig } = panel;
  const content = panelContent(data, needed);
  if (content.state === 'ready') {
    return <>{children(content.frame)}</>;
  }
  return <PanelReason {...{ content, data, fieldConfig, what, queryType }} panelId={id} />;
}

/** Says why a panel shows nothing and what helps. */
export function PanelReason({ content, data, panelId, fieldConfig, what, queryType }: PanelReasonProps) {
  switch (content.state) {
    case 'loading':
      return <Message title="Loading…" />;
    case 'failed':
      return (
        <Message title="The query failed" role="alert">
          {content.reasons.map((reason, i) => (
            <p key={i}>{reason}</p>
          ))}
        </Message>
      );
    case 'empty':
      return (
        <Message title={`No ${what} in this time range`}>
          {content.notices.map((notice, i) => (
            <p key={i}>{notice}</p>
          ))}
          {content.notices.length === 0 && <p>Widen the time range, or take filters away.</p>}
        </Message>
      );
    case 'wrong': {
      const fields = content.missing.length > 0 ? `fields ${content.missing.join(', ')}` : 'one frame with all fields';
      const message = `The data has not what this panel needs: ${fields}. Choose the query type “${queryType}”.`;
      return <PanelDataErrorView panelId={panelId} data={data} fieldConfig={fieldConfig} message={message} />;
    }
  }
}

function Message({ title, role = 'status', children }: { title: string; role?: string; children?: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.message} role={role}>
      <div className={styles.title}>{title}</div>
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  message: css({
    height: '100%',
    overflow: 'auto',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    textAlign: 'center',
    padding: theme.spacing(1),
    color: theme.colors.text.secondary,
    '& p': { margin: 0, maxWidth: 640 },
  }),
  title: css({ fontSize: theme.typography.h5.fontSize, color: theme.colors.text.primary }),
});

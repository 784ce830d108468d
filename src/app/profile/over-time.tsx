import React, { type KeyboardEvent } from 'react';
import { css, cx } from '@emotion/css';
import { type GrafanaTheme2, dateTime, dateTimeFormat } from '@grafana/data';
import { RadioButtonGroup, Stack, useStyles2 } from '@grafana/ui';
import { profilesFields } from '../../api/frames';
import { type ProfileDetail } from '../../api/resources';
import { formatCounted, formatValue } from '../../model/units';
import { useAsyncValue } from '../../ui/async-value';
import { ErrorNotice } from '../../ui/error-notice';
import { WaitBar } from '../../ui/wait-bar';
import { changeSearch, useSearchParams } from '../location';
import { hrefOf, profilePath } from '../routes';
import { type StoreClient, columnOf } from '../store-client';
import { processSelector } from './process-selector';

interface Props {
  store: StoreClient;
  detail: ProfileDetail;
  profileType: string;
  search: Record<string, string | undefined>;
  /** Beside the list: another upload is shown there too. */
  inList?: boolean;
}

const windows = [
  { value: '1h', label: '1 hour', ms: 3_600_000 },
  { value: '6h', label: '6 hours', ms: 6 * 3_600_000 },
  { value: '24h', label: '1 day', ms: 24 * 3_600_000 },
];
const maxUploads = 2000;

export interface ProcessUpload {
  id: string;
  time: number;
  total: number;
}

/** What this process has sent around this upload, each with its total; a click goes there. */
export function OverTime({ store, detail, profileType, search, inList }: Props) {
  const asked = useSearchParams().get('around');
  const around = windows.find(({ value }) => value === asked) ?? windows[0];
  const key = JSON.stringify([store.uid, detail.id, profileType, around.value]);
  const uploads = useAsyncValue(key, (signal) => loadUploads(store, detail, profileType, around.ms, signal));
  const type = detail.profileTypes.find(({ id }) => id === profileType);
  return (
    <Stack direction="column" gap={1}>
      <Stack gap={1} alignItems="center" wrap="wrap">
        <RadioButtonGroup
          size="sm"
          aria-label="Time around this upload"
          options={windows.map(({ value, label }) => ({ value, label }))}
          value={around.value}
          onChange={(value) => changeSearch({ around: value === windows[0].value ? null : value })}
        />
        <span>
          {type?.name} of this process{uploads.value && `, ${formatCounted(uploads.value.length, 'upload')}`}
        </span>
      </Stack>
      <WaitBar waiting={uploads.loading} what="the uploads of this process" />
      {uploads.error && (
        <ErrorNotice what="The uploads of this process" error={uploads.error} onRetry={uploads.reload} />
      )}
      {uploads.value && (
        <Strip
          uploads={uploads.value}
          current={detail.id}
          format={(total) => formatValue(total, type?.unit ?? 'count')}
          onPick={inList ? (id) => changeSearch({ profile: id }) : undefined}
          hrefOf={(id) => hrefOf(profilePath(id, { ...search, around: asked ?? undefined }))}
        />
      )}
      {uploads.value?.length === 1 && <p role="status">This is the only upload of this process in that time.</p>}
    </Stack>
  );
}

async function loadUploads(
  store: StoreClient,
  detail: ProfileDetail,
  profileType: string,
  aroundMs: number,
  signal: AbortSignal
): Promise<ProcessUpload[]> {
  const from = dateTime(detail.start - aroundMs / 2);
  const to = dateTime(detail.end + aroundMs / 2);
  const total = `total ${profileType}`;
  const query = {
    refId: 'process',
    queryType: 'profiles' as const,
    selector: processSelector(detail),
    columns: [total],
    sort: 'time',
    limit: maxUploads,
  };
  const { frames, errors } = await store.query([query], { from, to, raw: { from, to } }, signal);
  const failed = errors.get('process');
  if (failed) {
    throw failed;
  }
  const frame = frames.get('process')?.[0];
  const times = columnOf(frame, profilesFields.time);
  const totals = columnOf(frame, total);
  return columnOf(frame, profilesFields.id).map((id, row) => ({
    id: String(id),
    time: Number(times[row]),
    total: Number(totals[row] ?? 0),
  }));
}

interface StripProps {
  uploads: readonly ProcessUpload[];
  current: string;
  format: (total: number) => string;
  hrefOf: (id: string) => string;
  /** Instead of following the link, unless a new tab is wanted. */
  onPick?: (id: string) => void;
}

/** One bar an upload, in the order of time; the arrow keys go along. */
function Strip({ uploads, current, format, hrefOf: linkOf, onPick }: StripProps) {
  const styles = useStyles2(getStyles);
  const highest = Math.max(1, ...uploads.map(({ total }) => total));
  return (
    <div>
      <div className={styles.strip} role="group" aria-label="Uploads of this process" onKeyDown={moveFocus}>
        {uploads.map(({ id, time, total }) => {
          const text = `${dateTimeFormat(time)}: ${format(total)}`;
          return (
            <a
              key={id}
              href={linkOf(id)}
              title={text}
              onClick={(event) => {
                if (onPick && !event.ctrlKey && !event.metaKey) {
                  event.preventDefault();
                  onPick(id);
                }
              }}
              aria-label={text}
              aria-current={id === current ? 'page' : undefined}
              className={cx(styles.bar, id === current && styles.current)}
            >
              <span style={{ height: `${Math.max(2, (100 * total) / highest)}%` }} />
            </a>
          );
        })}
      </div>
      {uploads.length > 0 && (
        <div className={styles.axis} aria-hidden>
          <span>{dateTimeFormat(uploads[0].time)}</span>
          <span>highest {format(highest)}</span>
          {uploads.length > 1 && <span>{dateTimeFormat(uploads[uploads.length - 1].time)}</span>}
        </div>
      )}
    </div>
  );
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>) {
  const { target } = event;
  const next =
    target instanceof Element &&
    { ArrowRight: target.nextElementSibling, ArrowLeft: target.previousElementSibling }[event.key];
  if (next instanceof HTMLElement) {
    event.preventDefault();
    next.focus();
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  strip: css({
    display: 'flex',
    alignItems: 'flex-end',
    // Few bars spread, so that the first and the last stand above their times.
    justifyContent: 'space-between',
    gap: 1,
    height: 160,
    overflowX: 'auto',
    padding: 2,
    background: theme.colors.background.secondary,
  }),
  bar: css({
    flex: '1 0 4px',
    maxWidth: 40,
    height: '100%',
    display: 'flex',
    alignItems: 'flex-end',
    '& span': { width: '100%', background: theme.visualization.getColorByName('semi-dark-blue') },
    '&:hover': { background: theme.colors.action.hover },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
  }),
  current: css({ '& span': { background: theme.colors.warning.main }, background: theme.colors.action.selected }),
  axis: css({
    display: 'flex',
    justifyContent: 'space-between',
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
  }),
});

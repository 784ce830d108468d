import React from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, dateTimeFormat } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Button, ClipboardButton, Dropdown, LinkButton, Menu, Stack, useStyles2 } from '@grafana/ui';
import { type ProfileDetail } from '../../api/resources';
import { formatBytes, formatDuration } from '../../model/units';
import { baselines } from '../compare/baseline';
import { comparePath, hrefOf, profilePath } from '../routes';
import { downloadHref } from './download-link';

interface Props {
  uid: string;
  detail: ProfileDetail;
  search: Record<string, string | string[] | undefined>;
  /** In the slide-out: the link to the page. */
  linkToPage?: boolean;
}

/** Which process and time this is about, its neighbours, and the download. */
export function ProfileHeader({ uid, detail, search, linkToPage }: Props) {
  const styles = useStyles2(getStyles);
  const { labels } = detail;
  const facts = [detail.service, labels.env, labels.version, labels.host, labels.runtime ?? labels.language].filter(
    Boolean
  );
  const durationNs = (detail.end - detail.start) * 1e6;
  return (
    <div className={styles.header}>
      <div>
        <div className={styles.facts}>{facts.join(' · ')}</div>
        <div className={styles.time}>
          {dateTimeFormat(detail.start)} – {dateTimeFormat(detail.end)} · {formatDuration(durationNs)} ·{' '}
          {formatBytes(detail.sizeBytes)} {detail.format}
        </div>
        <div className={styles.time}>
          <code>{detail.id}</code>{' '}
          <ClipboardButton size="sm" fill="text" icon="copy" aria-label="Copy profile id" getText={() => detail.id} />
        </div>
      </div>
      <Stack gap={1} alignItems="flex-start" wrap="wrap">
        <Neighbour id={detail.previousId} name="Previous upload" icon="angle-left" search={search} />
        <Neighbour id={detail.nextId} name="Next upload" icon="angle-right" search={search} />
        <CompareMenu uid={uid} detail={detail} type={String(search.type ?? '')} />
        <DownloadMenu uid={uid} detail={detail} profileType={String(search.type ?? '')} />
        {linkToPage && <LinkButton href={hrefOf(profilePath(detail.id, search))}>Open page</LinkButton>}
      </Stack>
    </div>
  );
}

function CompareMenu({ uid, detail, type }: { uid: string; detail: ProfileDetail; type: string }) {
  const offered = baselines.filter(({ id }) => id !== 'previous' || detail.previousId);
  const overlay = (
    <Menu>
      {offered.map(({ id, label }) => (
        <Menu.Item
          key={id}
          label={label}
          url={hrefOf(comparePath({ ds: uid, base: id, right: detail.id, type: type || undefined }))}
        />
      ))}
    </Menu>
  );
  return (
    <Dropdown overlay={overlay} placement="bottom-end">
      <Button variant="secondary" icon="exchange-alt">
        Compare
      </Button>
    </Dropdown>
  );
}

const formats = [
  { format: 'pprof', label: 'pprof' },
  { format: 'folded', label: 'Folded stacks' },
  { format: 'speedscope', label: 'speedscope' },
];

/** The shown profile type of an upload as a file, through the datasource. */
export function exportHref(uid: string, detail: ProfileDetail, profileType: string, format: string): string {
  const { id, start, end } = detail;
  const params = new URLSearchParams({
    from: String(start),
    to: String(Math.max(end, start + 1)),
    profileId: id,
    format,
  });
  if (profileType !== '') {
    params.set('profileType', profileType);
  }
  return `${config.appSubUrl}/api/datasources/uid/${encodeURIComponent(uid)}/resources/export?${params.toString()}`;
}

function DownloadMenu({ uid, detail, profileType }: { uid: string; detail: ProfileDetail; profileType: string }) {
  const isGo = detail.labels.language === 'go' && detail.profileTypes.some(({ id }) => id === 'cpu-time');
  const offered = isGo ? [...formats, { format: 'pgo', label: 'PGO file (go build -pgo)' }] : formats;
  const overlay = (
    <Menu>
      <Menu.Item label="As uploaded" url={downloadHref(uid, detail.id)} target="_blank" />
      {detail.profileTypes.length > 0 &&
        offered.map(({ format, label }) => (
          <Menu.Item key={format} label={label} url={exportHref(uid, detail, profileType, format)} target="_blank" />
        ))}
    </Menu>
  );
  return (
    <Dropdown overlay={overlay} placement="bottom-end">
      <Button variant="secondary" icon="download-alt">
        Download
      </Button>
    </Dropdown>
  );
}

interface NeighbourProps {
  id: string | null;
  name: string;
  icon: 'angle-left' | 'angle-right';
  search: Props['search'];
}

function Neighbour({ id, name, icon, search }: NeighbourProps) {
  return (
    <LinkButton
      variant="secondary"
      icon={icon}
      aria-label={name}
      tooltip={id ? `${name} of this process` : `No ${name.toLowerCase()} of this process`}
      disabled={!id}
      href={id ? hrefOf(profilePath(id, search)) : undefined}
    />
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  header: css({ display: 'flex', justifyContent: 'space-between', gap: theme.spacing(2), flexWrap: 'wrap' }),
  facts: css({ fontSize: theme.typography.h4.fontSize, fontWeight: theme.typography.fontWeightMedium }),
  time: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
});

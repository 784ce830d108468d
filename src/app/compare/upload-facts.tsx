import React from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, dateTimeFormat } from '@grafana/data';
import { TextLink, useStyles2 } from '@grafana/ui';
import { type ProfileDetail } from '../../api/resources';
import { formatDuration } from '../../model/units';
import { hrefOf, profilePath } from '../routes';

/** `shop · prod · 1.4.2 · a-17` */
export function uploadTitle({ service, labels }: Pick<ProfileDetail, 'service' | 'labels'>): string {
  return [service, labels.env, labels.version, labels.host].filter(Boolean).join(' · ');
}

/** One line about an upload, with the link to its page. */
export function UploadFacts({ detail, ds, name }: { detail: ProfileDetail; ds: string; name?: string }) {
  const styles = useStyles2(getStyles);
  const { id, start, end } = detail;
  return (
    <div className={styles.line}>
      {name && <strong>{name}</strong>}
      <TextLink href={hrefOf(profilePath(id, { ds }))} inline={false}>
        {uploadTitle(detail)}
      </TextLink>
      <span className={styles.time}>
        {dateTimeFormat(start)} · {formatDuration((end - start) * 1e6)}
      </span>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), alignItems: 'baseline' }),
  time: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
});

import { css } from '@emotion/css';
import { type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import React, { useEffect, useState } from 'react';
import { type HotspotsCustom, type HotspotsState } from '../../api/frames';
import { type SpanScope } from '../../api/query';
import { ProfileDetails } from './hotspots-footer';
import { type ProfileLink } from './profile-links';

const titles: Record<Exclude<HotspotsState, 'ok'>, string> = {
  notOfType: 'Nothing of this type in the span',
  noSamples: 'No samples in this span',
  filtered: 'The filters leave nothing of this span',
  notArrived: 'The profile has not arrived yet',
  noUpload: 'Span not found in any profile',
};

const helps: Record<Exclude<HotspotsState, 'ok'>, string> = {
  notOfType: 'Choose a type that was sampled in it:',
  noSamples: 'Spans shorter than a few sampling intervals are often missed. Look at what ran around it:',
  filtered: 'Take filters out of the query to see what ran in the span.',
  notArrived: 'Profilers send about once a minute. This panel looks again by itself.',
  noUpload:
    'Either its process is not profiled, its profiler does not tie samples to spans, or the profile is past its retention.',
};

interface EmptySpanProps {
  frame: DataFrame;
  custom: HotspotsCustom;
  links: readonly ProfileLink[];
  waiting: boolean;
  onType: (profileType: string) => void;
  onScope: (scope: SpanScope) => void;
  onLookAgain: () => void;
}

/** Why a span shows nothing, and what helps. */
export function EmptySpan({ frame, custom, links, waiting, onType, onScope, onLookAgain }: EmptySpanProps) {
  const styles = useStyles2(getStyles);
  const { state, types, spanIds, spanScope } = custom;
  useRetry(state === 'notArrived' && !waiting, onLookAgain);
  if (state === 'ok') {
    return null;
  }
  return (
    <div className={styles.empty} role="status">
      <div className={styles.title}>{titles[state]}</div>
      {(frame.meta?.notices ?? []).map(({ text }) => (
        <p key={text}>{text}</p>
      ))}
      <p>{helps[state]}</p>
      <div className={styles.buttons}>
        {state === 'notOfType' &&
          types.slice(0, 6).map(({ id, name }) => (
            <Button key={id} size="sm" variant="secondary" onClick={() => onType(id)}>
              {name}
            </Button>
          ))}
        {state === 'noSamples' && spanIds.length > 0 && spanScope !== 'root' && (
          <Button size="sm" variant="secondary" onClick={() => onScope('root')}>
            Trace part
          </Button>
        )}
        {state === 'noSamples' && <ProfileDetails links={links} />}
        {(state === 'notArrived' || state === 'noUpload') && (
          <Button size="sm" variant="secondary" icon="sync" disabled={waiting} onClick={onLookAgain}>
            Look again
          </Button>
        )}
      </div>
    </div>
  );
}

const retryMs = 10_000;
/** Five minutes: by then a profile has come, or it never will. */
const mostRetries = 30;

function useRetry(active: boolean, retry: () => void) {
  const [left, setLeft] = useState(mostRetries);
  useEffect(() => {
    if (!active || left === 0) {
      return;
    }
    const timer = setTimeout(() => {
      setLeft(left - 1);
      retry();
    }, retryMs);
    return () => clearTimeout(timer);
  }, [active, left, retry]);
}

const getStyles = (theme: GrafanaTheme2) => ({
  empty: css({
    height: '100%',
    overflow: 'auto',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'safe center',
    textAlign: 'center',
    gap: theme.spacing(0.5),
    padding: theme.spacing(1),
    color: theme.colors.text.secondary,
    '& p': { margin: 0, maxWidth: 560 },
  }),
  title: css({ fontSize: theme.typography.h5.fontSize, color: theme.colors.text.primary }),
  buttons: css({ display: 'flex', flexWrap: 'wrap', justifyContent: 'center', gap: theme.spacing(1) }),
});

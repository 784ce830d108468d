import React, { type ChangeEvent, type KeyboardEvent, useState } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { Button, Input, useStyles2 } from '@grafana/ui';
import { profilesFields } from '../../api/frames';
import { type StoreQuery } from '../../api/query';
import { useAsyncValue } from '../../ui/async-value';
import { type StoreClient, columnOf } from '../store-client';
import { filterFault } from './conditions';
import {
  type Bounds,
  type DurationRange,
  durationAt,
  durationOf,
  readDuration,
  stopOf,
  stops,
  withDuration,
  writeDuration,
} from './duration-range';
import { filterText } from './quick-filters';
import { type ExplorerState } from './url-state';

interface Props {
  store: StoreClient;
  range: TimeRange;
  state: ExplorerState;
  onText: (text: string) => void;
}

/** Uploads by how long they last: two ends to drag, or to write. It is a part of the search. */
export function DurationFilter({ store, range, state, onText }: Props) {
  const styles = useStyles2(getStyles);
  const bounds = useBounds(store, range, state);
  if (filterFault(state.text) !== undefined) {
    return null;
  }
  const chosen = durationOf(state.text);
  const change = (next: DurationRange) => onText(withDuration(state.text, next));
  const isChosen = chosen.lowNs !== undefined || chosen.highNs !== undefined;
  return (
    <section aria-label="duration">
      <div className={styles.title}>
        <span>duration</span>
        {isChosen && (
          <Button size="sm" fill="text" onClick={() => change({})}>
            All
          </Button>
        )}
      </div>
      {bounds && bounds.highNs > bounds.lowNs && <Slider bounds={bounds} chosen={chosen} onChange={change} />}
      <div className={styles.inputs}>
        <BoundInput
          label="Shortest"
          value={chosen.lowNs}
          placeholder={bounds && writeDuration(bounds.lowNs)}
          onChange={(lowNs) => change({ ...chosen, lowNs })}
        />
        <span>–</span>
        <BoundInput
          label="Longest"
          value={chosen.highNs}
          placeholder={bounds && writeDuration(bounds.highNs)}
          onChange={(highNs) => change({ ...chosen, highNs })}
        />
      </div>
    </section>
  );
}

/** The shortest and the longest upload of the search without its duration. */
function useBounds(store: StoreClient, range: TimeRange, state: ExplorerState): Bounds | undefined {
  const text = filterFault(state.text) === undefined ? withDuration(state.text, {}) : '';
  const filter = filterText({ ...state, text }) || undefined;
  const spanId = state.spans.length > 0 ? state.spans : undefined;
  const key = JSON.stringify([store.uid, state.from, state.to, filter, spanId]);
  const ask = (sort: string): StoreQuery => ({ refId: sort, queryType: 'profiles', filter, spanId, sort, limit: 1 });
  const found = useAsyncValue(key, async (signal) => {
    const { frames } = await store.query([ask('duration'), ask('-duration')], range, signal);
    const [lowNs, highNs] = ['duration', '-duration'].map((refId) =>
      Number(columnOf(frames.get(refId)?.[0], profilesFields.duration)[0])
    );
    return Number.isFinite(lowNs) && Number.isFinite(highNs) ? { lowNs, highNs } : undefined;
  });
  return found.value;
}

interface SliderProps {
  bounds: Bounds;
  chosen: DurationRange;
  onChange: (range: DurationRange) => void;
}

/** Two native sliders on one track, so that keys and screen readers work as everywhere. */
function Slider({ bounds, chosen, onChange }: SliderProps) {
  const styles = useStyles2(getStyles);
  const [draft, setDraft] = useState<{ low: number; high: number }>();
  const low = draft?.low ?? stopOf(chosen.lowNs ?? bounds.lowNs, bounds);
  const high = draft?.high ?? stopOf(chosen.highNs ?? bounds.highNs, bounds);
  const commit = () => {
    if (draft) {
      setDraft(undefined);
      onChange({
        lowNs: draft.low > 0 ? durationAt(draft.low, bounds) : undefined,
        highNs: draft.high < stops ? durationAt(draft.high, bounds) : undefined,
      });
    }
  };
  const end = (label: string, at: number, move: (stop: number) => { low: number; high: number }) => (
    <input
      type="range"
      aria-label={label}
      aria-valuetext={writeDuration(durationAt(at, bounds))}
      title={writeDuration(durationAt(at, bounds))}
      min={0}
      max={stops}
      value={at}
      onChange={({ currentTarget }: ChangeEvent<HTMLInputElement>) => setDraft(move(Number(currentTarget.value)))}
      onPointerUp={commit}
      onKeyUp={commit}
      onBlur={commit}
    />
  );
  return (
    <div className={styles.slider}>
      <div className={styles.track} style={{ left: `${low}%`, right: `${100 - high}%` }} />
      {end('Shortest duration', low, (stop) => ({ low: Math.min(stop, high), high }))}
      {end('Longest duration', high, (stop) => ({ low, high: Math.max(stop, low) }))}
    </div>
  );
}

interface BoundProps {
  label: string;
  value: number | undefined;
  placeholder: string | undefined;
  onChange: (value: number | undefined) => void;
}

function BoundInput({ label, value, placeholder, onChange }: BoundProps) {
  const start = value === undefined ? '' : writeDuration(value);
  const [text, setText] = useState(start);
  const [known, setKnown] = useState(start);
  if (known !== start) {
    setKnown(start);
    setText(start);
  }
  const isWrong = text.trim() !== '' && readDuration(text) === undefined;
  const commit = () => text !== start && !isWrong && onChange(readDuration(text));
  return (
    <Input
      aria-label={label}
      title={isWrong ? 'A number with ns, us, ms, s or min; alone it means seconds' : undefined}
      placeholder={placeholder}
      value={text}
      invalid={isWrong}
      aria-invalid={isWrong}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={commit}
      onKeyDown={({ key }: KeyboardEvent) => key === 'Enter' && commit()}
    />
  );
}

const thumb = (theme: GrafanaTheme2) => ({
  pointerEvents: 'auto' as const,
  appearance: 'none' as const,
  width: 14,
  height: 14,
  borderRadius: '50%',
  border: `2px solid ${theme.colors.primary.main}`,
  background: theme.colors.background.primary,
  cursor: 'pointer',
});

const getStyles = (theme: GrafanaTheme2) => ({
  title: css({ display: 'flex', alignItems: 'center', gap: 4, fontWeight: theme.typography.fontWeightMedium }),
  inputs: css({ display: 'flex', alignItems: 'center', gap: 4 }),
  slider: css({
    position: 'relative',
    height: 20,
    margin: '2px 7px',
    '&::before': {
      content: '""',
      position: 'absolute',
      left: 0,
      right: 0,
      top: 9,
      height: 2,
      background: theme.colors.border.medium,
    },
    '& input': {
      position: 'absolute',
      left: -7,
      width: 'calc(100% + 14px)',
      top: 0,
      height: 20,
      margin: 0,
      appearance: 'none',
      background: 'none',
      pointerEvents: 'none',
    },
    '& input:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
    '& input::-webkit-slider-thumb': thumb(theme),
    '& input::-moz-range-thumb': thumb(theme),
  }),
  track: css({ position: 'absolute', top: 8, height: 4, background: theme.colors.primary.main }),
});

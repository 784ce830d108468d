import React, { useEffect, useState } from 'react';
import { dateTime } from '@grafana/data';
import { Button, Checkbox } from '@grafana/ui';
import { formatCount } from '../../model/units';
import { useAsyncValue } from '../../ui/async-value';
import { type StoreClient } from '../store-client';
import { type ExplorerAnswer, explorerQueries } from './load';
import { type ExplorerState } from './url-state';

interface Props {
  store: StoreClient;
  state: ExplorerState;
  answer: ExplorerAnswer;
  onLive: (live: boolean) => void;
  onShow: () => void;
}

const checkEveryMs = 5000;

/** Counts what has come since the list was loaded. The list moves only when the user says so. */
export function LiveCount({ store, state, answer, onLive, onShow }: Props) {
  const followsNow = state.to.startsWith('now');
  const added = useAdded(store, state, answer, followsNow && state.live);
  if (!followsNow) {
    return null;
  }
  return (
    <>
      <Checkbox label="Live" value={state.live} onChange={({ currentTarget }) => onLive(currentTarget.checked)} />
      {added > 0 && (
        <Button size="sm" variant="secondary" icon="arrow-up" onClick={onShow}>
          {formatCount(added)} new
        </Button>
      )}
    </>
  );
}

function useAdded(store: StoreClient, state: ExplorerState, answer: ExplorerAnswer, isOn: boolean): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const look = () => document.hidden || setRound((n) => n + 1);
    const timer = isOn ? setInterval(look, checkEveryMs) : undefined;
    return () => clearInterval(timer);
  }, [isOn]);
  const fromMs = answer.range.from.valueOf();
  const key = JSON.stringify([isOn, round, fromMs, state.text, state.filters, state.spans]);
  const count = useAsyncValue(key, async (signal) => ({
    fromMs,
    total: isOn ? await countSince(store, state, fromMs, signal) : 0,
  }));
  // A count of before the last reload says nothing about this list.
  return isOn && count.value?.fromMs === fromMs ? Math.max(0, count.value.total - answer.total) : 0;
}

/** All that the list would hold now, from its own start on: what comes late counts too. */
async function countSince(store: StoreClient, state: ExplorerState, fromMs: number, signal: AbortSignal) {
  const [list] = explorerQueries({ ...state, columns: [] }, 1);
  const from = dateTime(fromMs);
  const to = dateTime();
  const { frames } = await store.query([list], { from, to, raw: { from, to } }, signal);
  return Number(frames.get('list')?.[0]?.meta?.custom?.total ?? 0);
}

import React from 'react';
import { type DataFrame } from '@grafana/data';
import { Button, LinkButton } from '@grafana/ui';
import { profilesFields } from '../../api/frames';
import { formatCount } from '../../model/units';
import { comparePath, hrefOf, mergePath } from '../routes';
import { columnOf } from '../store-client';

/** More would make a filter that is too long. */
export const maxMerged = 50;

interface Props {
  ds: string;
  picks: readonly string[];
  frame: DataFrame;
  onClear: () => void;
}

/** The older upload is the left side, what the other is held against. */
export function oldestFirst(picks: readonly string[], frame: DataFrame): string[] {
  const ids = columnOf(frame, profilesFields.id);
  const times = columnOf(frame, profilesFields.time);
  const timeOf = new Map(ids.map((id, row) => [id, Number(times[row])]));
  return [...picks].sort((a, b) => (timeOf.get(a) ?? 0) - (timeOf.get(b) ?? 0));
}

/** What can be done with the ticked profiles: two are compared, several merged. */
export function PickTools({ ds, picks, frame, onClear }: Props) {
  if (picks.length === 0) {
    return null;
  }
  const [left, right] = oldestFirst(picks, frame);
  const tooMany = picks.length > maxMerged;
  return (
    <>
      <span>{formatCount(picks.length)} ticked</span>
      {picks.length === 1 && <span>Tick another one to compare or merge.</span>}
      {picks.length === 2 && (
        <LinkButton size="sm" variant="secondary" href={hrefOf(comparePath({ ds, left, right }))}>
          Compare
        </LinkButton>
      )}
      {picks.length > 1 && (
        <LinkButton
          size="sm"
          variant="secondary"
          disabled={tooMany}
          tooltip={tooMany ? `At most ${maxMerged} profiles can be merged; search for them instead.` : undefined}
          href={tooMany ? undefined : hrefOf(mergePath({ ds, id: [...picks] }))}
        >
          Merge
        </LinkButton>
      )}
      <Button size="sm" fill="text" onClick={onClear}>
        Untick all
      </Button>
    </>
  );
}

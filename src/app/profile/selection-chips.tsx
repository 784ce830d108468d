import React, { useEffect } from 'react';
import { Button } from '@grafana/ui';
import { Chip } from '../../ui/chip';
import { type Pick, clearSelection, removePick } from './selection';

/** What is picked in the panels; each can be taken away. */
export function SelectionChips({ selection }: { selection: readonly Pick[] }) {
  if (selection.length === 0) {
    return null;
  }
  return (
    <>
      {selection.map((pick) => (
        <Chip
          key={JSON.stringify(pick)}
          text={`${pick.exclude ? 'not ' : ''}${pick.dimension} ${pick.value}`}
          onRemove={() => removePick(selection, pick)}
        />
      ))}
      <Button size="sm" fill="text" onClick={clearSelection} tooltip="Escape">
        Restore all
      </Button>
    </>
  );
}

/** Escape gives up the selection, unless a panel or a box has used the key. */
export function useEscape(active: boolean) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea');
      if (event.key === 'Escape' && active && !event.defaultPrevented && !typing) {
        event.preventDefault();
        event.stopPropagation();
        clearSelection();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [active]);
}

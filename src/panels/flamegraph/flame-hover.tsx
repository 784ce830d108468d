import React, { useSyncExternalStore } from 'react';
import { type FlameLayout } from '../../model/flame-layout';
import { EntryMark } from './flame-canvas';
import { type FlameData } from './flame-data';
import { flameTooltip } from './flame-later';
import { type RowPlace } from './flame-rows-px';
import { type HoverStore } from './hover-store';

interface HoverLayerProps {
  data: FlameData;
  layout: FlameLayout;
  place: RowPlace;
  hover: HoverStore;
}

/** Outline and tooltip of what the pointer is on. */
export function HoverLayer({ data, layout, place, hover }: HoverLayerProps) {
  const { entry, x, y } = useSyncExternalStore(hover.subscribe, hover.get);
  return entry < 0 || entry >= layout.node.length ? null : (
    <>
      <EntryMark layout={layout} place={place} entry={entry} kind="hover" />
      <LoadedTooltip {...{ data, layout, entry, x, y }} />
    </>
  );
}

interface TooltipProps extends Pick<HoverLayerProps, 'data' | 'layout'> {
  entry: number;
  x: number;
  y: number;
}

function LoadedTooltip(props: TooltipProps) {
  const part = flameTooltip.use();
  return part && <part.FlameTooltip {...props} />;
}

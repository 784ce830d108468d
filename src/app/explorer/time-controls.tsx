import React, { useEffect } from 'react';
import { type TimeRange, rangeUtil } from '@grafana/data';
import { RefreshPicker, TimeRangePicker, ToolbarButtonRow } from '@grafana/ui';
import { movedRange, rawText } from './time-range';

interface Props {
  range: TimeRange;
  refresh: string;
  loading: boolean;
  onRange: (from: string, to: string) => void;
  onRefresh: () => void;
  onInterval: (interval: string) => void;
}

const noTimeZoneChange = () => {};

/** Time range and refresh, as on a dashboard. */
export function TimeControls({ range, refresh, loading, onRange, onRefresh, onInterval }: Props) {
  useInterval(refresh, onRefresh);
  const move = (steps: number, zoom?: number) => {
    const next = movedRange(range, steps, zoom);
    onRange(next.from, next.to);
  };
  return (
    <ToolbarButtonRow alignment="right">
      <TimeRangePicker
        value={range}
        onChange={({ raw }) => onRange(rawText(raw.from), rawText(raw.to))}
        onChangeTimeZone={noTimeZoneChange}
        onMoveBackward={() => move(-1)}
        onMoveForward={() => move(1)}
        onZoom={() => move(0, 2)}
      />
      <RefreshPicker
        value={refresh}
        isLoading={loading}
        onRefresh={onRefresh}
        onIntervalChanged={onInterval}
        tooltip="Refresh"
      />
    </ToolbarButtonRow>
  );
}

function useInterval(interval: string, run: () => void) {
  useEffect(() => {
    if (interval === '') {
      return undefined;
    }
    const timer = setInterval(run, rangeUtil.intervalToMs(interval));
    return () => clearInterval(timer);
  }, [interval, run]);
}

import React, { type PointerEvent, useState } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, dateTimeFormat } from '@grafana/data';
import { Button, useStyles2, useTheme2 } from '@grafana/ui';
import { formatCount } from '../../model/units';
import { type HistogramSeries } from './load';
import { defaultState } from './url-state';

interface Props {
  series: HistogramSeries[];
  from: number;
  to: number;
  /** Label whose values have a colour each. */
  by: string;
  onBy: (label: string) => void;
  /** The user has dragged over a part of the chart. */
  onRange: (fromMs: number, toMs: number) => void;
}

interface Bar {
  time: number;
  /** Count per series, in the order of the series. */
  counts: number[];
  total: number;
}

/** Bars of all series by time; series that lack a time count 0 there. */
export function toBars(series: readonly HistogramSeries[]): Bar[] {
  const bars = new Map<number, Bar>();
  series.forEach(({ times, counts }, index) => {
    times.forEach((time, at) => {
      const bar = bars.get(time) ?? { time, counts: series.map(() => 0), total: 0 };
      bar.counts[index] += counts[at];
      bar.total += counts[at];
      bars.set(time, bar);
    });
  });
  return [...bars.values()].sort((a, b) => a.time - b.time);
}

/** Smallest distance of two bars = their step. */
function stepOf(bars: readonly Bar[], from: number, to: number): number {
  const gaps = bars.slice(1).map((bar, index) => bar.time - bars[index].time);
  return gaps.length > 0 ? Math.min(...gaps) : (to - from) / 60;
}

/** The picture's own units. Times themselves are too large for the 32-bit numbers of SVG. */
const width = 1000;
const height = 64;

/** Uploads over time, stacked by service; dragging picks a time range. */
export function Histogram({ series, from, to, by, onRange, onBy }: Props) {
  const styles = useStyles2(getStyles);
  const bars = toBars(series);
  const step = stepOf(bars, from, to);
  const highest = Math.max(1, ...bars.map(({ total }) => total));
  const brush = useBrush(from, to, onRange);
  const perMs = width / (to - from);
  const total = bars.reduce((sum, bar) => sum + bar.total, 0);
  const label = `Uploads over time: ${formatCount(total)}, at most ${formatCount(highest)} per bar`;
  return (
    <div className={styles.frame}>
      <span className={styles.scale}>{formatCount(highest)}</span>
      <svg
        role="img"
        aria-label={label}
        className={styles.chart}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        {...brush.handlers}
      >
        {bars.map((bar) => (
          <StackedBar
            key={bar.time}
            bar={bar}
            series={series}
            x={(bar.time - from) * perMs}
            width={step * perMs * 0.9}
            scale={height / highest}
          />
        ))}
        {brush.range && (
          <rect
            className={styles.brush}
            x={(brush.range[0] - from) * perMs}
            width={(brush.range[1] - brush.range[0]) * perMs}
            y={0}
            height={height}
          />
        )}
      </svg>
      <div className={styles.axis}>
        <span>{dateTimeFormat(from)}</span>
        <Legend series={series} by={by} onBy={onBy} />
        <span>{dateTimeFormat(to)}</span>
      </div>
    </div>
  );
}

const shownSeries = 8;

/** What the colours mean, largest first. */
function Legend({ series, by, onBy }: Pick<Props, 'series' | 'by' | 'onBy'>) {
  const styles = useStyles2(getStyles);
  const { visualization } = useTheme2();
  const sums = series.map(({ name, counts }, index) => ({ name, index, sum: counts.reduce((a, b) => a + b, 0) }));
  const largest = [...sums].sort((a, b) => b.sum - a.sum).slice(0, shownSeries);
  return (
    <span className={styles.legend}>
      <span>by {by}</span>
      {largest.map(({ name, index, sum }) => (
        <span key={name} title={`${name}: ${formatCount(sum)}`}>
          <i className={styles.swatch} style={{ background: seriesColor(visualization, index) }} />
          {name}
        </span>
      ))}
      {series.length > shownSeries && <span>{formatCount(series.length - shownSeries)} more</span>}
      {by !== defaultState.by && (
        <Button size="sm" fill="text" onClick={() => onBy(defaultState.by)}>
          by {defaultState.by}
        </Button>
      )}
    </span>
  );
}

function seriesColor(visualization: GrafanaTheme2['visualization'], index: number): string {
  return visualization.getColorByName(visualization.palette[index % visualization.palette.length]);
}

interface BarProps {
  bar: Bar;
  series: readonly HistogramSeries[];
  x: number;
  width: number;
  scale: number;
}

function StackedBar({ bar, series, x, width: barWidth, scale }: BarProps) {
  const { visualization } = useTheme2();
  return (
    <g>
      {bar.counts.map((count, index) => {
        const below = bar.counts.slice(0, index + 1).reduce((sum, part) => sum + part, 0);
        const top = height - below * scale;
        const color = seriesColor(visualization, index);
        return count > 0 ? (
          <rect key={series[index].name} x={x} y={top} width={barWidth} height={count * scale} fill={color}>
            <title>{`${dateTimeFormat(bar.time)}\n${series[index].name}: ${formatCount(count)}`}</title>
          </rect>
        ) : null;
      })}
    </g>
  );
}

/** Pointer drag over the chart as a time range. */
function useBrush(from: number, to: number, onRange: Props['onRange']) {
  const [drag, setDrag] = useState<{ start: number; end: number }>();
  const timeAt = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return Math.round(from + share * (to - from));
  };
  const range = drag && ([Math.min(drag.start, drag.end), Math.max(drag.start, drag.end)] as const);
  const handlers = {
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ start: timeAt(event), end: timeAt(event) });
    },
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => drag && setDrag({ ...drag, end: timeAt(event) }),
    onPointerUp: () => {
      setDrag(undefined);
      if (range && range[1] - range[0] > (to - from) / 200) {
        onRange(range[0], range[1]);
      }
    },
    onPointerCancel: () => setDrag(undefined),
  };
  return { range, handlers };
}

const getStyles = (theme: GrafanaTheme2) => ({
  frame: css({ position: 'relative' }),
  chart: css({
    display: 'block',
    width: '100%',
    height,
    cursor: 'crosshair',
    touchAction: 'none',
    background: theme.colors.background.secondary,
  }),
  brush: css({ fill: theme.colors.primary.transparent, stroke: theme.colors.primary.border }),
  scale: css({
    position: 'absolute',
    left: 4,
    top: 0,
    pointerEvents: 'none',
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
  }),
  legend: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1),
    justifyContent: 'center',
    alignItems: 'center',
  }),
  swatch: css({ display: 'inline-block', width: 8, height: 8, marginRight: 4 }),
  axis: css({
    display: 'flex',
    gap: theme.spacing(1),
    justifyContent: 'space-between',
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
  }),
});

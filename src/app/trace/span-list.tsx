import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { formatCounted, formatDuration } from '../../model/units';
import { type TableColumn, TableGrid, rowHeightPx } from '../../ui/table-grid';
import { type Trace } from './trace-model';

interface SpanListProps {
  trace: Trace;
  /** Id of the picked span. */
  picked: string;
  onPick: (id: string) => void;
}

/** Most that the list takes; longer ones scroll. */
export const spansHeightPx = 560;

const indentPx = 12;

/** The spans of a trace as a tree with their place in time. */
export function SpanList({ trace, picked, onPick }: SpanListProps) {
  const styles = useStyles2(getStyles);
  const rows = useMemo(() => trace.spans.map((_, row) => row), [trace]);
  const lengthMs = Math.max(1e-6, trace.endMs - trace.startMs);
  const columns: TableColumn[] = [
    {
      id: 'span',
      title: formatCounted(trace.spans.length, 'span'),
      track: 'minmax(140px, 1.2fr)',
      render: (row) => {
        const { service, name } = trace.spans[row];
        return (
          <span style={{ paddingLeft: trace.level[row] * indentPx }} title={`${service}: ${name}`}>
            <span className={styles.service}>{service}</span> {name}
          </span>
        );
      },
    },
    {
      id: 'time',
      title: 'Time',
      track: 'minmax(80px, 1fr)',
      render: (row) => {
        const { startMs, durationMs } = trace.spans[row];
        const left = `${((startMs - trace.startMs) / lengthMs) * 100}%`;
        const width = `${(durationMs / lengthMs) * 100}%`;
        return (
          <span className={styles.lane}>
            <span className={styles.bar} style={{ left, width }} />
          </span>
        );
      },
    },
    {
      id: 'duration',
      title: 'Duration',
      track: '80px',
      numeric: true,
      render: (row) => formatDuration(trace.spans[row].durationMs * 1e6),
    },
  ];
  return (
    <TableGrid
      label="Spans of the trace"
      columns={columns}
      rows={rows}
      height={Math.min(spansHeightPx, (rows.length + 1) * rowHeightPx)}
      tree={(row) => ({ level: trace.level[row] })}
      isSelected={(row) => trace.spans[row].id === picked}
      onPick={(row) => onPick(trace.spans[row].id)}
      empty="The trace has no spans."
    />
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  service: css({ fontWeight: theme.typography.fontWeightMedium }),
  lane: css({ position: 'relative', display: 'block', height: '100%' }),
  bar: css({
    position: 'absolute',
    top: 8,
    bottom: 8,
    minWidth: 2,
    borderRadius: 1,
    background: theme.visualization.getColorByName('semi-dark-blue'),
  }),
});

import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import React, { type MouseEvent } from 'react';
import { displayName } from '../../model/display-name';
import { type Unit } from '../../model/profile-types';
import { formatCount, formatExact, formatValue } from '../../model/units';
import { ShareBar } from '../../ui/share-bar';
import { type TableColumn } from '../../ui/table-grid';
import { type HotspotRow } from './hotspot-rows';
import { type OpenRows } from './use-open-rows';

const mediumPx = 520;
const widePx = 800;
const indentPx = 14;

export interface ColumnsOf {
  readonly rows: readonly HotspotRow[];
  readonly open: OpenRows;
  readonly unit: Unit;
  readonly valueTitle: string;
  readonly shareText: string;
  readonly width: number;
}

/** The columns that fit, without those that are not known here. */
export function hotspotColumns(of: ColumnsOf): TableColumn[] {
  const { rows, open, unit, valueTitle, shareText, width } = of;
  const has = (name: 'waiting' | 'average') => rows.some((row) => Number.isFinite(row[name]));
  const value = (id: 'waiting' | 'average', title: string): TableColumn => ({
    id,
    title,
    track: '90px',
    numeric: true,
    render: (row) => <Plain value={rows[row][id]} unit={unit} />,
  });
  return [
    {
      id: 'method',
      title: 'Method',
      track: 'minmax(120px, 1fr)',
      render: (row) => <MethodCell row={rows[row]} at={row} open={open} />,
    },
    {
      id: 'value',
      title: valueTitle,
      track: width < mediumPx ? '130px' : '180px',
      numeric: true,
      render: (row) => (
        <ShareBar share={rows[row].share} title={valueText(rows[row], unit, shareText)}>
          {formatValue(rows[row].value, unit)}
        </ShareBar>
      ),
    },
    ...(width >= mediumPx && has('waiting') ? [value('waiting', 'Waiting')] : []),
    ...(width >= widePx && has('average') ? [value('average', 'Average')] : []),
    ...(width >= widePx
      ? [
          {
            id: 'thread',
            title: 'Thread',
            track: 'minmax(80px, 150px)',
            render: (row: number) => <span title={rows[row].thread}>{rows[row].thread}</span>,
          },
        ]
      : []),
  ];
}

function valueText({ value, self, samples }: HotspotRow, unit: Unit, shareText: string): string {
  const counted = Number.isFinite(samples)
    ? `, ${formatCount(samples)} ${samples === 1 ? 'sample' : 'samples'} ± ${formatCount(Math.ceil(Math.sqrt(samples)))}`
    : '';
  return `${formatExact(value, unit)} (${formatValue(self, unit)} in itself)${counted}; shares are of ${shareText}`;
}

function Plain({ value, unit }: { value: number; unit: Unit }) {
  return Number.isFinite(value) ? <span title={formatExact(value, unit)}>{formatValue(value, unit)}</span> : <>–</>;
}

function MethodCell({ row, at, open }: { row: HotspotRow; at: number; open: OpenRows }) {
  const styles = useStyles2(getStyles);
  const name = displayName(row.label);
  const title = [name, row.place, row.library].filter(Boolean).join('\n');
  const toggle = (event: MouseEvent) => {
    event.stopPropagation();
    (event.altKey ? open.toggleAll : open.toggle)(at);
  };
  return (
    <span className={styles.method} style={{ paddingLeft: row.level * indentPx }} title={title}>
      {open.hasChildren(at) ? (
        <span className={styles.twisty} onClick={toggle} data-testid="hotspot-toggle" aria-hidden>
          <Icon name={open.isOpen(at) ? 'angle-down' : 'angle-right'} size="sm" />
        </span>
      ) : (
        <span className={styles.twisty} />
      )}
      <bdi className={styles.name}>{name}</bdi>
      {row.waitedFor !== '' && <span className={styles.waited}>waiting: {row.waitedFor}</span>}
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  method: css({ display: 'flex', alignItems: 'center', overflow: 'hidden' }),
  twisty: css({ width: 18, flexShrink: 0, cursor: 'pointer', display: 'inline-flex', justifyContent: 'center' }),
  name: css({
    fontFamily: theme.typography.fontFamilyMonospace,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    flexShrink: 1,
  }),
  waited: css({
    marginLeft: theme.spacing(1),
    color: theme.colors.text.secondary,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    flexShrink: 2,
  }),
});

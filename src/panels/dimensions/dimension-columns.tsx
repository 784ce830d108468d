import { css } from '@emotion/css';
import { type Field, type GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import React from 'react';
import { dimensionFields } from '../../api/frames';
import { type Dimension } from '../../api/query';
import { isContextDimension } from '../../model/dimensions';
import { displayName } from '../../model/display-name';
import { formatCount, formatExact } from '../../model/units';
import { numberAt, textAt } from '../../ui/panel-fields';
import { ShareBar } from '../../ui/share-bar';
import { type TableColumn } from '../../ui/table-grid';
import { type DimensionData, type DimensionRow } from './dimension-data';

const narrowPx = 460;
const widePx = 620;
const severalLabels = 'a sample may have several, and counts for each, so shares may add up to more than 100 %';

export interface DimensionHeading {
  readonly title: string;
  readonly dimension: Dimension | undefined;
}

/**
 * The columns that fit: a narrow panel keeps the name and self, total joins next, samples last. Where samples, not stacks, are grouped self
 * and total are one.
 */
export function dimensionColumns(
  data: DimensionData,
  rows: readonly DimensionRow[],
  { title, dimension }: DimensionHeading,
  width: number,
  isPicked: (name: string) => boolean
): TableColumn[] {
  const name: TableColumn = {
    id: dimensionFields.name,
    title,
    hint: dimension === 'sampleLabel' ? `${title}: ${severalLabels}` : undefined,
    track: 'minmax(80px, 1fr)',
    sortable: true,
    render: (row) => <NameCell name={rows[row].name} picked={isPicked(rows[row].name)} />,
  };
  const groups = data.groups.map((field): TableColumn => {
    const render = (row: number) => displayName(textAt(field, rows[row].index));
    return { id: field.name, title: field.name, track: 'minmax(60px, 160px)', sortable: true, render };
  });
  const value = (id: string, heading: string, field: Field | undefined, share: Field | undefined): TableColumn => ({
    id,
    title: heading,
    track: '150px',
    numeric: true,
    sortable: true,
    render: (row) => <ValueCell data={data} field={field} share={share} index={rows[row].index} />,
  });
  const samples: TableColumn = {
    id: dimensionFields.samples,
    title: 'Samples',
    track: '80px',
    numeric: true,
    sortable: true,
    render: (row) => <SamplesCell field={data.samples} index={rows[row].index} />,
  };
  const isOfSamples = dimension !== undefined && isContextDimension(dimension);
  const hasTotal = !isOfSamples && width >= narrowPx;
  return [
    name,
    ...(width < widePx ? [] : groups),
    value(dimensionFields.self, isOfSamples ? 'Value' : 'Self', data.self, data.selfShare),
    ...(hasTotal ? [value(dimensionFields.total, 'Total', data.total, data.totalShare)] : []),
    ...(width < widePx || !data.samples ? [] : [samples]),
  ];
}

function NameCell({ name, picked }: { name: string; picked: boolean }) {
  const styles = useStyles2(getStyles);
  const shown = displayName(name);
  return (
    <span className={styles.name} title={shown}>
      {picked && <Icon name="check" size="sm" />}
      <bdi>{shown}</bdi>
    </span>
  );
}

interface ValueCellProps {
  data: DimensionData;
  field: Field | undefined;
  share: Field | undefined;
  index: number;
}

function ValueCell({ data, field, share, index }: ValueCellProps) {
  const value = numberAt(field, index);
  const title = Number.isFinite(value) ? formatExact(value, data.unit) : 'Not in the rows of this query';
  return (
    <ShareBar share={numberAt(share, index)} title={title}>
      {data.format(value)}
    </ShareBar>
  );
}

function SamplesCell({ field, index }: { field: Field | undefined; index: number }) {
  const samples = numberAt(field, index);
  if (!Number.isFinite(samples)) {
    return <>–</>;
  }
  const error = samples > 0 ? `± ${formatCount(Math.round(Math.sqrt(samples)))} (one standard error)` : undefined;
  return <span title={error}>{formatCount(samples)}</span>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  name: css({
    fontFamily: theme.typography.fontFamilyMonospace,
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    '& bdi': { overflow: 'hidden', textOverflow: 'ellipsis' },
  }),
});

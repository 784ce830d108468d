import { LoadingState, type PanelProps } from '@grafana/data';
import { Button, IconButton } from '@grafana/ui';
import React, { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { dimensionFields } from '../../api/frames';
import { type Dimension } from '../../api/query';
import { searchTexts } from '../../model/text-search';
import { alertTarget, mayCreateAlerts, openAlertEditor } from '../../ui/alert-link';
import { copyText } from '../../ui/panel-copy';
import { fieldByName, numberAt } from '../../ui/panel-fields';
import { type Selection, readVariable, useSelection, variableExists, writeVariable } from '../../ui/panel-selection';
import { PanelReason, panelContent } from '../../ui/panel-state';
import { panelToolbarHeightPx } from '../../ui/panel-heights';
import { PanelSearch, PanelToolbar } from '../../ui/panel-toolbar';
import { TableCopyButton } from '../../ui/table-copy-button';
import { TableGrid } from '../../ui/table-grid';
import { type TableSort, nextSort, sortRows } from '../../ui/table-sort';
import { dimensionColumns } from './dimension-columns';
import {
  type DimensionData,
  type DimensionRow,
  dimensionOf,
  dimensionRows,
  dimensionTable,
  dimensionTitle,
  neededFields,
  readDimensionFrame,
} from './dimension-data';
import { type DimensionsOptions } from './options';

export function DimensionsPanel(props: PanelProps<DimensionsOptions>) {
  const { data, id, fieldConfig, options, replaceVariables } = props;
  const content = panelContent(data, neededFields);
  const frame = content.state === 'ready' ? content.frame : undefined;
  const table = useMemo(() => frame && readDimensionFrame(frame), [frame]);
  const dimension = frame && dimensionOf(frame, data.request);
  const selection = useSelection(options.selectionVariable || (dimension ?? ''), replaceVariables);
  if (content.state !== 'ready' || !table) {
    return (
      <PanelReason
        content={content.state === 'ready' ? { state: 'empty', notices: [] } : content}
        data={data}
        panelId={id}
        fieldConfig={fieldConfig}
        what="samples"
        queryType="dimension"
      />
    );
  }
  const excludeVariable = options.excludeVariable || `exclude_${dimension ?? ''}`;
  return (
    <DimensionTable
      {...props}
      table={table}
      title={dimensionTitle(table, dimension)}
      dimension={dimension}
      selection={selection}
      exclude={variableExists(excludeVariable, replaceVariables) ? excludeVariable : undefined}
      waiting={data.state === LoadingState.Loading}
    />
  );
}

interface DimensionTableProps extends PanelProps<DimensionsOptions> {
  table: DimensionData;
  title: string;
  dimension: Dimension | undefined;
  selection: Selection;
  /** The variable that holds excluded names, where the dashboard has one. */
  exclude?: string;
  waiting: boolean;
}

const narrowPx = 420;
const lowPx = 140;

function DimensionTable(props: DimensionTableProps) {
  const { table, title, selection, width, height, options, exclude, replaceVariables } = props;
  const [sort, setSort] = useState<TableSort>({ id: dimensionFields.self, descending: true });
  const [search, setSearch] = useState('');
  const searchRef = useRef<HTMLInputElement>(null);
  const tableRef = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => dimensionRows(table, selection.names), [table, selection.names]);
  const order = useMemo(() => rowOrder(table, rows, sort), [table, rows, sort]);
  const { shown, error } = useMemo(() => searchRows(rows, order, search), [rows, order, search]);
  const isPicked = (name: string) => selection.names.has(name);
  const columns = dimensionColumns(table, rows, { title, dimension: props.dimension }, width, isPicked);
  const withToolbar = options.showToolbar && height >= lowPx;
  const excludeRow = (name: string) => {
    if (exclude !== undefined) {
      writeVariable(exclude, [...new Set([...readVariable(exclude, replaceVariables), name])]);
    }
  };
  const alertOn = rowAlert(props, sort);
  const onKey = (row: number | undefined, event: KeyboardEvent): boolean => {
    if (event.key === '/') {
      searchRef.current?.focus();
    } else if (event.key === 'Escape' && selection.names.size > 0) {
      selection.clear();
    } else if (event.key === 'c' && (event.ctrlKey || event.metaKey) && row !== undefined) {
      void copyText(rows[row].name, 'Name');
    } else {
      return false;
    }
    return true;
  };
  return (
    <div ref={tableRef} style={{ opacity: props.waiting ? 0.6 : 1, transition: 'opacity 100ms 300ms' }}>
      {withToolbar && (
        <PanelToolbar>
          <PanelSearch
            ref={searchRef}
            value={search}
            placeholder={`Search: ${title.toLowerCase()} or /regex/`}
            onChange={setSearch}
            onLeave={() => tableRef.current?.querySelector<HTMLElement>('[role=grid]')?.focus()}
            error={error}
          />
          {selection.names.size > 0 && (
            <Button size="sm" variant="secondary" icon="times" onClick={selection.clear} tooltip="Show all again">
              {width < narrowPx ? String(selection.names.size) : `${selection.names.size} selected`}
            </Button>
          )}
          <TableCopyButton
            narrow={width < narrowPx}
            table={() =>
              dimensionTable(
                table,
                title,
                shown.map((row) => rows[row])
              )
            }
          />
        </PanelToolbar>
      )}
      <TableGrid
        label={title}
        columns={columns}
        rows={shown}
        height={height - (withToolbar ? panelToolbarHeightPx : 0)}
        sort={sort}
        onSort={(column) => setSort(nextSort(sort, column.id, column.numeric === true))}
        isSelected={(row) => isPicked(rows[row].name)}
        onPick={(row) => selection.toggle(rows[row].name)}
        onKey={onKey}
        actions={(row) => (
          <RowActions
            name={rows[row].name}
            onExclude={exclude === undefined ? undefined : excludeRow}
            onAlert={alertOn && (() => alertOn(rows[row]))}
          />
        )}
        empty={`Nothing matches “${search}”.`}
      />
    </div>
  );
}

interface RowActionsProps {
  name: string;
  onExclude?: (name: string) => void;
  onAlert?: () => void;
}

function RowActions({ name, onExclude, onAlert }: RowActionsProps) {
  return (
    <>
      <IconButton name="copy" size="sm" tooltip="Copy the name" onClick={() => void copyText(name, 'Name')} />
      {onExclude && <IconButton name="minus-circle" size="sm" tooltip="Exclude" onClick={() => onExclude(name)} />}
      {onAlert && <IconButton name="bell" size="sm" tooltip="Create alert from this row" onClick={onAlert} />}
    </>
  );
}

/** Starts an alert rule on a row's share, of the side that the table is sorted by; undefined where there can be none. */
function rowAlert({ table, dimension, data, id }: DimensionTableProps, sort: TableSort) {
  const target = alertTarget(data, table.frame.refId);
  if (!target || !dimension || dimension === 'span' || !mayCreateAlerts()) {
    return undefined;
  }
  const byTotal = sort.id === dimensionFields.total;
  return ({ name, index }: DimensionRow) =>
    void openAlertEditor(target, data, {
      dimension,
      name,
      measure: byTotal ? 'totalShare' : 'selfShare',
      share: index < 0 ? 0 : numberAt(byTotal ? table.totalShare : table.selfShare, index),
      profileType: table.frame.meta?.custom?.profileType,
      panelId: id,
    });
}

/** Positions in `rows`; picked names without values come first, so that they are seen. */
function rowOrder({ frame }: DimensionData, rows: readonly DimensionRow[], { id, descending }: TableSort): number[] {
  const all = rows.map((_, position) => position);
  const field = fieldByName(frame, id) ?? frame.fields[0];
  const numeric = columnIsNumeric(id);
  const absent = all.slice(frame.length);
  return [...absent, ...sortRows(all.slice(0, frame.length), field, numeric, descending)];
}

const numericColumns: readonly string[] = [dimensionFields.self, dimensionFields.total, dimensionFields.samples];
const columnIsNumeric = (id: string) => numericColumns.includes(id);

function searchRows(rows: readonly DimensionRow[], order: readonly number[], search: string) {
  if (search.trim() === '') {
    return { shown: order };
  }
  const { mask, error } = searchTexts(
    rows.map((row) => row.name),
    search
  );
  return { shown: error === undefined ? order.filter((row) => mask[row] === 1) : order, error };
}

import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import React, { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { type TableSort } from './table-sort';

export interface TableColumn {
  readonly id: string;
  readonly title: string;
  /** What a reader should know of the column, told at its heading. */
  readonly hint?: string;
  /** CSS grid track: `minmax(120px, 1fr)`, `90px`. */
  readonly track: string;
  readonly numeric?: boolean;
  readonly sortable?: boolean;
  render(row: number): ReactNode;
}

interface TableGridProps {
  label: string;
  columns: readonly TableColumn[];
  /** Rows of the frame in the order shown; what they mean is the caller's. */
  rows: readonly number[];
  height: number;
  sort?: TableSort;
  onSort?: (column: TableColumn) => void;
  /** Rows can be picked: they tell whether they are. */
  isSelected?: (row: number) => boolean;
  onPick?: (row: number, event: MouseEvent | KeyboardEvent) => void;
  /** Other keys on the current row. Return true when the key was used, or the row to go to. */
  onKey?: (row: number | undefined, event: KeyboardEvent) => boolean | number;
  /** Rows are a tree: how deep each lies, and whether it is open; undefined = nothing is below it. */
  tree?: (row: number) => { readonly level: number; readonly open?: boolean };
  /** Makes a row the current one, each time another object is given. */
  reveal?: { readonly row: number };
  /** Shown at the row's end while the pointer is over it, or the keyboard on it. */
  actions?: (row: number) => ReactNode;
  /** A row that is a heading over the rows that follow. */
  heading?: (row: number) => ReactNode;
  rowClass?: (row: number) => string | undefined;
  empty: string;
}

export const rowHeightPx = 28;

/** A table of any length: only rows in view are in the page. Arrow keys move, Enter or Space picks. */
export function TableGrid(props: TableGridProps) {
  const { label, columns, rows, height, isSelected, onPick, reveal } = props;
  const styles = useStyles2(getStyles);
  const id = useId();
  const scrollRef = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(-1);
  const bodyHeight = Math.max(rowHeightPx, height - rowHeightPx);
  // eslint-disable-next-line react-hooks/incompatible-library -- the rows read the virtualizer anew at every render
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeightPx,
    overscan: 8,
    // The panel knows its size, so nothing has to be measured.
    observeElementRect: (_, tell) => tell({ width: 1, height: bodyHeight }),
    initialRect: { width: 1, height: bodyHeight },
  });
  useEffect(() => virtual.measure(), [virtual, bodyHeight]);
  useEffect(() => setCurrent((at) => Math.min(at, rows.length - 1)), [rows.length]);
  const moveTo = (index: number) => {
    if (rows.length === 0) {
      return;
    }
    const to = Math.max(0, Math.min(rows.length - 1, index));
    setCurrent(to);
    virtual.scrollToIndex(to);
  };
  const revealed = useRef<typeof reveal>(undefined);
  useEffect(() => {
    if (reveal !== undefined && reveal !== revealed.current) {
      revealed.current = reveal;
      moveTo(Math.max(0, rows.indexOf(reveal.row)));
    }
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target === event.currentTarget && handleKey(event, props, current, moveTo, bodyHeight)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const tracks = { gridTemplateColumns: columns.map((column) => column.track).join(' ') };
  return (
    <div
      className={styles.table}
      role={props.tree ? 'treegrid' : 'grid'}
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-multiselectable={isSelected ? true : undefined}
      aria-activedescendant={current >= 0 ? `${id}-${current}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <HeaderRow {...props} tracks={tracks} />
      <div ref={scrollRef} className={styles.body} style={{ height: bodyHeight }} role="rowgroup">
        {rows.length === 0 && <div className={styles.empty}>{props.empty}</div>}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
          {virtual.getVirtualItems().map(({ index, start }) => (
            <BodyRow
              key={index}
              {...props}
              id={`${id}-${index}`}
              index={index}
              row={rows[index]}
              isCurrent={index === current}
              style={{ ...tracks, transform: `translateY(${start}px)` }}
              onClick={(event) => {
                setCurrent(index);
                onPick?.(rows[index], event);
              }}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function handleKey(
  event: KeyboardEvent,
  { rows, onPick, onKey }: TableGridProps,
  current: number,
  moveTo: (index: number) => void,
  bodyHeight: number
): boolean {
  const page = Math.max(1, Math.floor(bodyHeight / rowHeightPx) - 1);
  const moves: Record<string, number> = {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    PageDown: current + page,
    PageUp: current - page,
    Home: 0,
    End: rows.length - 1,
  };
  const used = onKey?.(rows[current], event);
  if (typeof used === 'number') {
    moveTo(rows.indexOf(used));
    return true;
  }
  if (used === true) {
    return true;
  }
  if (event.key in moves && rows.length > 0) {
    moveTo(moves[event.key]);
    return true;
  }
  if ((event.key === 'Enter' || event.key === ' ') && current >= 0 && onPick) {
    onPick(rows[current], event);
    return true;
  }
  return false;
}

interface HeaderRowProps extends TableGridProps {
  tracks: { gridTemplateColumns: string };
}

function HeaderRow({ columns, sort, onSort, tracks }: HeaderRowProps) {
  const styles = useStyles2(getStyles);
  return (
    <div role="rowgroup">
      <div className={cx(styles.row, styles.header)} style={tracks} role="row" aria-rowindex={1}>
        {columns.map((column) => {
          const sorted = sort?.id === column.id;
          const direction = sorted ? (sort.descending ? 'descending' : 'ascending') : undefined;
          return (
            <div
              key={column.id}
              className={cx(styles.cell, column.numeric && styles.numeric)}
              role="columnheader"
              aria-sort={direction}
            >
              {column.sortable && onSort ? (
                <button
                  type="button"
                  className={styles.sort}
                  onClick={() => onSort(column)}
                  title={column.hint ?? column.title}
                >
                  {column.title}
                  {sorted && <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} size="sm" />}
                </button>
              ) : (
                column.title
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface BodyRowProps extends TableGridProps {
  id: string;
  index: number;
  row: number;
  isCurrent: boolean;
  style: React.CSSProperties;
  onClick: (event: MouseEvent) => void;
}

function BodyRow(props: BodyRowProps) {
  const { columns, id, index, row, isCurrent, isSelected, onPick, actions, heading, rowClass, style, onClick, tree } =
    props;
  const styles = useStyles2(getStyles);
  const title = heading?.(row);
  const selected = isSelected?.(row);
  const common = { id, style, role: 'row', 'aria-rowindex': index + 2, ...treeAttributes(tree?.(row)) };
  if (title !== undefined) {
    return (
      <div {...common} className={cx(styles.row, styles.bodyRow, styles.heading, isCurrent && styles.current)}>
        <div className={styles.cell} role="gridcell" aria-colspan={columns.length}>
          {title}
        </div>
      </div>
    );
  }
  return (
    <div
      {...common}
      className={cx(
        styles.row,
        styles.bodyRow,
        onPick && styles.pickable,
        selected && styles.selected,
        isCurrent && styles.current,
        rowClass?.(row)
      )}
      aria-selected={selected}
      onClick={onClick}
    >
      {columns.map((column) => (
        <div key={column.id} className={cx(styles.cell, column.numeric && styles.numeric)} role="gridcell">
          {column.render(row)}
        </div>
      ))}
      {actions && (
        <div className={cx(styles.actions, 'table-row-actions')} onClick={(event) => event.stopPropagation()}>
          {actions(row)}
        </div>
      )}
    </div>
  );
}

function treeAttributes(place: { readonly level: number; readonly open?: boolean } | undefined) {
  return place && { 'aria-level': place.level + 1, 'aria-expanded': place.open };
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
  }),
  body: css({ overflowY: 'auto', overflowX: 'hidden', scrollbarGutter: 'stable' }),
  empty: css({ padding: theme.spacing(2), textAlign: 'center', color: theme.colors.text.secondary }),
  row: css({ display: 'grid', height: rowHeightPx, alignItems: 'stretch', columnGap: theme.spacing(1) }),
  header: css({
    color: theme.colors.text.secondary,
    fontWeight: theme.typography.fontWeightMedium,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    overflow: 'hidden',
    scrollbarGutter: 'stable',
  }),
  bodyRow: css({
    position: 'absolute',
    left: 0,
    right: 0,
    top: 0,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    '& .table-row-actions': { display: 'none' },
    '&:hover .table-row-actions': { display: 'flex' },
  }),
  pickable: css({ cursor: 'pointer', '&:hover': { background: theme.colors.action.hover } }),
  selected: css({ background: theme.colors.action.selected, boxShadow: `inset 3px 0 ${theme.colors.primary.main}` }),
  current: css({
    outline: `1px solid ${theme.colors.primary.border}`,
    outlineOffset: -1,
    '[role$=grid]:focus-visible & .table-row-actions': { display: 'flex' },
  }),
  heading: css({
    background: theme.colors.background.secondary,
    fontWeight: theme.typography.fontWeightMedium,
    gridTemplateColumns: '1fr !important',
  }),
  cell: css({
    padding: theme.spacing(0, 0.5),
    minWidth: 0,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    lineHeight: `${rowHeightPx}px`,
  }),
  numeric: css({ textAlign: 'right' }),
  sort: css({
    all: 'unset',
    cursor: 'pointer',
    display: 'inline-flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    '&:hover': { color: theme.colors.text.primary },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
  }),
  actions: css({
    position: 'absolute',
    right: theme.spacing(0.5),
    top: 0,
    bottom: 0,
    alignItems: 'center',
    gap: theme.spacing(0.5),
    padding: theme.spacing(0, 0.5),
    background: theme.colors.background.elevated,
  }),
});

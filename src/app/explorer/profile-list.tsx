import React, { type KeyboardEvent, type MouseEvent, useRef } from 'react';
import { css, cx } from '@emotion/css';
import { type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { profilesFields } from '../../api/frames';
import { hrefOf, profilePath } from '../routes';
import { columnOf } from '../store-client';
import { type Column } from './table-columns';
import { type Sort } from './url-state';

interface Props {
  frame: DataFrame;
  columns: Column[];
  sort: Sort;
  /** Id of the profile in the slide-out. */
  open?: string;
  dimmed: boolean;
  search: Record<string, string | undefined>;
  onSort: (sort: Sort) => void;
  onOpen: (id: string) => void;
}

const rowHeight = 30;

/** One row per upload; only the rows in sight are in the page. */
export function ProfileList({ frame, columns, sort, open, dimmed, search, onSort, onOpen }: Props) {
  const styles = useStyles2(getStyles);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing here is memoized by hand
  const rows = useVirtualizer({
    count: frame.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const ids = columnOf(frame, profilesFields.id).map(String);
  const template = `${columns.map(({ width }) => `minmax(${width}px, ${width}fr)`).join(' ')} 32px`;
  const minWidth = columns.reduce((sum, { width }) => sum + width, 32);
  return (
    <div
      ref={scroller}
      className={cx(styles.scroller, dimmed && styles.dimmed)}
      role="table"
      aria-label="Profiles"
      aria-rowcount={frame.length + 1}
    >
      <div style={{ minWidth }}>
        <ListHeader columns={columns} sort={sort} template={template} onSort={onSort} />
        <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, start }) => (
            <ListRow
              key={ids[index]}
              id={ids[index]}
              index={index}
              columns={columns}
              isOpen={ids[index] === open}
              style={{ gridTemplateColumns: template, transform: `translateY(${start}px)` }}
              href={hrefOf(profilePath(ids[index], search))}
              onOpen={onOpen}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

type HeaderProps = Pick<Props, 'columns' | 'sort' | 'onSort'> & { template: string };

function ListHeader({ columns, sort, template, onSort }: HeaderProps) {
  const styles = useStyles2(getStyles);
  const sortOf = (name: string) => (sort.by === name ? (sort.descending ? 'descending' : 'ascending') : 'none');
  return (
    <div role="row" className={cx(styles.row, styles.header)} style={{ gridTemplateColumns: template }}>
      {columns.map(({ name, title, isNumber, largestFirst }) => (
        <div
          key={name}
          role="columnheader"
          aria-sort={sortOf(name)}
          className={cx(styles.cell, isNumber && styles.number)}
        >
          <button
            className={styles.headerButton}
            onClick={() => onSort({ by: name, descending: sort.by === name ? !sort.descending : largestFirst })}
          >
            {title}
            {sort.by === name && <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} size="xs" />}
          </button>
        </div>
      ))}
      <div role="columnheader" aria-label="Open page" />
    </div>
  );
}

interface RowProps {
  id: string;
  index: number;
  columns: Column[];
  isOpen: boolean;
  style: React.CSSProperties;
  href: string;
  onOpen: (id: string) => void;
}

function ListRow({ id, index, columns, isOpen, style, href, onOpen }: RowProps) {
  const styles = useStyles2(getStyles);
  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element && event.target.closest('a'))) {
      onOpen(id);
    }
  };
  return (
    <div
      role="row"
      tabIndex={0}
      aria-rowindex={index + 2}
      aria-selected={isOpen}
      className={cx(styles.row, styles.body, isOpen && styles.open)}
      style={style}
      onClick={onClick}
      onKeyDown={(event) => onRowKey(event, () => onOpen(id))}
    >
      {columns.map(({ name, isNumber, values, format }) => (
        <div
          key={name}
          role="cell"
          className={cx(styles.cell, isNumber && styles.number)}
          title={format(values[index])}
        >
          {format(values[index])}
        </div>
      ))}
      <div role="cell">
        <a href={href} target="_blank" rel="noreferrer" aria-label="Open profile in a new tab" className={styles.link}>
          <Icon name="external-link-alt" size="sm" />
        </a>
      </div>
    </div>
  );
}

/** Enter opens, arrows move to the next row. */
function onRowKey(event: KeyboardEvent<HTMLDivElement>, open: () => void) {
  const row = event.currentTarget;
  const target = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (event.key === 'Enter' && event.target === row) {
    open();
  } else if (target instanceof HTMLElement) {
    event.preventDefault();
    target.focus();
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  scroller: css({
    flex: 1,
    minHeight: 200,
    overflow: 'auto',
    border: `1px solid ${theme.colors.border.weak}`,
    fontVariantNumeric: 'tabular-nums',
  }),
  dimmed: css({ opacity: 0.6 }),
  row: css({ display: 'grid', alignItems: 'center', height: rowHeight }),
  header: css({
    position: 'sticky',
    top: 0,
    zIndex: 1,
    background: theme.colors.background.secondary,
    fontWeight: theme.typography.fontWeightMedium,
  }),
  headerButton: css({
    border: 'none',
    background: 'none',
    padding: 0,
    color: theme.colors.text.link,
    display: 'inline-flex',
    alignItems: 'center',
    gap: 4,
    whiteSpace: 'nowrap',
  }),
  body: css({
    position: 'absolute',
    left: 0,
    right: 0,
    cursor: 'pointer',
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    '&:hover': { background: theme.colors.action.hover },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
  }),
  open: css({ background: theme.colors.action.selected }),
  cell: css({ padding: '0 8px', overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
  number: css({ textAlign: 'right', justifySelf: 'stretch' }),
  link: css({ color: theme.colors.text.secondary, padding: 8 }),
});

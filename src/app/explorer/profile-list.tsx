import React, { type KeyboardEvent, type MouseEvent, useRef } from 'react';
import { css, cx } from '@emotion/css';
import { type DataFrame, type GrafanaTheme2 } from '@grafana/data';
import { Checkbox, Icon, useStyles2 } from '@grafana/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { profilesFields } from '../../api/frames';
import { downloadHref } from '../profile/download-link';
import { comparePath, hrefOf, profilePath } from '../routes';
import { columnOf } from '../store-client';
import { type Column } from './table-columns';
import { type Sort } from './url-state';

interface Props {
  frame: DataFrame;
  columns: Column[];
  sort: Sort;
  /** Id of the profile in the slide-out. */
  open?: string;
  /** Ids of the ticked profiles. */
  picks: readonly string[];
  dimmed: boolean;
  /** The datasource's, for downloads. */
  uid: string;
  search: Record<string, string | undefined>;
  onSort: (sort: Sort) => void;
  onOpen: (id: string) => void;
  onPicks: (ids: string[]) => void;
}

const rowHeight = 30;
const tickWidth = 32;
const actionsWidth = 92;

/** One row per upload; only the rows in sight are in the page. */
export function ProfileList(props: Props) {
  const { frame, columns, sort, open, picks, dimmed, search, uid, onSort, onOpen, onPicks } = props;
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
  const tracks = columns.map(({ width }) => `minmax(${width}px, ${width}fr)`).join(' ');
  const template = `${tickWidth}px ${tracks} ${actionsWidth}px`;
  const minWidth = columns.reduce((sum, { width }) => sum + width, tickWidth + actionsWidth);
  const tick = (id: string) => onPicks(picks.includes(id) ? picks.filter((other) => other !== id) : [...picks, id]);
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
              isTicked={picks.includes(ids[index])}
              style={{ gridTemplateColumns: template, transform: `translateY(${start}px)` }}
              actions={<RowActions id={ids[index]} uid={uid} search={search} />}
              onOpen={onOpen}
              onTick={tick}
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
      <div role="columnheader" aria-label="Ticked" />
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
      <div role="columnheader" aria-label="Actions" />
    </div>
  );
}

interface RowProps {
  id: string;
  index: number;
  columns: Column[];
  isOpen: boolean;
  isTicked: boolean;
  style: React.CSSProperties;
  actions: React.ReactNode;
  onOpen: (id: string) => void;
  onTick: (id: string) => void;
}

function ListRow({ id, index, columns, isOpen, isTicked, style, actions, onOpen, onTick }: RowProps) {
  const styles = useStyles2(getStyles);
  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element && event.target.closest('a, label, input'))) {
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
      onKeyDown={(event) => onRowKey(event, { Enter: () => onOpen(id), ' ': () => onTick(id) })}
    >
      <div role="cell" className={styles.tick}>
        <Checkbox
          aria-label={`Tick ${columns
            .slice(0, 2)
            .map(({ values, format }) => format(values[index]))
            .join(' ')}`}
          value={isTicked}
          onChange={() => onTick(id)}
        />
      </div>
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
      <div role="cell" className={styles.actions}>
        {actions}
      </div>
    </div>
  );
}

/** Ways on from a row; they don't open the slide-out. */
function RowActions({ id, uid, search }: { id: string } & Pick<Props, 'uid' | 'search'>) {
  const styles = useStyles2(getStyles);
  const links = [
    { href: hrefOf(profilePath(id, search)), icon: 'external-link-alt', text: 'Open profile in a new tab' },
    {
      href: hrefOf(comparePath({ ds: uid, base: 'previous', right: id })),
      icon: 'exchange-alt',
      text: 'Compare with the previous upload',
    },
    { href: downloadHref(uid, id), icon: 'download-alt', text: 'Download as uploaded' },
  ] as const;
  return links.map(({ href, icon, text }) => (
    <a key={icon} href={href} target="_blank" rel="noreferrer" aria-label={text} title={text} className={styles.link}>
      <Icon name={icon} size="sm" />
    </a>
  ));
}

/** Enter opens, Space ticks, arrows move to the next row. */
function onRowKey(event: KeyboardEvent<HTMLDivElement>, actions: Record<string, () => void>) {
  const row = event.currentTarget;
  const target = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (event.key in actions && event.target === row) {
    event.preventDefault();
    actions[event.key]();
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
  link: css({ color: theme.colors.text.secondary, padding: 6 }),
  actions: css({ display: 'flex', whiteSpace: 'nowrap' }),
  tick: css({ paddingLeft: 8, display: 'flex', '& label': { margin: 0 } }),
});

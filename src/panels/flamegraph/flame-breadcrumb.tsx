import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Dropdown, Icon, Menu, Tooltip, useStyles2 } from '@grafana/ui';
import React from 'react';
import { displayName } from '../../model/display-name';
import { type FlameRows, hiddenBelow } from '../../model/flame-rows';
import { type NodeIndex, pathTo } from '../../model/flame-tree';
import { formatCount, formatShare } from '../../model/units';
import { type FlameData, shownName } from './flame-data';
import { type CutState } from './use-cut-part';
import { type FlameControl } from './use-flame-state';
import { type FlameFocus } from './use-flame-view';

export const breadcrumbPx = 26;
const mostCrumbs = 4;

interface FlameBreadcrumbProps {
  data: FlameData;
  focus: FlameFocus;
  control: FlameControl;
  narrow: boolean;
  /** Values before the user's rules, for the share that they exclude. */
  whole: FlameRows;
  cut: CutState;
}

/** The way from all to the frame that is zoomed in on, and how much of the profile the view doesn't hold. */
export function FlameBreadcrumb({ data, focus, control, narrow, whole, cut }: FlameBreadcrumbProps) {
  const styles = useStyles2(getStyles);
  const path = pathTo(data.tree, focus.node);
  const shown = path.length <= mostCrumbs ? path : [path[0], -1, ...path.slice(1 - mostCrumbs)];
  const { mode, focus: keys, callers } = control.place;
  const moved = mode !== 'top' || keys.length + callers.length > 0;
  return (
    <nav className={styles.bar} aria-label="Path of the zoomed frame">
      <ol className={styles.path}>
        {mode === 'sandwich' && <AllCrumb onClick={control.reset} />}
        {shown.map((node) => (
          <Crumb
            key={node}
            data={data}
            node={node}
            current={node === focus.node}
            top={mode === 'sandwich' ? undefined : 'all'}
            onZoom={focus.zoom}
          />
        ))}
      </ol>
      {moved && (
        <Button size="sm" variant="secondary" fill="text" icon="times" onClick={control.reset}>
          Reset
        </Button>
      )}
      <RulesNote data={data} whole={whole} control={control} />
      {!narrow && <Totals data={data} whole={whole} />}
      <HiddenShare data={data} focus={focus} cut={cut} />
    </nav>
  );
}

function AllCrumb({ onClick }: { onClick: () => void }) {
  const styles = useStyles2(getStyles);
  return (
    <li className={styles.crumb}>
      <button type="button" onClick={onClick}>
        all
      </button>
    </li>
  );
}

interface CrumbProps {
  data: FlameData;
  node: NodeIndex;
  current: boolean;
  /** Word for the root instead of its name. */
  top?: string;
  onZoom: (node: NodeIndex) => void;
}

function Crumb({ data, node, current, top, onZoom }: CrumbProps) {
  const styles = useStyles2(getStyles);
  if (node < 0) {
    return <li className={styles.dots}>…</li>;
  }
  const name = node === 0 && top !== undefined ? top : shownName(data, node);
  return (
    <li className={styles.crumb}>
      {current ? (
        <bdi title={name} aria-current="location">
          {name}
        </bdi>
      ) : (
        <button type="button" title={name} onClick={() => onZoom(node)}>
          <bdi>{name}</bdi>
        </button>
      )}
    </li>
  );
}

/** The total, and what it was counted from; of a part of the profile (a method, stacks left out) also the whole. */
function Totals({ data, whole }: Pick<FlameBreadcrumbProps, 'data' | 'whole'>) {
  const styles = useStyles2(getStyles);
  const { custom, rows } = data;
  const counts = [
    custom.sampleCount !== undefined && `${formatCount(custom.sampleCount)} samples`,
    custom.profileCount !== undefined && `${formatCount(custom.profileCount)} uploads`,
  ];
  const part = sideSum(rows) === sideSum(whole) ? [] : [`${totalOf(data, rows)} of`];
  const words = [[...part, totalOf(data, whole)].join(' '), ...counts].filter(Boolean);
  return <span className={styles.totals}>{words.join(' · ')}</span>;
}

function totalOf({ format, isDiff }: FlameData, { value, valueRight }: FlameRows): string {
  const left = format(value[0]);
  return isDiff ? `${left} → ${format(valueRight?.[0] ?? 0)}` : left;
}

/** What the user's rules do, with a way to take them back one by one. */
function RulesNote({ data, whole, control }: Pick<FlameBreadcrumbProps, 'data' | 'whole' | 'control'>) {
  const { rules, setRules, place } = control;
  if (rules.hide.length + rules.exclude.length === 0 && rules.only === '') {
    return null;
  }
  const excluded = 1 - sideSum(data.rows) / (sideSum(whole) || 1);
  const words = [
    rules.only !== '' && `only ${displayName(rules.only).slice(0, 30)}`,
    rules.hide.length > 0 && `${rules.hide.length} hidden`,
    rules.exclude.length > 0 &&
      (place.mode === 'sandwich' ? `${rules.exclude.length} excluded` : `${formatShare(excluded)} excluded`),
  ].filter(Boolean);
  const without = (list: readonly string[], name: string) => list.filter((other) => other !== name);
  const menu = (
    <Menu ariaLabel="Hidden and excluded">
      {rules.only !== '' && (
        <Menu.Item label={`Show all besides ${displayName(rules.only)}`} onClick={() => setRules({ only: '' })} />
      )}
      {rules.hide.map((name) => (
        <Menu.Item
          key={name}
          label={`Show ${displayName(name)}`}
          onClick={() => setRules({ hide: without(rules.hide, name) })}
        />
      ))}
      {rules.exclude.map((name) => (
        <Menu.Item
          key={name}
          label={`Include ${displayName(name)}`}
          onClick={() => setRules({ exclude: without(rules.exclude, name) })}
        />
      ))}
      <Menu.Item label="Show everything" icon="times" onClick={() => setRules({ hide: [], exclude: [], only: '' })} />
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-end">
      <Button size="sm" variant="secondary" fill="text" icon="filter">
        {words.join(' · ')}
      </Button>
    </Dropdown>
  );
}

const sideSum = ({ value, valueRight }: FlameRows) => (value[0] ?? 0) + (valueRight?.[0] ?? 0);

/** How much is in frames that the answer left out: of the whole profile, or of the zoomed frame. */
function HiddenShare({ data, focus, cut }: Pick<FlameBreadcrumbProps, 'data' | 'focus' | 'cut'>) {
  const styles = useStyles2(getStyles);
  const { hiddenNodes = 0, hiddenShare = 0 } = data.custom;
  const zoomed = focus.node > 0 && !data.upwards;
  const share = zoomed ? hiddenBelow(data.rows, data.tree.row[focus.node]) : hiddenShare;
  if (hiddenNodes === 0 || share <= 0) {
    return null;
  }
  const of = zoomed ? 'the zoomed frame' : 'the total';
  const explanation =
    `${formatShare(share)} of ${of} is spent in small frames that are not drawn` +
    (zoomed ? '. ' : ` (${formatCount(hiddenNodes)} frames). `) +
    'The tables count them. Zoom in to load them, or raise “Max nodes” in the query.';
  return (
    <Tooltip content={explanation}>
      <span className={styles.hidden} tabIndex={0} data-testid="flame-hidden">
        {cutWords[cut]} {formatShare(share)} <Icon name="info-circle" size="sm" />
      </span>
    </Tooltip>
  );
}

const cutWords: Record<CutState, string> = {
  whole: 'hides',
  loading: 'loading',
  failed: 'could not load',
};

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    height: breadcrumbPx,
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  path: css({ display: 'flex', flex: '1 1 auto', minWidth: 0, listStyle: 'none', margin: 0, padding: 0 }),
  dots: css({ color: theme.colors.text.secondary, padding: theme.spacing(0, 0.5) }),
  crumb: css({
    display: 'flex',
    minWidth: 24,
    overflow: 'hidden',
    fontFamily: theme.typography.fontFamilyMonospace,
    '& bdi': { overflow: 'hidden', textOverflow: 'ellipsis' },
    '&:not(:first-of-type)::before': { content: '"›"', padding: theme.spacing(0, 0.5), flex: 'none' },
    '& button': {
      all: 'unset',
      cursor: 'pointer',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      color: theme.colors.text.link,
      '&:hover': { textDecoration: 'underline' },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}`, outlineOffset: -2 },
    },
  }),
  totals: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
  hidden: css({ color: theme.colors.warning.text, display: 'inline-flex', alignItems: 'center', gap: 4 }),
});

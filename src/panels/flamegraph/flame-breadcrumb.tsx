import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Icon, Tooltip, useStyles2 } from '@grafana/ui';
import React from 'react';
import { type NodeIndex, pathTo } from '../../model/flame-tree';
import { formatCount, formatShare } from '../../model/units';
import { type FlameData, shownName } from './flame-data';
import { type FlameFocus } from './use-flame-view';

export const breadcrumbPx = 26;
const mostCrumbs = 4;

/** The way from all to the frame that is zoomed in on, and how much of the profile the view doesn't hold. */
export function FlameBreadcrumb({ data, focus, narrow }: { data: FlameData; focus: FlameFocus; narrow: boolean }) {
  const styles = useStyles2(getStyles);
  const path = pathTo(data.tree, focus.node);
  const shown = path.length <= mostCrumbs ? path : [path[0], -1, ...path.slice(1 - mostCrumbs)];
  return (
    <nav className={styles.bar} aria-label="Path of the zoomed frame">
      <ol className={styles.path}>
        {shown.map((node) => (
          <Crumb key={node} data={data} node={node} current={node === focus.node} onZoom={focus.zoom} />
        ))}
      </ol>
      {focus.node > 0 && (
        <Button size="sm" variant="secondary" fill="text" icon="times" onClick={focus.reset}>
          Reset
        </Button>
      )}
      {!narrow && <Totals data={data} />}
      <HiddenShare data={data} />
    </nav>
  );
}

interface CrumbProps {
  data: FlameData;
  node: NodeIndex;
  current: boolean;
  onZoom: (node: NodeIndex) => void;
}

function Crumb({ data, node, current, onZoom }: CrumbProps) {
  const styles = useStyles2(getStyles);
  if (node < 0) {
    return <li className={styles.dots}>…</li>;
  }
  const name = node === 0 ? 'all' : shownName(data, node);
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

function Totals({ data }: { data: FlameData }) {
  const styles = useStyles2(getStyles);
  const { custom, format, tree, isDiff } = data;
  const left = format(tree.columns.value[0]);
  const total = isDiff ? `${left} → ${format(tree.columns.valueRight?.[0] ?? 0)}` : left;
  const counts = [
    custom.sampleCount !== undefined && `${formatCount(custom.sampleCount)} samples`,
    custom.profileCount !== undefined && `${formatCount(custom.profileCount)} uploads`,
  ];
  return <span className={styles.totals}>{[total, ...counts].filter(Boolean).join(' · ')}</span>;
}

function HiddenShare({ data: { custom } }: { data: FlameData }) {
  const styles = useStyles2(getStyles);
  const { hiddenNodes = 0, hiddenShare = 0 } = custom;
  if (hiddenNodes === 0) {
    return null;
  }
  const explanation =
    `The ${formatCount(hiddenNodes)} smallest frames are not drawn; ${formatShare(hiddenShare)} of the total is spent ` +
    'in them. The tables count them. Raise “Max nodes” in the query to see them.';
  return (
    <Tooltip content={explanation}>
      <span className={styles.hidden} tabIndex={0}>
        hides {formatShare(hiddenShare)} <Icon name="info-circle" size="sm" />
      </span>
    </Tooltip>
  );
}

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

import { useTheme2 } from '@grafana/ui';
import React, { type CSSProperties, useId } from 'react';
import { type FlameRows, hiddenBelow } from '../../model/flame-rows';
import { type NodeIndex, pathTo } from '../../model/flame-tree';
import { formatCount, formatCounted, formatShare } from '../../model/units';
import { type FlameData, shownName } from './flame-data';
import { toolItems } from './flame-later';
import { type RulesWordsProps } from './flame-tool-items';
import { flamePart } from './flame-styles';
import { ToolButton, ToolIcon } from './tool-button';
import { ToolMenu } from './tool-menu';
import { type CutState } from './use-cut-part';
import { type FlameControl, useFlamePart } from './use-flame-state';
import { type FlameFocus } from './use-flame-view';

export const breadcrumbPx = 26;
const mostCrumbs = 4;

const bar: CSSProperties = {
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  height: breadcrumbPx,
  overflow: 'hidden',
  whiteSpace: 'nowrap',
};
const list: CSSProperties = {
  display: 'flex',
  flex: '1 1 auto',
  minWidth: 0,
  listStyle: 'none',
  margin: 0,
  padding: 0,
};

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
  const { typography } = useTheme2();
  const path = pathTo(data.tree, focus.node);
  const shown = path.length <= mostCrumbs ? path : [path[0], -1, ...path.slice(1 - mostCrumbs)];
  const { mode, focus: keys, callers } = useFlamePart(control, 'place');
  const moved = mode !== 'top' || keys.length + callers.length > 0;
  return (
    <nav style={{ ...bar, fontSize: typography.bodySmall.fontSize }} aria-label="Path of the zoomed frame">
      <ol style={{ ...list, fontFamily: typography.fontFamilyMonospace }}>
        {mode === 'sandwich' && <Crumb data={data} node={0} top="all" onZoom={control.reset} />}
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
        <ToolButton icon="times" onClick={control.reset}>
          Reset
        </ToolButton>
      )}
      <RulesNote data={data} whole={whole} control={control} />
      {!narrow && <Totals data={data} whole={whole} />}
      {data.custom.hiddenNodes ? <HiddenShare {...{ data, focus, whole, cut }} /> : null}
    </nav>
  );
}

interface CrumbProps {
  data: FlameData;
  node: NodeIndex;
  current?: boolean;
  /** Word for the root instead of its name. */
  top?: string;
  onZoom: (node: NodeIndex) => void;
}

function Crumb({ data, node, current, top, onZoom }: CrumbProps) {
  if (node < 0) {
    return <li className={flamePart.crumb}>…</li>;
  }
  const name = node === 0 && top !== undefined ? top : shownName(data, node);
  return (
    <li className={flamePart.crumb}>
      {current ? (
        <bdi title={name} aria-current="location">
          {name}
        </bdi>
      ) : (
        <button type="button" className={flamePart.link} title={name} onClick={() => onZoom(node)}>
          <bdi>{name}</bdi>
        </button>
      )}
    </li>
  );
}

/** The total, and what it was counted from; of a part of the profile (a method, stacks left out) also the whole. */
function Totals({ data, whole }: Pick<FlameBreadcrumbProps, 'data' | 'whole'>) {
  const { colors } = useTheme2();
  const { custom, rows } = data;
  const counts = [
    countOf('sample', custom.sampleCount, custom.sampleCountRight),
    countOf('upload', custom.profileCount, custom.profileCountRight),
  ];
  const part = sideSum(rows) === sideSum(whole) ? [] : [`${totalOf(data, rows)} of`];
  const words = [[...part, totalOf(data, whole)].join(' '), ...counts].filter(Boolean);
  return <span style={{ color: colors.text.secondary, fontVariantNumeric: 'tabular-nums' }}>{words.join(' · ')}</span>;
}

/** `318 → 402 samples`, without the right side `318 samples`. */
function countOf(noun: string, left: number | undefined, right: number | undefined): string {
  if (left === undefined) {
    return '';
  }
  return right === undefined ? formatCounted(left, noun) : `${formatCount(left)} → ${formatCounted(right, noun)}`;
}

function totalOf({ format, isDiff }: FlameData, { value, valueRight }: FlameRows): string {
  const left = format(value[0]);
  return isDiff ? `${left} → ${format(valueRight?.[0] ?? 0)}` : left;
}

/** What the user's rules do, with a way to take them back one by one. */
function RulesNote({ data, whole, control }: Pick<FlameBreadcrumbProps, 'data' | 'whole' | 'control'>) {
  const { hide, exclude, only } = useFlamePart(control, 'rules');
  return hide.length + exclude.length === 0 && only === '' ? null : (
    <ToolMenu
      label="Hidden and excluded"
      text={<RulesWords control={control} excluded={1 - sideSum(data.rows) / (sideSum(whole) || 1)} />}
    >
      {({ RulesItems }) => <RulesItems control={control} />}
    </ToolMenu>
  );
}

function RulesWords(props: RulesWordsProps) {
  const notes = toolItems.use();
  return notes && <notes.RulesWords {...props} />;
}

const sideSum = ({ value, valueRight }: FlameRows) => (value[0] ?? 0) + (valueRight?.[0] ?? 0);

/**
 * How much is in frames that the answer left out: of the whole profile, or of what is shown of it. Its explanation is there once
 * that is loaded.
 */
function HiddenShare({ data, focus, whole, cut }: Pick<FlameBreadcrumbProps, 'data' | 'focus' | 'whole' | 'cut'>) {
  const { colors } = useTheme2();
  const id = useId();
  const notes = toolItems.use();
  const { hiddenNodes, hiddenShare = 0 } = data.custom;
  const isPart = (focus.node > 0 || data.rows !== whole) && !data.upwards;
  const share = isPart ? hiddenBelow(data.rows, data.tree.row[focus.node]) : hiddenShare;
  if (share <= 0) {
    return null;
  }
  return (
    <span className={flamePart.hint} style={{ flex: 'none' }}>
      <span
        tabIndex={0}
        aria-describedby={notes && id}
        data-testid="flame-hidden"
        style={{ color: colors.warning.text, display: 'inline-flex', alignItems: 'center', gap: 4 }}
      >
        {cutWords[cut]} {formatShare(share)} <ToolIcon name="info" sizePx={12} />
      </span>
      {notes && (
        <span role="tooltip" id={id}>
          <notes.HiddenHint share={share} frames={isPart ? undefined : hiddenNodes} />
        </span>
      )}
    </span>
  );
}

const cutWords: Record<CutState, string> = {
  whole: 'hides',
  loading: 'loading',
  failed: 'could not load',
};

import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Portal, VizTooltipContainer, useStyles2 } from '@grafana/ui';
import React from 'react';
import { type FlameLayout, runValue } from '../../model/flame-layout';
import { type NodeIndex, parentOf } from '../../model/flame-tree';
import { formatCount, formatPart, formatShare } from '../../model/units';
import { errorShare } from '../../model/flame-search';
import { type FlameData, type FrameDetails, frameDetails } from './flame-data';

interface FlameTooltipProps {
  data: FlameData;
  layout: FlameLayout;
  entry: number;
  /** Place of the pointer on the page. */
  x: number;
  y: number;
}

export function FlameTooltip({ data, layout, entry, x, y }: FlameTooltipProps) {
  return (
    <Portal>
      <VizTooltipContainer position={{ x, y }} offset={{ x: 12, y: 12 }}>
        <EntryTooltip data={data} layout={layout} entry={entry} />
      </VizTooltipContainer>
    </Portal>
  );
}

function EntryTooltip({ data, layout, entry }: { data: FlameData; layout: FlameLayout; entry: number }) {
  const styles = useStyles2(getStyles);
  const node = layout.node[entry];
  const count = layout.count[entry];
  const content = count > 0 ? runContent(data, node, count) : frameContent(data, node, layout.focus);
  return (
    <div className={styles.tooltip} data-testid="flame-tooltip">
      <div className={styles.name}>{content.title}</div>
      {content.notes.map((note) => (
        <div key={note} className={styles.note}>
          {note}
        </div>
      ))}
      <dl className={styles.facts}>
        {content.facts.map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
      </dl>
    </div>
  );
}

interface TooltipContent {
  title: string;
  notes: string[];
  facts: Array<readonly [string, string]>;
}

function runContent({ tree, format }: FlameData, first: NodeIndex, count: number): TooltipContent {
  const value = runValue(tree, first, count);
  const title = `${formatCount(count)} small ${count === 1 ? 'frame' : 'frames'}, ${formatPart(value, tree.width[0])}`;
  return { title, notes: ['Click to zoom in on their caller'], facts: [['Total', format(value)]] };
}

function frameContent(data: FlameData, node: NodeIndex, focus: NodeIndex): TooltipContent {
  const details = frameDetails(data, node);
  const facts = data.isDiff ? diffFacts(data, node) : plainFacts(data, node, focus);
  const folded = details.folded > 0 ? `${formatCount(details.folded)} folded frames` : '';
  facts.push(...sampleFacts(data, details));
  return { title: details.name, notes: [details.library, details.source, folded].filter((note) => note !== ''), facts };
}

/** How many samples, and how far the share may be off for that (95 %): shares of few samples are chance. */
function sampleFacts({ rows, isDiff }: FlameData, { samples, value }: FrameDetails): TooltipContent['facts'] {
  const all = rows.samples?.[0] ?? NaN;
  if (!(samples > 0) || !(all > 0)) {
    return [];
  }
  const counted = ['Samples', `${formatCount(samples)} of ${formatCount(all)}`] as const;
  const share = value / (rows.value[0] || 1);
  return isDiff
    ? [counted]
    : [counted, ['Share, 95 % sure', `${formatShare(share)} ± ${formatShare(errorShare(share, all))}`]];
}

function plainFacts(data: FlameData, node: NodeIndex, focus: NodeIndex): TooltipContent['facts'] {
  const { tree, format, rows, upwards } = data;
  const { value, self } = frameDetails(data, node);
  const parent = parentOf(tree, node);
  const all = rows.value[0];
  const facts: TooltipContent['facts'] = [['Total', `${format(value)} · ${formatPart(value, all)} of all`]];
  if (!upwards) {
    facts.push(['Self', `${format(self)} · ${formatPart(self, all)} of all`]);
  }
  if (parent >= 0) {
    facts.push([upwards ? 'Of callee' : 'Of caller', formatPart(value, rows.value[tree.row[parent]])]);
  }
  if (focus > 0 && focus !== node && focus !== parent) {
    facts.push(['Of zoomed', formatPart(value, rows.value[tree.row[focus]])]);
  }
  return facts;
}

function diffFacts(data: FlameData, node: NodeIndex): TooltipContent['facts'] {
  const { format, rows } = data;
  const { value, valueRight, self, selfRight } = frameDetails(data, node);
  const left = value / (rows.value[0] || 1);
  const right = valueRight / (rows.valueRight?.[0] || 1);
  const points = right - left;
  return [
    ['Left', `${format(value)} · ${formatShare(left)}`],
    ['Right', `${format(valueRight)} · ${formatShare(right)}`],
    ['Change', `${points > 0 ? '+' : ''}${formatShare(points)} of all`],
    ['Self left, right', `${format(self)}, ${format(selfRight)}`],
  ];
}

const getStyles = (theme: GrafanaTheme2) => ({
  tooltip: css({ padding: theme.spacing(1), maxWidth: 520, fontSize: theme.typography.bodySmall.fontSize }),
  name: css({
    fontFamily: theme.typography.fontFamilyMonospace,
    overflowWrap: 'anywhere',
    display: '-webkit-box',
    WebkitLineClamp: 6,
    WebkitBoxOrient: 'vertical',
    overflow: 'hidden',
    unicodeBidi: 'isolate',
  }),
  note: css({ color: theme.colors.text.secondary, overflowWrap: 'anywhere' }),
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'auto 1fr',
    columnGap: theme.spacing(2),
    margin: theme.spacing(0.5, 0, 0),
    fontVariantNumeric: 'tabular-nums',
    '& dt': { color: theme.colors.text.secondary, fontWeight: 'normal' },
    '& dd': { margin: 0, textAlign: 'right' },
  }),
});

import { CoreApp, LoadingState, type PanelProps } from '@grafana/data';
import { PanelDataErrorView, locationService } from '@grafana/runtime';
import { usePanelContext, useTheme2 } from '@grafana/ui';
import React, { type CSSProperties, useMemo } from 'react';
import { frameWithFields } from '../../ui/panel-fields';
import { useSelection } from '../../ui/panel-selection';
import { PanelReason, emptyContent, panelContent } from '../../ui/panel-state';
import { type FlameRows } from '../../model/flame-rows';
import { drawnValue } from '../../model/flame-tree';
import { formatCounted } from '../../model/units';
import { readFlameFrame } from './flame-data';
import { FlameGraph } from './flame-graph';
import { neededFields } from './needed-fields';
import { type FlameOptions, defaultOptions } from './options';

export function FlamePanel(props: PanelProps<FlameOptions>) {
  const { data, id, fieldConfig, width, height, replaceVariables } = props;
  const options = { ...defaultOptions, ...props.options };
  const addressPrefix = useAddressPrefix(id);
  const found = panelContent(data, neededFields);
  const frame = found.state === 'ready' ? found.frame : undefined;
  const flame = useMemo(() => frame && withRoot(readFlameFrame(frame)), [frame]);
  const selection = useSelection(options.selectionVariable, replaceVariables);
  // A root without value is how "nothing was sampled" arrives.
  const content = flame && 'rows' in flame && isNothing(flame.rows) ? emptyContent(data) : found;
  if (content.state !== 'ready') {
    return (
      <PanelReason
        content={content}
        data={data}
        panelId={id}
        fieldConfig={fieldConfig}
        what="samples"
        queryType="profile"
      />
    );
  }
  if (!flame || 'problem' in flame) {
    const message = `The rows of this data make no flame graph: ${flame?.problem ?? ''} ${orderHint}`;
    return <PanelDataErrorView panelId={id} data={data} fieldConfig={fieldConfig} message={message} />;
  }
  const others = data.series.filter((one) => one !== frame && frameWithFields([one], neededFields)).length;
  return (
    <>
      {others > 0 && <OthersNote others={others} />}
      <FlameGraph
        {...{ options, width, selection, replaceVariables, addressPrefix }}
        height={others > 0 ? height - othersPx : height}
        source={flame}
        panelData={data}
        panelId={id}
        title={props.title}
        waiting={data.state === LoadingState.Loading}
      />
    </>
  );
}

const othersPx = 20;

/** One panel shows one graph. */
function OthersNote({ others }: { others: number }) {
  const { colors, typography } = useTheme2();
  const text = `The first of ${formatCounted(others + 1, 'flame graph')} is shown. Give the others panels of their own.`;
  return (
    <div
      role="note"
      title={text}
      style={{ ...noteStyle, color: colors.warning.text, fontSize: typography.bodySmall.fontSize }}
    >
      {text}
    </div>
  );
}

const noteStyle: CSSProperties = {
  height: othersPx,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
};

const orderHint = 'Transformations that sort, filter or join rows take the order away that a flame graph needs.';

const isNothing = (rows: FlameRows) => !(drawnValue(rows, 0) > 0);

/** Shares are parts of the root's value. */
function withRoot(flame: ReturnType<typeof readFlameFrame>): ReturnType<typeof readFlameFrame> {
  const rootless = 'rows' in flame && isNothing(flame.rows) && flame.rows.level.length > 1;
  return rootless && Array.from(flame.rows.level).some((_, row) => drawnValue(flame.rows, row) > 0)
    ? { problem: `The first row, which stands for all, has the value ${flame.rows.value[0]}.` }
    : flame;
}

/** Explore owns its address, and its panels have no lasting id. */
function useAddressPrefix(id: number): string {
  const { app } = usePanelContext();
  const inExplore = app === CoreApp.Explore || locationService.getLocation().pathname.startsWith('/explore');
  return inExplore ? '' : `flame-${id}`;
}

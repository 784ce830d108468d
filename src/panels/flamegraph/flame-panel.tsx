import { LoadingState, type PanelProps } from '@grafana/data';
import { PanelDataErrorView } from '@grafana/runtime';
import React, { useMemo } from 'react';
import { useSelection } from '../../ui/panel-selection';
import { PanelReason, emptyContent, panelContent } from '../../ui/panel-state';
import { neededFields, readFlameFrame } from './flame-data';
import { FlameGraph } from './flame-graph';
import { type FlameOptions } from './options';

export function FlamePanel(props: PanelProps<FlameOptions>) {
  const { data, id, fieldConfig, options, width, height, replaceVariables } = props;
  const found = panelContent(data, neededFields);
  const frame = found.state === 'ready' ? found.frame : undefined;
  const flame = useMemo(() => frame && readFlameFrame(frame), [frame]);
  const selection = useSelection(options.selectionVariable, replaceVariables);
  // A root without value is how "nothing was sampled" arrives.
  const content = flame && 'tree' in flame && flame.tree.width[0] === 0 ? emptyContent(data) : found;
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
    const message = `The frame is no flame graph. ${flame?.problem ?? ''}`;
    return <PanelDataErrorView panelId={id} data={data} fieldConfig={fieldConfig} message={message} />;
  }
  return (
    <FlameGraph
      data={flame}
      width={width}
      height={height}
      colourBy={options.colourBy}
      showToolbar={options.showToolbar}
      selection={selection}
      waiting={data.state === LoadingState.Loading}
    />
  );
}

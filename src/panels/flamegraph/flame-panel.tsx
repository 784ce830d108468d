import { CoreApp, LoadingState, type PanelProps } from '@grafana/data';
import { PanelDataErrorView, locationService } from '@grafana/runtime';
import { usePanelContext } from '@grafana/ui';
import React, { useMemo } from 'react';
import { useSelection } from '../../ui/panel-selection';
import { PanelReason, emptyContent, panelContent } from '../../ui/panel-state';
import { neededFields, readFlameFrame } from './flame-data';
import { FlameGraph } from './flame-graph';
import { type FlameOptions, defaultOptions } from './options';

export function FlamePanel(props: PanelProps<FlameOptions>) {
  const { data, id, fieldConfig, width, height, replaceVariables } = props;
  const options = { ...defaultOptions, ...props.options };
  const addressPrefix = useAddressPrefix(id);
  const found = panelContent(data, neededFields);
  const frame = found.state === 'ready' ? found.frame : undefined;
  const flame = useMemo(() => frame && readFlameFrame(frame), [frame]);
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
    const message = `The frame is no flame graph. ${flame?.problem ?? ''}`;
    return <PanelDataErrorView panelId={id} data={data} fieldConfig={fieldConfig} message={message} />;
  }
  return (
    <FlameGraph
      {...{ options, width, height, selection, replaceVariables, addressPrefix }}
      source={flame}
      panelData={data}
      panelId={id}
      title={props.title}
      waiting={data.state === LoadingState.Loading}
    />
  );
}

const isNothing = ({ value, valueRight }: { value: ArrayLike<number>; valueRight?: ArrayLike<number> }) =>
  !(value[0] > 0) && !((valueRight?.[0] ?? 0) > 0);

/** Explore owns its address, and its panels have no lasting id. */
function useAddressPrefix(id: number): string {
  const { app } = usePanelContext();
  const inExplore = app === CoreApp.Explore || locationService.getLocation().pathname.startsWith('/explore');
  return inExplore ? '' : `flame-${id}`;
}

import React from 'react';
import { type FlameData } from './flame-data';
import { type FlameGraphProps } from './flame-graph';
import { FlameHelp } from './flame-help';
import { FlameMenu } from './flame-menu';
import { FlameMethods } from './flame-methods';
import { searchOfName } from './flame-pipeline';
import { type MenuPlace, type StageActions } from './use-flame-controls';
import { type FlameControl } from './use-flame-state';

export type WindowPlace = 'help' | 'methods' | MenuPlace;

type FromPanel = 'source' | 'selection' | 'options' | 'replaceVariables' | 'panelData' | 'panelId';

interface FlameWindowProps extends Pick<FlameGraphProps, FromPanel> {
  control: FlameControl;
  open: WindowPlace;
  actions: StageActions;
  close: () => void;
  /** What the main drawing shows. */
  data: FlameData;
}

/** What is open over the drawing: the menu of a frame, the keys, or the list of methods. */
export function FlameWindow(props: FlameWindowProps) {
  const { open, actions, close, control, source, selection, options } = props;
  if (open === 'help') {
    return <FlameHelp onDismiss={close} />;
  }
  if (open === 'methods') {
    return (
      <FlameMethods
        data={props.data}
        control={control}
        selected={selection.names}
        onPick={(label) => {
          control.setSearch(searchOfName(label));
          close();
        }}
        onSandwich={actions.sandwich}
        onDismiss={close}
      />
    );
  }
  const { replaceVariables, panelData, panelId } = props;
  return (
    <FlameMenu
      {...{ ...open, selection, replaceVariables, panelData, panelId, control }}
      onSandwich={actions.sandwich}
      onMethods={actions.openMethods}
      sourceUrl={options.sourceUrl || (source.custom.sourceUrl ?? '')}
      refId={source.refId}
      onClose={close}
    />
  );
}

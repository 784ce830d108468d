import { type InterpolateFunction, type PanelData } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { type RefObject, useMemo, useRef, useState } from 'react';
import { type Selection } from '../../ui/panel-selection';
import { panelToolbarHeightPx } from '../../ui/panel-toolbar';
import { FlameBreadcrumb, breadcrumbPx } from './flame-breadcrumb';
import { flameColours } from './flame-colours';
import { type FlameData, type FlameSource } from './flame-data';
import { FlameKeys } from './flame-keys';
import { FlameMenu } from './flame-menu';
import { FlameMethods } from './flame-methods';
import { rowPx } from './flame-rows-px';
import { FlameStage } from './flame-stage';
import { getFlameStyles } from './flame-styles';
import { FlameToolbar } from './flame-toolbar';
import { type FlameOptions } from './options';
import { startExport } from './start-export';
import { type MenuPlace, type StageActions } from './use-flame-controls';
import { type FlameDrawing, useCallersFocus, useFlameDrawing } from './use-flame-drawing';
import { type FlameControl, useFlameState } from './use-flame-state';
import { useMatches } from './use-flame-view';

export interface FlameGraphProps {
  source: FlameSource;
  /** For the one query that the panel makes itself: a cut part that is zoomed in on. */
  panelData: PanelData;
  panelId: number;
  width: number;
  height: number;
  options: FlameOptions;
  title: string;
  selection: Selection;
  replaceVariables: InterpolateFunction;
  /** Start of the keys in the address; '' = the view isn't kept there. */
  addressPrefix: string;
  /** New data is on its way; the old stays, dimmed. */
  waiting: boolean;
}

const narrowPx = 480;
const lowPx = 200;

export function FlameGraph(props: FlameGraphProps) {
  const { source, panelData, width, height, options, selection } = props;
  const styles = useStyles2(getFlameStyles);
  const control = useFlameState(props.addressPrefix);
  const withToolbar = options.showToolbar && height >= lowPx;
  const heightPx = Math.max(rowPx, height - breadcrumbPx - (withToolbar ? panelToolbarHeightPx : 0));
  const drawing = useFlameDrawing({ source, panelData, control, options, widthPx: width, heightPx });
  const { main, callers, mainPx, focus, colours, search, flip, font } = drawing;
  const windows = useWindows(drawing, control, selection);
  const { actions, goal, mainRef } = windows;
  const narrow = width < narrowPx;
  const stage = { selected: selection.names, font, widthPx: width, actions };
  return (
    <div className={styles} style={props.waiting ? dimmed : undefined}>
      {withToolbar && <Toolbar {...{ props, control, drawing, windows, narrow }} />}
      <FlameBreadcrumb {...{ data: main, focus, control, narrow }} whole={source.rows} cut={drawing.cut.state} />
      {callers && <CallersStage {...{ ...stage, callers, control, drawing }} heightPx={heightPx - mainPx} />}
      <FlameStage
        {...{ ...stage, data: main, focus, colours, flip: flip && !callers, scrollRef: mainRef }}
        matches={search.matches}
        heightPx={mainPx}
        name={callers ? 'Callees' : 'Flame graph'}
        testId="flame-graph"
        actions={goal ? { ...actions, goal } : actions}
      />
      <OpenWindow {...{ props, control, drawing, windows }} />
    </div>
  );
}

/** Only a wait that lasts is shown. */
const dimmed = { opacity: 0.6, transition: 'opacity 100ms 300ms' };

/** What is open over the drawing, and what drawings ask for. */
function useWindows({ search }: FlameDrawing, control: FlameControl, selection: Selection) {
  const [open, setOpen] = useState<'help' | 'methods'>();
  const [menu, setMenu] = useState<MenuPlace>();
  const [goal, setGoal] = useState<{ node: number }>();
  const mainRef = useRef<HTMLDivElement>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  const toGraph = () => mainRef.current?.focus({ preventScroll: true });
  const close = () => {
    setOpen(undefined);
    toGraph();
  };
  // An item may have opened another window.
  const closeMenu = () => {
    setMenu(undefined);
    toGraph();
  };
  const actions: StageActions = {
    selection,
    back: control.back,
    reset: control.reset,
    openMenu: setMenu,
    openSearch: () => searchRef.current?.focus(),
    openMethods: () => setOpen('methods'),
    openHelp: () => setOpen('help'),
    step: (by) => {
      const node = search.step(by);
      setGoal(node >= 0 ? { node } : undefined);
    },
    sandwich: (method) => {
      setOpen(undefined);
      control.go({ mode: 'sandwich', method, focus: [], callers: [] });
    },
  };
  return { open, menu, goal, mainRef, searchRef, toGraph, close, closeMenu, actions };
}

interface FlameParts {
  props: FlameGraphProps;
  control: FlameControl;
  drawing: FlameDrawing;
  windows: ReturnType<typeof useWindows>;
}

function Toolbar({ props, control, drawing, windows, narrow }: FlameParts & { narrow: boolean }) {
  const { main, cut, focus, search, colourBy, colours, coloursOf, flip, font } = drawing;
  const { actions } = windows;
  const { title, options, selection } = props;
  return (
    <FlameToolbar
      {...{ data: main, search, control, searchRef: windows.searchRef, selection, narrow, colourBy, flip }}
      onColourBy={(by) => control.setLook({ colour: by === options.colourBy ? undefined : by })}
      onFlip={(to) => control.setLook({ root: to === options.rootAtBottom ? undefined : to ? 'bottom' : 'top' })}
      onStep={actions.step}
      onLeaveSearch={windows.toGraph}
      onMethods={actions.openMethods}
      onHelp={actions.openHelp}
      onExport={(format) =>
        startExport(format, { data: main, rows: cut.rows, focus, colours, coloursOf, font, flip, title })
      }
    />
  );
}

/** The menu of a frame, the keys, or the list of methods. */
function OpenWindow({ props, control, drawing, windows }: FlameParts) {
  const { open, menu, actions, close, closeMenu } = windows;
  const { selection, options, replaceVariables, panelData, panelId } = props;
  if (menu) {
    return (
      <FlameMenu
        {...{ ...menu, selection, replaceVariables, panelData, panelId }}
        rules={control.rules}
        onRules={control.setRules}
        onSearch={control.setSearch}
        onSandwich={actions.sandwich}
        onMethods={actions.openMethods}
        sourceUrl={options.sourceUrl || (props.source.custom.sourceUrl ?? '')}
        refId={props.source.refId}
        onClose={closeMenu}
      />
    );
  }
  if (open === 'help') {
    return <FlameKeys onDismiss={close} />;
  }
  return open === 'methods' ? (
    <FlameMethods
      data={drawing.main}
      matches={drawing.search.matches}
      selected={selection.names}
      onPick={(label) => {
        control.setSearch(label);
        close();
      }}
      onSandwich={actions.sandwich}
      onDismiss={close}
    />
  ) : null;
}

interface CallersStageProps {
  callers: FlameData;
  control: FlameControl;
  drawing: FlameDrawing;
  widthPx: number;
  heightPx: number;
  selected: ReadonlySet<string>;
  font: string;
  actions: StageActions;
}

/** The upper half of a sandwich: callers grow upwards from the method. */
function CallersStage({ callers, control, drawing, ...stage }: CallersStageProps) {
  const theme = useTheme2();
  const scrollRef: RefObject<HTMLDivElement> = useRef(null);
  const focus = useCallersFocus(callers, stage.widthPx, stage.heightPx, control);
  const { colourBy } = drawing;
  const colours = useMemo(() => flameColours(theme, callers, colourBy), [theme, callers, colourBy]);
  const { matches } = useMatches(callers, control.search);
  return (
    <FlameStage
      {...{ ...stage, data: callers, focus, colours, matches, scrollRef }}
      flip
      name="Callers"
      testId="flame-callers"
    />
  );
}

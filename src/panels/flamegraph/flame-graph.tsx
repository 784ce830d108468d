import { type InterpolateFunction, type PanelData } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import React, { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type ColourBy } from '../../model/flame-place';
import { type Selection } from '../../ui/panel-selection';
import { panelToolbarHeightPx } from '../../ui/panel-heights';
import { FlameBreadcrumb, breadcrumbPx } from './flame-breadcrumb';
import { flameColours } from './flame-colours';
import { type FlameData, type FlameSource } from './flame-data';
import { flameWindows, loadSoon, searchSteps, toolItems } from './flame-later';
import { rowPx } from './flame-rows-px';
import { FlameStage } from './flame-stage';
import { flameClass } from './flame-styles';
import { FlameToolbar, type ToolbarActions } from './flame-toolbar';
import { type WindowPlace } from './flame-windows';
import { type FlameOptions } from './options';
import { startExport } from './start-export';
import { type FlameGoal, type StageActions } from './use-flame-controls';
import { type FlameDrawing, useCallersFocus, useFlameDrawing } from './use-flame-drawing';
import { type FlameControl, useFlameState } from './use-flame-state';

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
  const className = flameClass(useTheme2());
  const control = useFlameState(props.addressPrefix);
  const withToolbar = options.showToolbar && height >= lowPx;
  const heightPx = Math.max(rowPx, height - breadcrumbPx - (withToolbar ? panelToolbarHeightPx : 0));
  const drawing = useFlameDrawing({ source, panelData, control, options, widthPx: width, heightPx });
  const { main, callers, mainPx, focus, colours, colourBy, flip, font } = drawing;
  const windows = useWindows(main, control, selection);
  const { actions, goal, mainRef, searchRef } = windows;
  const tools = useTools(props, control, drawing, windows);
  const narrow = width < narrowPx;
  const { mode, method } = control.get().place;
  useLater(drawing);
  const stage = { control, selected: selection.names, font, widthPx: width, actions };
  return (
    <div className={className} style={props.waiting ? dimmed : undefined} onClick={windows.keepFocus}>
      {withToolbar && (
        <FlameToolbar {...{ data: main, control, searchRef, selection, narrow, colourBy, flip, tools }} />
      )}
      <FlameBreadcrumb {...{ data: main, focus, control, narrow }} whole={source.rows} cut={drawing.cut.state} />
      {callers && <CallersStage {...{ ...stage, callers, colourBy }} heightPx={heightPx - mainPx} />}
      {mode === 'sandwich' && !callers ? (
        <Missing name={method} />
      ) : (
        <FlameStage
          {...{ ...stage, data: main, focus, colours, flip: flip && !callers, scrollRef: mainRef, goal }}
          heightPx={mainPx}
          name={callers ? 'Callees' : 'Flame graph'}
          testId="flame-graph"
        />
      )}
      {windows.open !== undefined && <OpenWindow {...{ props, control, drawing, windows }} />}
    </div>
  );
}

function Missing({ name }: { name: string }) {
  const notes = toolItems.use();
  return notes ? <notes.MissingMethod name={name} /> : null;
}

/** Only a wait that lasts is shown. */
const dimmed = { opacity: 0.6, transition: 'opacity 100ms 300ms' };

/** What is open over the drawing (one thing at a time), and what drawings ask for. */
function useWindows(data: FlameData, control: FlameControl, selection: Selection) {
  const [open, setOpen] = useState<WindowPlace>();
  const [goal, setGoal] = useState<FlameGoal>();
  const mainRef = useRef<HTMLDivElement>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  const toGraph = useCallback(() => mainRef.current?.focus({ preventScroll: true }), []);
  // What was chosen in a window may have opened another one, which stays.
  const close = useCallback(() => {
    setOpen((now) => (now === open ? undefined : now));
    toGraph();
  }, [open, toGraph]);
  // A button that goes away when it is used must not leave the keyboard nowhere.
  const keepFocus = () => requestAnimationFrame(() => document.activeElement === document.body && toGraph());
  const isOpen = open !== undefined;
  const actions = useMemo<StageActions>(
    () => ({
      selection,
      // A key may come before the menu has taken the focus.
      back: () => {
        if (isOpen) {
          close();
        }
        return isOpen || control.back();
      },
      reset: control.reset,
      openMenu: setOpen,
      openSearch: () => searchRef.current?.focus(),
      openMethods: () => setOpen('methods'),
      openHelp: () => setOpen('help'),
      step: (by) =>
        searchSteps.run(({ nextMatch }) => {
          const node = nextMatch(data.tree, control.get().search, by);
          setGoal(node >= 0 ? { node } : undefined);
        }),
      sandwich: (method) => {
        setOpen(undefined);
        control.go({ mode: 'sandwich', method, focus: [], callers: [] });
      },
    }),
    [selection, control, data, isOpen, close]
  );
  return { open, goal, mainRef, searchRef, toGraph, keepFocus, close, actions };
}

/** Loads what the first picture doesn't need, and rehearses with that picture. */
function useLater({ main, focus, colours, font, flip }: FlameDrawing) {
  // Once, whatever comes to be drawn in the meantime.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useEffect(() => loadSoon({ data: main, layout: focus.layout, ...colours, font, flip }), []);
}

interface FlameParts {
  props: FlameGraphProps;
  control: FlameControl;
  drawing: FlameDrawing;
  windows: ReturnType<typeof useWindows>;
}

/** What the toolbar does. It stays the same while the view changes, so that zooming leaves the toolbar alone. */
function useTools(
  props: FlameGraphProps,
  control: FlameControl,
  drawing: FlameDrawing,
  windows: FlameParts['windows']
) {
  const { colourBy, rootAtBottom } = props.options;
  const { actions, toGraph } = windows;
  const now = { drawing, title: props.title, selected: props.selection.names };
  const shown = useRef(now);
  useEffect(() => {
    shown.current = now;
  });
  return useMemo<ToolbarActions>(
    () => ({
      colour: (by) => control.setLook({ colour: by === colourBy ? undefined : by }),
      flip: (to) => control.setLook({ root: to === rootAtBottom ? undefined : to ? 'bottom' : 'top' }),
      step: actions.step,
      leaveSearch: toGraph,
      openMethods: actions.openMethods,
      openHelp: actions.openHelp,
      save: (format) => {
        const { drawing: view, ...rest } = shown.current;
        startExport(format, { ...view, ...rest, data: view.main, rows: view.cut.rows, control });
      },
    }),
    [control, colourBy, rootAtBottom, actions, toGraph]
  );
}

/** The menu of a frame, the keys, or the list of methods. */
function OpenWindow({ props, control, drawing, windows }: FlameParts) {
  const { open, actions, close } = windows;
  const part = flameWindows.use(close);
  return part && open !== undefined ? (
    <part.FlameWindow {...props} {...{ control, open, actions, close }} data={drawing.main} />
  ) : null;
}

interface CallersStageProps {
  callers: FlameData;
  control: FlameControl;
  colourBy: ColourBy;
  widthPx: number;
  heightPx: number;
  selected: ReadonlySet<string>;
  font: string;
  actions: StageActions;
}

/** The upper half of a sandwich: callers grow upwards from the method. */
function CallersStage({ callers, colourBy, ...stage }: CallersStageProps) {
  const theme = useTheme2();
  const scrollRef: RefObject<HTMLDivElement> = useRef(null);
  const focus = useCallersFocus(callers, stage.widthPx, stage.heightPx, stage.control);
  const colours = useMemo(() => flameColours(theme, callers, colourBy), [theme, callers, colourBy]);
  return (
    <FlameStage
      {...{ ...stage, data: callers, focus, colours, scrollRef }}
      flip
      name="Callers"
      testId="flame-callers"
    />
  );
}

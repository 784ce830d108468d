import { css, cx } from '@emotion/css';
import { type InterpolateFunction, type PanelData } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { type RefObject, useCallback, useMemo, useRef, useState } from 'react';
import { keepsPaths } from '../../model/flame-place';
import { type FlameRows } from '../../model/flame-rows';
import { type Selection } from '../../ui/panel-selection';
import { useOverride } from '../../ui/panel-override';
import { panelToolbarHeightPx } from '../../ui/panel-toolbar';
import { FlameBreadcrumb, breadcrumbPx } from './flame-breadcrumb';
import { flameColours } from './flame-colours';
import { type FlameData, type FlameSource, flameData } from './flame-data';
import { FlameKeys } from './flame-keys';
import { FlameMenu } from './flame-menu';
import { FlameMethods } from './flame-methods';
import { applyRules, sidesOf } from './flame-pipeline';
import { rowPx } from './flame-rows-px';
import { FlameStage, stageWidth } from './flame-stage';
import { FlameToolbar } from './flame-toolbar';
import { type FlameOptions } from './options';
import { startExport } from './start-export';
import { useCutPart } from './use-cut-part';
import { type MenuPlace, type StageActions } from './use-flame-controls';
import { type FlameControl, useFlameState } from './use-flame-state';
import { useFlameFocus, useFlameSearch, useMatches } from './use-flame-view';

interface FlameGraphProps {
  source: FlameSource;
  /** For the one query that the panel makes itself: a cut part that is zoomed in on. */
  panelData: PanelData;
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
/** Part of the height that callers get in a sandwich. */
const callersPart = 0.4;

export function FlameGraph(props: FlameGraphProps) {
  const { source, width, height, options, selection } = props;
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const control = useFlameState(props.addressPrefix);
  const { place, rules } = control;
  const [colourBy, setColourBy] = useOverride(options.colourBy);
  const [flip, setFlip] = useOverride(options.rootAtBottom);
  const [open, setOpen] = useState<'help' | 'methods' | undefined>();
  const [menu, setMenu] = useState<MenuPlace>();
  const [goal, setGoal] = useState<{ node: number }>();
  const mainRef = useRef<HTMLDivElement>(null);
  const callersRef = useRef<HTMLDivElement>(null);
  const searchRef = useRef<HTMLInputElement>(null);
  const withToolbar = options.showToolbar && height >= lowPx;
  const roomPx = Math.max(rowPx, height - breadcrumbPx - (withToolbar ? panelToolbarHeightPx : 0));
  const cut = useCutPart(source, props.panelData, place.focus, place.mode === 'top' && keepsPaths(rules));
  const { main, callers } = useSides(source, cut.rows, control);
  const mainPx = callers ? Math.max(rowPx, Math.round(roomPx * (1 - callersPart))) : roomPx;
  const focus = useStageFocus(main, width, mainPx, place.focus, control, 'focus');
  const search = useFlameSearch(main, control.search);
  const coloursOf = useCallback((data: FlameData) => flameColours(theme, data, colourBy), [theme, colourBy]);
  const colours = useMemo(() => coloursOf(main), [coloursOf, main]);
  const font = `12px ${theme.typography.fontFamilyMonospace}`;
  const toGraph = () => mainRef.current?.focus({ preventScroll: true });
  const sandwich = (method: string) => {
    setOpen(undefined);
    control.go({ mode: 'sandwich', method, focus: [], callers: [] });
  };
  const step = (by: 1 | -1) => {
    const node = search.step(by);
    if (node >= 0) {
      setGoal({ node });
    }
  };
  const actions: StageActions = {
    selection,
    back: control.back,
    reset: control.reset,
    openMenu: setMenu,
    openSearch: () => searchRef.current?.focus(),
    openMethods: () => setOpen('methods'),
    openHelp: () => setOpen('help'),
    step,
    sandwich,
  };
  const shared = { selected: selection.names, font, widthPx: width, actions };
  const close = (after: () => void) => {
    after();
    toGraph();
  };
  const narrow = width < narrowPx;
  return (
    <div className={cx(styles.panel, props.waiting && styles.waiting)}>
      {withToolbar && (
        <FlameToolbar
          {...{ data: main, search, control, searchRef, selection, narrow, colourBy, flip }}
          onColourBy={setColourBy}
          onFlip={setFlip}
          onStep={step}
          onLeaveSearch={toGraph}
          onMethods={actions.openMethods}
          onHelp={actions.openHelp}
          onExport={(format) =>
            startExport(format, {
              data: main,
              rows: cut.rows,
              focus,
              colours,
              coloursOf,
              font,
              flip,
              title: props.title,
            })
          }
        />
      )}
      <FlameBreadcrumb {...{ data: main, focus, control, narrow }} whole={source.rows} cut={cut.state} />
      {callers && (
        <CallersStage
          {...{ callers, control, width, colourBy, scrollRef: callersRef }}
          heightPx={roomPx - mainPx}
          shared={shared}
        />
      )}
      <FlameStage
        {...{ ...shared, data: main, focus, colours, flip: flip && !callers, scrollRef: mainRef }}
        matches={search.matches}
        heightPx={mainPx}
        name={callers ? 'Callees' : 'Flame graph'}
        testId="flame-graph"
        actions={{ ...actions, goal }}
      />
      {menu && (
        <FlameMenu
          {...menu}
          {...{ selection, rules }}
          onRules={control.setRules}
          onSearch={control.setSearch}
          onSandwich={sandwich}
          onMethods={actions.openMethods}
          sourceUrl={options.sourceUrl}
          replaceVariables={props.replaceVariables}
          onClose={() => close(() => setMenu(undefined))}
        />
      )}
      {open === 'help' && <FlameKeys onDismiss={() => close(() => setOpen(undefined))} />}
      {open === 'methods' && (
        <FlameMethods
          data={main}
          matches={search.matches}
          selected={selection.names}
          onPick={(label) => {
            control.setSearch(label);
            close(() => setOpen(undefined));
          }}
          onSandwich={sandwich}
          onDismiss={() => close(() => setOpen(undefined))}
        />
      )}
    </div>
  );
}

/** The drawings of the view: what a mode shows of the rows under the user's rules. */
function useSides(source: FlameSource, rows: FlameRows, { place, rules }: FlameControl) {
  const { mode, method } = place;
  const ruled = useMemo(() => applyRules(rows, rules), [rows, rules]);
  const sides = useMemo(() => sidesOf(ruled, { mode, method }, rules.chains), [ruled, mode, method, rules.chains]);
  const main = useMemo(() => flameData(source, sides.main, mode === 'bottom'), [source, sides, mode]);
  const callers = useMemo(() => sides.callers && flameData(source, sides.callers, true), [source, sides]);
  return { main, callers };
}

type StageName = 'focus' | 'callers';

function useStageFocus(
  data: FlameData,
  widthPx: number,
  heightPx: number,
  path: readonly string[],
  control: FlameControl,
  name: StageName
) {
  const { go } = control;
  const zoom = useCallback((to: string[]) => go({ [name]: to }), [go, name]);
  const deep = data.tree.depth * rowPx > 2 * heightPx;
  return useFlameFocus(data, stageWidth(widthPx, deep), path, zoom);
}

interface CallersStageProps {
  callers: FlameData;
  control: FlameControl;
  width: number;
  heightPx: number;
  colourBy: FlameOptions['colourBy'];
  scrollRef: RefObject<HTMLDivElement>;
  shared: {
    selected: ReadonlySet<string>;
    font: string;
    widthPx: number;
    actions: StageActions;
  };
}

/** The upper half of a sandwich: callers grow upwards from the method. */
function CallersStage({ callers, control, width, heightPx, colourBy, scrollRef, shared }: CallersStageProps) {
  const theme = useTheme2();
  const focus = useStageFocus(callers, width, heightPx, control.place.callers, control, 'callers');
  const colours = useMemo(() => flameColours(theme, callers, colourBy), [theme, callers, colourBy]);
  const { matches } = useMatches(callers, control.search);
  return (
    <FlameStage
      {...{ ...shared, data: callers, focus, colours, matches, scrollRef, heightPx }}
      flip
      name="Callers"
      testId="flame-callers"
    />
  );
}

const getStyles = () => ({
  panel: css({ position: 'relative', height: '100%', opacity: 1 }),
  waiting: css({ opacity: 0.6, transition: 'opacity 100ms 300ms' }),
});

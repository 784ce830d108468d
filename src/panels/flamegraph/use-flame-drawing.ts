import { type PanelData } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useCallback, useMemo } from 'react';
import { type FlamePlace, type FlameRules, type FlameWindow, keepsPaths, wholeWidth } from '../../model/flame-place';
import { type FlameRows } from '../../model/flame-rows';
import { useOverride } from '../../ui/panel-override';
import { flameColours } from './flame-colours';
import { type FlameData, type FlameSource, flameData } from './flame-data';
import { applyRules, sidesOf } from './flame-pipeline';
import { rowPx } from './flame-rows-px';
import { stageWidth } from './flame-stage';
import { type FlameOptions } from './options';
import { useCutPart } from './use-cut-part';
import { type FlameControl, useFlamePart } from './use-flame-state';
import { type FlameAim, useFlameFocus } from './use-flame-view';

/** Part of the height that callers get in a sandwich. */
const callersPart = 0.4;

interface DrawingInput {
  source: FlameSource;
  panelData: PanelData;
  control: FlameControl;
  options: FlameOptions;
  widthPx: number;
  /** Room for all drawings. */
  heightPx: number;
}

/** All that the main drawing is made of, and the rows of the callers above it. */
export function useFlameDrawing({ source, panelData, control, options, widthPx, heightPx }: DrawingInput) {
  const theme = useTheme2();
  const place = useFlamePart(control, 'place');
  const rules = useFlamePart(control, 'rules');
  const look = useFlamePart(control, 'look');
  const cut = useCutPart(source, panelData, place.focus, place.mode === 'top' && keepsPaths(rules));
  const { main, callers } = useSides(source, cut.rows, place, rules);
  const mainPx = callers ? Math.max(rowPx, Math.round(heightPx * (1 - callersPart))) : heightPx;
  const aim = useAim(control, place.focus, look.window);
  const focus = useFlameFocus(main, stageWidth(widthPx, isDeep(main, mainPx)), aim);
  const colourBy = look.colour ?? options.colourBy;
  const coloursOf = useCallback((data: FlameData) => flameColours(theme, data, colourBy), [theme, colourBy]);
  const colours = useMemo(() => coloursOf(main), [coloursOf, main]);
  const flip = (look.root ?? (options.rootAtBottom ? 'bottom' : 'top')) === 'bottom';
  const font = `12px ${theme.typography.fontFamilyMonospace}`;
  return { cut, main, callers, mainPx, focus, colourBy, coloursOf, colours, flip, font };
}

export type FlameDrawing = ReturnType<typeof useFlameDrawing>;

/** The drawings of the view: what a mode shows of the rows under the user's rules. */
function useSides(source: FlameSource, rows: FlameRows, { mode, method }: FlamePlace, rules: FlameRules) {
  const ruled = useMemo(() => applyRules(rows, rules), [rows, rules]);
  const sides = useMemo(() => sidesOf(ruled, { mode, method }, rules.chains), [ruled, mode, method, rules.chains]);
  const main = useMemo(() => flameData(source, sides.main, mode === 'bottom'), [source, sides, mode]);
  const callers = useMemo(() => sides.callers && flameData(source, sides.callers, true), [source, sides]);
  return { main, callers };
}

/** Lower drawings have no room for a map. */
const mappedFromPx = 120;

const isDeep = ({ tree }: FlameData, heightPx: number) => heightPx >= mappedFromPx && tree.depth * rowPx > 2 * heightPx;

/** The zoom of the main drawing, which is in the address. */
function useAim(control: FlameControl, path: readonly string[], window: FlameWindow): FlameAim {
  return useMemo(
    () => ({
      path,
      window,
      go: (focus) => control.go({ focus }),
      setWindow: (to) => control.setLook({ window: to }),
    }),
    [control, path, window]
  );
}

/** The zoom among the callers of a sandwich; how far they are scaled is not in the address. */
export function useCallersFocus(data: FlameData, widthPx: number, heightPx: number, control: FlameControl) {
  const { callers: path } = useFlamePart(control, 'place');
  const [window, setWindow] = useOverride(wholeWidth, path);
  const go = useCallback((callers: string[]) => control.go({ callers }), [control]);
  const aim = { path, window, go, setWindow };
  return useFlameFocus(data, stageWidth(widthPx, isDeep(data, heightPx)), aim);
}

import { type PanelData } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useCallback, useMemo } from 'react';
import { keepsPaths, wholeWidth } from '../../model/flame-place';
import { type FlameRows } from '../../model/flame-rows';
import { useOverride } from '../../ui/panel-override';
import { flameColours } from './flame-colours';
import { type FlameData, type FlameSource, flameData } from './flame-data';
import { applyRules, sidesOf } from './flame-pipeline';
import { rowPx } from './flame-rows-px';
import { stageWidth } from './flame-stage';
import { type FlameOptions } from './options';
import { useCutPart } from './use-cut-part';
import { type FlameControl } from './use-flame-state';
import { useFlameFocus, useFlameSearch } from './use-flame-view';

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
  const { place, rules, look } = control;
  const cut = useCutPart(source, panelData, place.focus, place.mode === 'top' && keepsPaths(rules));
  const { main, callers } = useSides(source, cut.rows, control);
  const mainPx = callers ? Math.max(rowPx, Math.round(heightPx * (1 - callersPart))) : heightPx;
  const focus = useMainFocus(main, widthPx, mainPx, control);
  const search = useFlameSearch(main, control.search);
  const colourBy = look.colour ?? options.colourBy;
  const coloursOf = useCallback((data: FlameData) => flameColours(theme, data, colourBy), [theme, colourBy]);
  const colours = useMemo(() => coloursOf(main), [coloursOf, main]);
  const flip = (look.root ?? (options.rootAtBottom ? 'bottom' : 'top')) === 'bottom';
  const font = `12px ${theme.typography.fontFamilyMonospace}`;
  return { cut, main, callers, mainPx, focus, search, colourBy, coloursOf, colours, flip, font };
}

export type FlameDrawing = ReturnType<typeof useFlameDrawing>;

/** The drawings of the view: what a mode shows of the rows under the user's rules. */
function useSides(source: FlameSource, rows: FlameRows, { place, rules }: FlameControl) {
  const { mode, method } = place;
  const ruled = useMemo(() => applyRules(rows, rules), [rows, rules]);
  const sides = useMemo(() => sidesOf(ruled, { mode, method }, rules.chains), [ruled, mode, method, rules.chains]);
  const main = useMemo(() => flameData(source, sides.main, mode === 'bottom'), [source, sides, mode]);
  const callers = useMemo(() => sides.callers && flameData(source, sides.callers, true), [source, sides]);
  return { main, callers };
}

/** Lower drawings have no room for a map. */
const mappedFromPx = 120;

const isDeep = ({ tree }: FlameData, heightPx: number) => heightPx >= mappedFromPx && tree.depth * rowPx > 2 * heightPx;

function useMainFocus(data: FlameData, widthPx: number, heightPx: number, { place, look, go, setLook }: FlameControl) {
  const zoom = useCallback((focus: string[]) => go({ focus }), [go]);
  const setWindow = useCallback((window = wholeWidth) => setLook({ window }), [setLook]);
  const aim = { path: place.focus, window: look.window, go: zoom, setWindow };
  return useFlameFocus(data, stageWidth(widthPx, isDeep(data, heightPx)), aim);
}

/** The zoom among the callers of a sandwich; how far they are scaled is not in the address. */
export function useCallersFocus(data: FlameData, widthPx: number, heightPx: number, { place, go }: FlameControl) {
  const zoom = useCallback((callers: string[]) => go({ callers }), [go]);
  const [window, setWindow] = useOverride(wholeWidth, place.callers);
  const aim = { path: place.callers, window, go: zoom, setWindow };
  return useFlameFocus(data, stageWidth(widthPx, isDeep(data, heightPx)), aim);
}

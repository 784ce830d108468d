import { useCallback, useMemo } from 'react';
import { type FlameLayout, layoutFlame } from '../../model/flame-layout';
import { type FlameMatches, matchFlame } from '../../model/flame-search';
import { type FlameTree, type NodeIndex, followPath, pathKeys } from '../../model/flame-tree';
import { type FlameWindow, wholeWidth } from '../../model/flame-place';
import { searchTexts } from '../../model/text-search';
import { type FlameData } from './flame-data';
import { type FlameControl, useFlamePart } from './use-flame-state';

/** The zoomed frame of one drawing and its layout. */
export interface FlameFocus {
  readonly node: NodeIndex;
  readonly layout: FlameLayout;
  readonly window: FlameWindow;
  zoom(node: NodeIndex): void;
  setWindow(window: FlameWindow): void;
}

/** What a drawing is zoomed to, and how that changes. */
export interface FlameAim {
  readonly path: readonly string[];
  readonly window: FlameWindow;
  go(path: string[]): void;
  setWindow(window: FlameWindow): void;
}

/** The focus is a path of names, so that a refresh doesn't move it. */
export function useFlameFocus(
  { tree }: FlameData,
  widthPx: number,
  { path, window, go, setWindow }: FlameAim
): FlameFocus {
  const node = useMemo(() => followPath(tree, path), [tree, path]);
  const layout = useMemo(() => layoutOf(tree, node, widthPx, window), [tree, node, widthPx, window]);
  const zoom = useCallback(
    (to: NodeIndex) => (to === node ? setWindow(wholeWidth) : go(pathKeys(tree, to))),
    [tree, node, go, setWindow]
  );
  return useMemo(() => ({ node, layout, window, zoom, setWindow }), [node, layout, window, zoom, setWindow]);
}

/** The last layout of each whole tree, which every way back leads to; what was painted of it is kept with it. */
const wholeLayouts = new WeakMap<FlameTree, FlameLayout>();

function layoutOf(tree: FlameTree, focus: NodeIndex, widthPx: number, window: FlameWindow): FlameLayout {
  if (focus > 0 || window.from > 0 || window.to < 1) {
    return layoutFlame(tree, { focus, widthPx, ...window });
  }
  const known = wholeLayouts.get(tree);
  const layout = known?.widthPx === widthPx ? known : layoutFlame(tree, { focus, widthPx });
  wholeLayouts.set(tree, layout);
  return layout;
}

/** What a search finds in one drawing. */
interface FlameSearch {
  readonly error?: string;
  /** undefined = no search, or a broken one. */
  readonly matches?: FlameMatches;
}

/** Matches of the search in a drawing; the component renders again when they change. */
export function useMatches({ tree }: FlameData, control: FlameControl): FlameSearch {
  return searchOf(tree, useFlamePart(control, 'search'));
}

const nothing: FlameSearch = {};

/** The last search of each tree: all who show something of it ask for the same. */
const lastSearches = new WeakMap<FlameTree, FlameSearch & { text: string }>();

/** What a text finds in a tree. */
export function searchOf(tree: FlameTree, text: string): FlameSearch {
  if (text.trim() === '') {
    return nothing;
  }
  const last = lastSearches.get(tree);
  if (last?.text === text) {
    return last;
  }
  const { mask, error } = searchTexts(tree.columns.labels, text);
  const found = error === undefined ? { text, matches: matchFlame(tree, mask) } : { text, error };
  lastSearches.set(tree, found);
  return found;
}

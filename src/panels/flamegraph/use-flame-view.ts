import { useCallback, useDeferredValue, useMemo } from 'react';
import { type FlameLayout, layoutFlame } from '../../model/flame-layout';
import { type FlameMatches, matchFlame, matchSteps } from '../../model/flame-search';
import { type NodeIndex, followPath, pathKeys } from '../../model/flame-tree';
import { type FlameWindow, wholeWidth } from '../../model/flame-place';
import { searchTexts } from '../../model/text-search';
import { useOverride } from '../../ui/panel-override';
import { type FlameData } from './flame-data';

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
  const layout = useMemo(() => layoutFlame(tree, { focus: node, widthPx, ...window }), [tree, node, widthPx, window]);
  const zoom = useCallback(
    (to: NodeIndex) => (to === node ? setWindow(wholeWidth) : go(pathKeys(tree, to))),
    [tree, node, go, setWindow]
  );
  return useMemo(() => ({ node, layout, window, zoom, setWindow }), [node, layout, window, zoom, setWindow]);
}

export interface FlameSearch {
  readonly text: string;
  readonly error?: string;
  /** undefined = no search, or a broken one. */
  readonly matches?: FlameMatches;
  /** Which of the outermost matches was last gone to; -1 = none yet. */
  readonly at: number;
  /** The match after (1) or before (-1) the current one, in order of size; -1 = there is none. */
  step(by: 1 | -1): NodeIndex;
}

/** Larger trees are searched after the letter is shown in the box, so that typing never waits. */
const atOnce = 200_000;

/** Matches of a search in one drawing. */
export function useMatches({ tree }: FlameData, text: string): { matches?: FlameMatches; error?: string } {
  const deferred = useDeferredValue(text);
  const wanted = tree.length > atOnce ? deferred : text;
  return useMemo(() => {
    if (wanted.trim() === '') {
      return {};
    }
    const { mask, error } = searchTexts(tree.columns.labels, wanted);
    return error === undefined ? { matches: matchFlame(tree, mask) } : { error };
  }, [tree, wanted]);
}

export function useFlameSearch(data: FlameData, text: string): FlameSearch {
  const { tree } = data;
  const [at, setAt] = useOverride(-1, text);
  const { matches, error } = useMatches(data, text);
  const steps = useMemo(() => lazily(() => (matches ? matchSteps(tree, matches) : [])), [tree, matches]);
  const step = useCallback(
    (by: 1 | -1) => {
      const nodes = steps();
      const next = nodes.length === 0 ? -1 : (Math.max(at, by === 1 ? -1 : 0) + by + nodes.length) % nodes.length;
      setAt(next);
      return next < 0 ? -1 : nodes[next];
    },
    [steps, at, setAt]
  );
  return useMemo(() => ({ text, error, matches, at, step }), [text, error, matches, at, step]);
}

export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { type FlameLayout, layoutFlame } from '../../model/flame-layout';
import { type FlameMatches, matchFlame, matchSteps } from '../../model/flame-search';
import { type NodeIndex, followPath, parentOf, pathLabels } from '../../model/flame-tree';
import { searchTexts } from '../../model/text-search';
import { type FlameData } from './flame-data';

/** What the user looks at. The focus is kept as a path of names, so that a refresh doesn't move it. */
export interface FlameFocus {
  readonly node: NodeIndex;
  readonly layout: FlameLayout;
  zoom(node: NodeIndex): void;
  /** One step back; false when there is none. */
  back(): boolean;
  reset(): void;
}

const start: readonly string[] = [];

export function useFlameFocus({ tree }: FlameData, widthPx: number): FlameFocus {
  const [history, setHistory] = useState<ReadonlyArray<readonly string[]>>([start]);
  const path = history.at(-1) ?? start;
  const node = useMemo(() => followPath(tree, path), [tree, path]);
  const layout = useMemo(() => layoutFlame(tree, { focus: node, widthPx }), [tree, node, widthPx]);
  const zoom = useCallback(
    (to: NodeIndex) => {
      if (to !== node) {
        setHistory((before) => [...before, pathLabels(tree, to)]);
      }
    },
    [tree, node]
  );
  const back = useCallback(() => {
    if (history.length > 1) {
      setHistory(history.slice(0, -1));
    } else if (node > 0) {
      setHistory([pathLabels(tree, Math.max(0, parentOf(tree, node)))]);
    }
    return node > 0 || history.length > 1;
  }, [history, node, tree]);
  const reset = useCallback(() => setHistory([start]), []);
  return useMemo(() => ({ node, layout, zoom, back, reset }), [node, layout, zoom, back, reset]);
}

export interface FlameSearch {
  readonly text: string;
  setText(text: string): void;
  readonly error?: string;
  /** undefined = no search, or a broken one. */
  readonly matches?: FlameMatches;
  /** Which of the outermost matches was last gone to; -1 = none yet. */
  readonly at: number;
  /** The match after (1) or before (-1) the current one, in order of size; -1 = there is none. */
  step(by: 1 | -1): NodeIndex;
}

export function useFlameSearch({ tree }: FlameData): FlameSearch {
  const [text, setTextNow] = useState('');
  const [at, setAt] = useState(-1);
  const wanted = useDeferredValue(text);
  const { matches, error } = useMemo(() => {
    const found = searchTexts(tree.columns.labels, wanted);
    const usable = wanted.trim() !== '' && found.error === undefined;
    return { matches: usable ? matchFlame(tree, found.mask) : undefined, error: found.error };
  }, [tree, wanted]);
  const steps = useMemo(() => lazily(() => (matches ? matchSteps(tree, matches) : [])), [tree, matches]);
  const setText = useCallback((next: string) => {
    setTextNow(next);
    setAt(-1);
  }, []);
  const step = useCallback(
    (by: 1 | -1) => {
      const nodes = steps();
      const next = nodes.length === 0 ? -1 : (Math.max(at, by === 1 ? -1 : 0) + by + nodes.length) % nodes.length;
      setAt(next);
      return next < 0 ? -1 : nodes[next];
    },
    [steps, at]
  );
  return useMemo(() => ({ text, setText, error, matches, at, step }), [text, setText, error, matches, at, step]);
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

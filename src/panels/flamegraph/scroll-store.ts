import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';

/**
 * Where a drawing is scrolled to. It is remembered from the last scroll event: asking the element makes the browser lay the
 * page out in the middle of a change, which takes longer than painting.
 */
export interface ScrollStore {
  get(): number;
  /** Scrolls, unless it is there already. */
  to(px: number): void;
  subscribe(listener: () => void): () => void;
}

export function useScroll(viewRef: RefObject<HTMLDivElement>): ScrollStore {
  const [{ store, follow, attach }] = useState(createScroll);
  // Before the effects of the drawing, which scroll it to its root.
  useLayoutEffect(() => attach(viewRef.current), [viewRef, attach]);
  useEffect(() => {
    const view = viewRef.current;
    view?.addEventListener('scroll', follow, { passive: true });
    return () => view?.removeEventListener('scroll', follow);
  }, [viewRef, follow]);
  return store;
}

function createScroll() {
  let view: HTMLElement | null = null;
  let now = 0;
  const listeners = new Set<() => void>();
  const move = (px: number) => {
    if (px !== now) {
      now = px;
      listeners.forEach((listener) => listener());
    }
  };
  const store: ScrollStore = {
    get: () => now,
    to: (px) => {
      if (view && px !== now) {
        view.scrollTop = px;
        move(px);
      }
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const attach = (to: HTMLElement | null) => {
    view = to;
  };
  return { store, attach, follow: () => move(view?.scrollTop ?? 0) };
}

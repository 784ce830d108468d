/**
 * Where a drawing is scrolled to. It is remembered from the last scroll event: asking the element makes the browser lay the
 * page out in the middle of a change, which takes longer than painting.
 */
export interface ScrollStore {
  get(): number;
  /** Scrolls, unless it is there already. */
  to(px: number): void;
  subscribe(listener: () => void): () => void;
  /** Follows the element that scrolls; returns what ends that. */
  attach(view: HTMLElement): () => void;
}

export function createScrollStore(): ScrollStore {
  let view: HTMLElement | undefined;
  let now = 0;
  const listeners = new Set<() => void>();
  const move = (px: number) => {
    if (px !== now) {
      now = px;
      listeners.forEach((listener) => listener());
    }
  };
  return {
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
    attach: (to) => {
      const follow = () => move(to.scrollTop);
      view = to;
      to.addEventListener('scroll', follow, { passive: true });
      return () => to.removeEventListener('scroll', follow);
    },
  };
}

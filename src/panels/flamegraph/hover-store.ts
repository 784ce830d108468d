/** Where the pointer is: an entry of the layout (-1 = none) and the place on the page. */
export interface Hover {
  readonly entry: number;
  readonly x: number;
  readonly y: number;
}

const nowhere: Hover = { entry: -1, x: 0, y: 0 };

/** The hover kept outside of React's state, so that moving the pointer renders the hover layer alone. */
export function createHoverStore() {
  let now = nowhere;
  const listeners = new Set<() => void>();
  const set = (next: Hover) => {
    if (next.entry !== now.entry || (next.entry >= 0 && (next.x !== now.x || next.y !== now.y))) {
      now = next;
      listeners.forEach((listener) => listener());
    }
  };
  return {
    get: () => now,
    set,
    clear: () => set(nowhere),
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export type HoverStore = ReturnType<typeof createHoverStore>;

import { useEffect, useSyncExternalStore } from 'react';
import { tellFailure } from './tell-failure';

/** Code that the first picture doesn't need. Once it is there, who uses it renders it at once. */
export interface LaterPart<T> {
  load(): Promise<void>;
  /** undefined until it is loaded; using it loads it. */
  use(): T | undefined;
}

export function laterPart<T>(load: () => Promise<T>): LaterPart<T> {
  let loaded: T | undefined;
  let loading: Promise<void> | undefined;
  const listeners = new Set<() => void>();
  const start = () =>
    (loading ??= load().then(
      (part) => {
        loaded = part;
        listeners.forEach((listener) => listener());
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      }
    ));
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    load: start,
    use: () => {
      const part = useSyncExternalStore(subscribe, () => loaded);
      useEffect(() => {
        start().catch((error: unknown) => tellFailure('A part of the flame graph could not be loaded', error));
      }, []);
      return part;
    },
  };
}

import { useEffect, useRef, useSyncExternalStore } from 'react';
import { tellFailure } from './tell-failure';

/** Code that the first picture doesn't need. Once it is there, who uses it renders it at once. */
export interface LaterPart<T> {
  load(): Promise<T>;
  /** undefined until it is loaded. */
  now(): T | undefined;
  /** Calls with it, at once where it is loaded; tells the user every time that it can't be. */
  run(work: (part: T) => void): void;
  /**
   * undefined until it is loaded; using it loads it. Where that fails, the user is told and `onFailure` called; without one
   * nobody clicked for it, and the user is told once.
   */
  use(onFailure?: () => void): T | undefined;
}

export function laterPart<T>(load: () => Promise<T>): LaterPart<T> {
  let told = false;
  let loaded: T | undefined;
  let loading: Promise<T> | undefined;
  const listeners = new Set<() => void>();
  const start = () =>
    (loading ??= load().then(
      (part) => {
        loaded = part;
        listeners.forEach((listener) => listener());
        return part;
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
  const failure = (error: unknown, asked = true) => {
    if (asked || !told) {
      tellFailure('A part of the flame graph could not be loaded', error);
    }
    told = true;
  };
  return {
    load: start,
    now: () => loaded,
    run: (work) => (loaded ? work(loaded) : void start().then(work, failure)),
    use: (onFailure) => {
      const part = useSyncExternalStore(subscribe, () => loaded);
      const failed = useRef(onFailure);
      useEffect(() => {
        failed.current = onFailure;
      });
      useEffect(() => {
        start().catch((error: unknown) => {
          failure(error, failed.current !== undefined);
          failed.current?.();
        });
        return () => {
          failed.current = undefined; // who has left asks for nothing
        };
      }, []);
      return part;
    },
  };
}

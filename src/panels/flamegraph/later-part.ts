import { useEffect, useRef, useSyncExternalStore } from 'react';
import { tellFailure } from './tell-failure';

/** Code that the first picture doesn't need. Once it is there, who uses it renders it at once. */
export interface LaterPart<T> {
  load(): Promise<T>;
  /** Calls with it, at once where it is loaded; tells the user where it can't be. */
  run(work: (part: T) => void): void;
  /** undefined until it is loaded; using it loads it. Where that fails, the user is told and `onFailure` called. */
  use(onFailure?: () => void): T | undefined;
}

/** `tell`: every failure to load it, or just the first of a part that nobody clicks for. */
export function laterPart<T>(load: () => Promise<T>, tell: 'every' | 'first' = 'every'): LaterPart<T> {
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
  const failure = (error: unknown) => {
    if (tell === 'every' || !told) {
      tellFailure('A part of the flame graph could not be loaded', error);
    }
    told = true;
  };
  return {
    load: start,
    run: (work) => (loaded ? work(loaded) : void start().then(work, failure)),
    use: (onFailure) => {
      const part = useSyncExternalStore(subscribe, () => loaded);
      const failed = useRef(onFailure);
      useEffect(() => {
        failed.current = onFailure;
      });
      useEffect(() => {
        let used = true;
        start().catch((error: unknown) => {
          failure(error);
          if (used) {
            failed.current?.();
          }
        });
        return () => {
          used = false;
        };
      }, []);
      return part;
    },
  };
}

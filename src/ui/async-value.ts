import { useCallback, useEffect, useRef, useState } from 'react';
import { type StoreError, describeError, isCancelled } from './store-error';

export interface AsyncValue<T> {
  /** The newest value that has arrived; stays while another one is loaded. */
  value?: T;
  error?: StoreError;
  loading: boolean;
  /** Loads again with the same inputs. */
  reload: () => void;
}

/**
 * Runs `load` at once and whenever `key` changes. An answer that comes after the next start is dropped, and its
 * signal is aborted. `key` names the inputs of `load`.
 */
export function useAsyncValue<T>(key: string, load: (signal: AbortSignal) => Promise<T>): AsyncValue<T> {
  const [state, setState] = useState<Omit<AsyncValue<T>, 'reload'>>({ loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });
  useEffect(() => {
    const abort = new AbortController();
    const finish = (change: Partial<AsyncValue<T>>) =>
      !abort.signal.aborted && setState((old) => ({ ...old, error: undefined, ...change, loading: false }));
    setState((old) => ({ ...old, loading: true }));
    latest.current(abort.signal).then(
      (value) => finish({ value }),
      (reason: unknown) => !isCancelled(reason) && finish({ error: describeError(reason) })
    );
    return () => abort.abort();
  }, [key, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}

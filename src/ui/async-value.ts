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

interface Outcome<T> {
  /** The start that this is the outcome of. */
  start?: string;
  value?: T;
  error?: StoreError;
}

/**
 * Runs `load` at once and whenever `key` changes. An answer that comes after the next start is dropped, and its
 * signal is aborted. `key` names the inputs of `load`.
 */
export function useAsyncValue<T>(key: string, load: (signal: AbortSignal) => Promise<T>): AsyncValue<T> {
  const [outcome, setOutcome] = useState<Outcome<T>>({});
  const [round, setRound] = useState(0);
  const start = `${round} ${key}`;
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });
  useEffect(() => {
    const abort = new AbortController();
    latest.current(abort.signal).then(
      (value) => !abort.signal.aborted && setOutcome({ start, value }),
      (reason: unknown) => {
        if (!abort.signal.aborted && !isCancelled(reason)) {
          setOutcome(({ value }) => ({ start, value, error: describeError(reason) }));
        }
      }
    );
    return () => abort.abort();
  }, [start]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { value: outcome.value, error: outcome.error, loading: outcome.start !== start, reload };
}

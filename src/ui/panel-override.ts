import { useCallback, useState } from 'react';

/** State that starts at a given value and falls back to it whenever `key` (unless told, the value itself) changes. */
export function useOverride<T>(start: T, key: unknown = start): [T, (value: T) => void] {
  const [held, setHeld] = useState({ key, value: start });
  const set = useCallback((value: T) => setHeld({ key, value }), [key]);
  return [held.key === key ? held.value : start, set];
}

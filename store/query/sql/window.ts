import type { Bindings } from './bindings';

/** `starts`: uploads that start in [from, to); `overlaps`: whose window has a part in common with [from, to). */
export interface Window {
  readonly kind: 'starts' | 'overlaps';
  readonly fromMs: number;
  readonly toMs: number;
}

/** Nanoseconds since 1970 end in 2262; beyond, comparisons would wrap. */
const lastInstantMs = 9_200_000_000_000;

/** Milliseconds since 1970 as a DateTime64 that columns are compared with. */
export function instant(bindings: Bindings, ms: number): string {
  const possible = Math.min(lastInstantMs, Math.max(0, Math.trunc(ms)));
  return `fromUnixTimestamp64Milli(${bindings.bind('Int64', possible)}, 'UTC')`;
}

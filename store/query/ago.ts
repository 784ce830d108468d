import type { QueryTime } from './context';

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3600_000,
  d: 24 * 3600_000,
  w: 7 * 24 * 3600_000,
};

/** A range as long ago as a text such as `7d` says, not before 1970. */
export function ago(text: string | undefined, time: QueryTime): QueryTime {
  const backMs = text === undefined ? 0 : Number(text.slice(0, -1)) * unitMs[text.slice(-1)];
  const fromMs = Math.max(0, time.fromMs - backMs);
  return { ...time, fromMs, toMs: Math.max(fromMs + 1, time.toMs - backMs) };
}

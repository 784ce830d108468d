/** RFC 3339 to nanoseconds since 1970, any offset, up to nine digits of a second. Undefined = not a time. */
export function parseTimeNs(text: string): bigint | undefined {
  const found = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,18}))?([Zz]|[+-]\d\d:?\d\d)$/.exec(text.trim());
  if (!found) {
    return undefined;
  }
  const [, date, time, fraction, zone] = found;
  const offset = /^z$/i.test(zone) ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const milliseconds = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(milliseconds)
    ? undefined
    : BigInt(milliseconds) * 1_000_000n + BigInt((fraction ?? '').padEnd(9, '0').slice(0, 9));
}

/** RFC 3339, or a bare number since 1970 whose magnitude tells seconds, milliseconds, microseconds or nanoseconds. */
export function parseLooseTimeNs(text: string): bigint | undefined {
  const found = /^(\d{1,19})(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (!found) {
    return parseTimeNs(text);
  }
  const digits = found[1].length;
  const unitNs = digits <= 11 ? 1_000_000_000n : digits <= 14 ? 1_000_000n : digits <= 17 ? 1000n : 1n;
  const fraction = BigInt((found[2] ?? '').padEnd(9, '0'));
  return BigInt(found[1]) * unitNs + (fraction * unitNs) / 1_000_000_000n;
}

/** [start, end) of a profile in ns; `skewed` when the sender's clock can't be right. */
export interface Window {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly skewed: boolean;
}

const earliestNs = BigInt(Date.UTC(2015, 0, 1)) * 1_000_000n;
const dayNs = 86_400_000_000_000n;
const longestNs = 31n * dayNs;
/** Profiles of an unknown length (a heap snapshot) get this one: a window of no length could not be drawn. */
const shortestNs = 1_000_000_000n;

/**
 * The window that is stored. What the client said goes before what the file said; without either it ends when it was
 * received. A start before 2015 or a day ahead, an end before the start or more than 31 days are a wrong clock.
 */
export function windowOf(
  said: { readonly startNs: bigint; readonly endNs: bigint },
  file: { readonly startNs: bigint; readonly durationNs: number },
  receivedMs: number
): Window {
  const receivedNs = BigInt(receivedMs) * 1_000_000n;
  const durationNs = lengthOf(said, file);
  const startNs = said.startNs || (said.endNs ? said.endNs - durationNs : file.startNs) || receivedNs - durationNs;
  const backwards = said.startNs !== 0n && said.endNs !== 0n && said.endNs < said.startNs;
  const skewed = backwards || startNs < earliestNs || startNs > receivedNs + dayNs || durationNs > longestNs;
  if (skewed) {
    const length = durationNs > longestNs ? shortestNs : durationNs;
    return { startNs: receivedNs - length, endNs: receivedNs, skewed };
  }
  return { startNs, endNs: startNs + durationNs, skewed };
}

function lengthOf(
  said: { readonly startNs: bigint; readonly endNs: bigint },
  file: { readonly durationNs: number }
): bigint {
  const saidNs = said.startNs !== 0n && said.endNs !== 0n ? said.endNs - said.startNs : 0n;
  const length = saidNs > 0n ? saidNs : BigInt(Math.max(0, Math.round(file.durationNs)));
  return length > 0n ? length : shortestNs;
}

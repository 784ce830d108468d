import { HotspanError } from '../../errors';
import { parseLooseTimeNs } from '../times';

const stepNs: Readonly<Record<string, bigint>> = {
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};

/**
 * `from` and `until` of `/ingest`: a number since 1970 whose digits tell the unit (10 s, 13 ms, 16 µs, 19 ns), a date of 8 digits,
 * `now`, `now-1h`, or RFC 3339. 0n = not said.
 */
export function ingestTimeNs(name: string, text: string | null, receivedMs: number): bigint {
  if (text === null || text === '') {
    return 0n;
  }
  const time = /^\d{8}$/.test(text) ? dateNs(text) : (relativeNs(text, receivedMs) ?? parseLooseTimeNs(text));
  if (time === undefined) {
    throw new HotspanError(
      'bad_request',
      `${name}=${text.slice(0, 60)} is not a time like 1764000000, 1764000000000000000, 20261124 or now-1h`
    );
  }
  return time;
}

function relativeNs(text: string, receivedMs: number): bigint | undefined {
  const found = /^now(?:-(\d{1,6})([smhd]))?$/.exec(text);
  return found
    ? BigInt(receivedMs) * 1_000_000n - BigInt(found[1] ?? '0') * (stepNs[found[2] ?? 's'] ?? 0n)
    : undefined;
}

function dateNs(text: string): bigint | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)$/.exec(text);
  const ms = found ? Date.parse(`${found[1]}-${found[2]}-${found[3]}T00:00:00Z`) : NaN;
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n;
}

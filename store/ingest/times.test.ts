import { parseLooseTimeNs, parseTimeNs, windowOf } from './times';

const second = 1_000_000_000n;
const receivedMs = Date.UTC(2026, 10, 22, 12);
const nowNs = BigInt(receivedMs) * 1_000_000n;

describe('times', () => {
  it.each([
    ['2026-11-22T11:26:55.900184288Z', 1795346815900184288n],
    ['2026-11-22T11:26:55Z', 1795346815n * second],
    ['2026-11-22T13:26:55.5+02:00', 1795346815500000000n],
    ['2026-11-22T13:26:55+0200', 1795346815n * second],
    ['yesterday', undefined],
    ['2026-13-45T99:00:00Z', undefined],
    ['2026-11-22', undefined],
  ])('reads %s', (text, ns) => {
    expect(parseTimeNs(text)).toBe(ns);
  });

  it.each([
    ['1795346815', 1795346815n * second],
    ['1795346815.25', 1795346815250000000n],
    ['1795346815900', 1795346815900000000n],
    ['1795346815900184', 1795346815900184000n],
    ['1795346815900184288', 1795346815900184288n],
    ['', undefined],
    ['-5', undefined],
  ])('reads the bare number %s', (text, ns) => {
    expect(parseLooseTimeNs(text)).toBe(ns);
  });

  it.each([
    [
      'what the client says',
      { startNs: nowNs - 60n * second, endNs: nowNs },
      { startNs: 5n, durationNs: 1 },
      -60n,
      60n,
      false,
    ],
    [
      'what the file says',
      { startNs: 0n, endNs: 0n },
      { startNs: nowNs - 90n * second, durationNs: 30e9 },
      -90n,
      30n,
      false,
    ],
    [
      'a start with the length of the file',
      { startNs: nowNs - 9n * second, endNs: 0n },
      { startNs: 0n, durationNs: 5e9 },
      -9n,
      5n,
      false,
    ],
    ['an end alone', { startNs: 0n, endNs: nowNs }, { startNs: 0n, durationNs: 5e9 }, -5n, 5n, false],
    [
      'nothing: it ends now and has one second',
      { startNs: 0n, endNs: 0n },
      { startNs: 0n, durationNs: 0 },
      -1n,
      1n,
      false,
    ],
    [
      'late data',
      { startNs: nowNs - 86400n * 900n * second, endNs: nowNs - 86400n * 900n * second + second },
      { startNs: 0n, durationNs: 0 },
      -86400n * 900n,
      1n,
      false,
    ],
    ['1970', { startNs: second, endNs: 61n * second }, { startNs: 0n, durationNs: 0 }, -60n, 60n, true],
    [
      '2100',
      { startNs: nowNs * 2n, endNs: nowNs * 2n + 60n * second },
      { startNs: 0n, durationNs: 0 },
      -60n,
      60n,
      true,
    ],
    [
      'an end before the start',
      { startNs: nowNs, endNs: nowNs - second },
      { startNs: 0n, durationNs: 10e9 },
      -10n,
      10n,
      true,
    ],
    [
      'ten years',
      { startNs: nowNs - 86400n * 3650n * second, endNs: nowNs },
      { startNs: 0n, durationNs: 0 },
      -1n,
      1n,
      true,
    ],
  ])('makes a window of %s', (_what, said, file, startSeconds, lengthSeconds, skewed) => {
    const startNs = nowNs + startSeconds * second;
    expect(windowOf(said, file, receivedMs)).toEqual({ startNs, endNs: startNs + lengthSeconds * second, skewed });
  });
});

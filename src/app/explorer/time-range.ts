import { type TimeRange, dateTime, rangeUtil } from '@grafana/data';

/** One end of a range as the URL holds it. */
export const rawText = (value: TimeRange['raw']['from']) =>
  typeof value === 'string' ? value : String(value.valueOf());

/** The range that `from` and `to` (relative texts, or epoch milliseconds) mean just now. */
export function toTimeRange(from: string, to: string): TimeRange {
  const read = (text: string) => (/^\d+$/.test(text) ? dateTime(Number(text)) : text);
  return rangeUtil.convertRawToRange({ from: read(from), to: read(to) });
}

/** Moved by `steps` of half its length; `zoom` 2 = twice as long around its middle. */
export function movedRange({ from, to }: TimeRange, steps: number, zoom = 1): { from: string; to: string } {
  const length = to.valueOf() - from.valueOf();
  const middle = from.valueOf() + length / 2 + (steps * length) / 2;
  return {
    from: String(Math.round(middle - (length * zoom) / 2)),
    to: String(Math.round(middle + (length * zoom) / 2)),
  };
}

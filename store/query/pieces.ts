import type { Columns } from '../engines/engine';
import type { Piece } from './sql/pieces';

/** Rows by minute, oldest first. */
export interface MinuteCount {
  readonly minuteMs: number;
  readonly rows: number;
}

export function readMinutes(columns: Columns): MinuteCount[] {
  const uploads = columns.numbers('uploads');
  return Array.from(columns.numbers('minute_ms'), (minuteMs, at) => ({ minuteMs, rows: uploads[at] }));
}

/**
 * Pieces of whole minutes with about `maxRows` rows each, so that decoding one holds up nothing else for long. Together they cover all
 * time from `sinceMs` on: what is inserted after the minutes were counted lies in one of them too.
 */
export function piecesSince(sinceMs: number, minutes: readonly MinuteCount[], maxRows: number): Piece[] {
  const cuts = [sinceMs];
  let rows = 0;
  for (const minute of minutes) {
    if (rows > 0 && rows + minute.rows > maxRows) {
      cuts.push(minute.minuteMs);
      rows = 0;
    }
    rows += minute.rows;
  }
  return cuts.map((fromMs, at) => ({ fromMs, toMs: cuts[at + 1] ?? Infinity }));
}

/** From when on there are at most `maxRows` rows, at the earliest `sinceMs`. */
export function newestRows(sinceMs: number, minutes: readonly MinuteCount[], maxRows: number): number {
  let rows = 0;
  const tooMany = minutes.findLast((minute) => (rows += minute.rows) > maxRows);
  return tooMany === undefined ? sinceMs : tooMany.minuteMs + 60_000;
}

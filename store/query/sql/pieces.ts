import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { instant } from './window';

/** Part of the time of all rows: [fromMs, toMs). */
export interface Piece {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows of `profiles` per minute in which they start or end, oldest first. */
export function minuteCountsStatement(column: 'start' | 'end', sinceMs: number): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toFloat64(intDiv(toUnixTimestamp64Milli(${column}), 60000) * 60000) AS minute_ms, toFloat64(count()) AS uploads
     FROM profiles WHERE ${column} >= ${instant(bindings, sinceMs)} GROUP BY minute_ms ORDER BY minute_ms`
  );
}

export function pieceCondition(bindings: Bindings, column: 'start' | 'end', { fromMs, toMs }: Piece): string {
  return `${column} >= ${instant(bindings, fromMs)} AND ${column} < ${instant(bindings, toMs)}`;
}

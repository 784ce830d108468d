import fc from 'fast-check';
import { newestRows, piecesSince } from './pieces';

const minuteMs = 60_000;
const sinceMs = 12_345;
const maxRows = 50;
const minutes = fc
  .uniqueArray(fc.record({ minute: fc.integer({ min: 1, max: 500 }), rows: fc.integer({ min: 1, max: 80 }) }), {
    selector: ({ minute }) => minute,
  })
  .map((list) => list.sort((a, b) => a.minute - b.minute))
  .map((list) => list.map(({ minute, rows }) => ({ minuteMs: minute * minuteMs, rows })));

const rowsIn = (list: ReadonlyArray<{ minuteMs: number; rows: number }>, fromMs: number, toMs = Infinity) =>
  list.filter((one) => one.minuteMs >= fromMs && one.minuteMs < toMs).map(({ rows }) => rows);
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

it('cuts all time into pieces that have few rows, or one minute', () => {
  fc.assert(
    fc.property(minutes, (list) => {
      const pieces = piecesSince(sinceMs, list, maxRows);
      expect(pieces.map(({ fromMs }) => fromMs)).toEqual([sinceMs, ...pieces.slice(0, -1).map(({ toMs }) => toMs)]);
      expect(pieces.at(-1)?.toMs).toBe(Infinity);
      const rows = pieces.map(({ fromMs, toMs }) => rowsIn(list, fromMs, toMs));
      expect(rows.filter((piece) => sum(piece) > maxRows && piece.length > 1)).toEqual([]);
    })
  );
});

it('leaves the newest rows that are not too many', () => {
  fc.assert(
    fc.property(minutes, (list) => {
      const fromMs = newestRows(sinceMs, list, maxRows);
      expect(sum(rowsIn(list, fromMs))).toBeLessThanOrEqual(maxRows);
      expect(fromMs === sinceMs || sum(rowsIn(list, fromMs - minuteMs)) > maxRows).toBe(true);
    })
  );
});

import { type FlameLayout } from '../../model/flame-layout';

export const rowPx = 20;
export const gapPx = 1;

/** Width of what is drawn of a frame: a gap to the next one only where there is room for it. */
export const boxWidth = (width: number, gap: number, least: number) =>
  width > 3 * gap ? width - gap : Math.max(width, least);

/** Where rows are: below each other from the top, or (flame, not icicle) above each other from the bottom. */
export interface RowPlace {
  readonly rows: number;
  /** The root is at the bottom. */
  readonly flip: boolean;
  /** Height of all rows, at least that of the viewport. */
  readonly spacePx: number;
}

export function rowPlace({ rows }: FlameLayout, flip: boolean, heightPx: number): RowPlace {
  return { rows, flip, spacePx: Math.max(rows * rowPx, heightPx) };
}

/** Top edge of a row in the space. */
export function rowTop({ flip, spacePx }: RowPlace, row: number): number {
  return flip ? spacePx - (row + 1) * rowPx : row * rowPx;
}

/** The row at a height of the space; may be none of the tree's. */
export function rowAt({ flip, spacePx }: RowPlace, y: number): number {
  return Math.floor((flip ? spacePx - y : y) / rowPx);
}

/** Rows [first, end) that a viewport shows. */
export function rowsInView(place: RowPlace, scrollPx: number, heightPx: number): [number, number] {
  const a = rowAt(place, scrollPx);
  const b = rowAt(place, scrollPx + heightPx);
  return [Math.max(0, Math.min(a, b)), Math.min(place.rows, Math.max(a, b) + 1)];
}

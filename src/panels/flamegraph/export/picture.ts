import { formatCount } from '../../../model/units';
import { paintFlame } from '../flame-painter';
import { rowPx } from '../flame-rows-px';
import { type ExportInput } from '../start-export';

/** Browsers draw nothing on taller canvases. */
const tallestPx = 16_000;

/** Why a picture isn't the whole view; undefined = it is. */
export function pictureNote({ focus }: Pick<ExportInput, 'focus'>): string | undefined {
  const { rows } = focus.layout;
  const most = tallestPx / rowPx;
  return rows > most
    ? `A PNG can hold ${formatCount(most)} of the ${formatCount(rows)} levels, those next to the root. Take SVG, or zoom in.`
    : undefined;
}

/** The zoomed view with all its rows, in two pixels per pixel where that fits. Rows beyond what a picture can hold are cut. */
export function pictureOf({ data, focus, colours, font, flip }: ExportInput): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const wantedPx = focus.layout.rows * rowPx;
  const pixelRatio = wantedPx * 2 <= tallestPx ? 2 : 1;
  const heightPx = Math.min(wantedPx, tallestPx);
  const scene = { data, layout: focus.layout, ...colours, font, flip };
  paintFlame(canvas, scene, { heightPx, scrollPx: flip ? wantedPx - heightPx : 0, pixelRatio });
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large.'))))
  );
}

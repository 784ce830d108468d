import { formatCount } from '../../../model/units';
import { paintFlame } from '../flame-painter';
import { rowPx } from '../flame-rows-px';
import { type FlameScene } from '../flame-scene';
import { type ExportInput } from '../start-export';
import { pictureScenes, sceneHeight, stacked } from './picture-scenes';

/** Browsers draw nothing on taller canvases. */
const tallestPx = 16_000;

/** Why a picture isn't the whole view; undefined = it is. */
export function pictureNote(input: ExportInput): string | undefined {
  const scenes = pictureScenes(input);
  const rows = Math.max(...scenes.map(({ layout }) => layout.rows));
  const most = Math.floor(tallestPx / scenes.length / rowPx);
  return rows > most
    ? `A PNG can hold ${formatCount(most)} of the ${formatCount(rows)} levels, those next to the root. Take SVG, or zoom in.`
    : undefined;
}

/** The zoomed view with all its rows, in two pixels per pixel where that fits. Rows beyond what a picture can hold are cut. */
export function pictureOf(input: ExportInput): Promise<Blob> {
  const scenes = pictureScenes(input);
  const heightsPx = scenes.map((scene) => Math.min(sceneHeight(scene), tallestPx / scenes.length));
  const { topsPx, heightPx } = stacked(heightsPx);
  const pixelRatio = heightPx * 2 <= tallestPx ? 2 : 1;
  const canvas = document.createElement('canvas');
  canvas.width = input.focus.layout.widthPx * pixelRatio;
  canvas.height = heightPx * pixelRatio;
  const context = canvas.getContext('2d', { alpha: false });
  if (context) {
    context.fillStyle = input.colours.palette.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    scenes.forEach((scene, i) => {
      context.drawImage(imageOf(scene, heightsPx[i], pixelRatio), 0, topsPx[i] * pixelRatio);
    });
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large.'))))
  );
}

/** The rows of a drawing that fit, those next to its root. */
function imageOf(scene: FlameScene, heightPx: number, pixelRatio: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  paintFlame(canvas, scene, { heightPx, scrollPx: scene.flip ? sceneHeight(scene) - heightPx : 0, pixelRatio });
  return canvas;
}

import { type FlameViewport } from './flame-painter';
import { type FlameScene } from './flame-scene';

/** What a canvas shows; of the same scene in the same viewport it is the same. */
export interface Picture {
  readonly canvas: HTMLCanvasElement;
  readonly scene: FlameScene;
  readonly viewport: FlameViewport;
}

type Kept = Pick<Picture, 'scene' | 'viewport'> & { copy: HTMLCanvasElement };

/**
 * Every zoom leads back to the whole graph, so its picture is copied when the pointer comes over it, while the browser rests;
 * the way back copies pixels then instead of drawing boxes and texts anew. One per page, since it takes as much memory as the
 * canvas it is of, and no longer than that canvas.
 */
const kept = new WeakMap<HTMLCanvasElement, Kept>();
let last: WeakRef<HTMLCanvasElement> | undefined;
let rest: number | undefined;

/** Copies a picture that isn't zoomed in when there is time, unless it is kept already. What is painted before ends that. */
export function keepSoon(picture: Picture) {
  if (typeof requestIdleCallback !== 'function' || picture.scene.layout.focus > 0 || isSame(picture)) {
    return;
  }
  stopWaiting();
  rest = requestIdleCallback(() => keep(picture));
}

function keep({ canvas, scene, viewport }: Picture) {
  rest = undefined;
  if (!canvas.isConnected) {
    return;
  }
  forgetKept();
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d', { alpha: false });
  if (context) {
    context.drawImage(canvas, 0, 0);
    kept.set(canvas, { scene, viewport, copy });
    last = new WeakRef(canvas);
  }
}

/** Shows what was kept of that canvas; false where that is another picture, or none. */
export function showKept(picture: Picture): boolean {
  stopWaiting();
  const { canvas, scene } = picture;
  const { copy, scene: keptScene } = kept.get(canvas) ?? {};
  if (keptScene && keptScene.data !== scene.data) {
    forgetKept(); // such data doesn't come back, and is large
  }
  const context = canvas.getContext('2d', { alpha: false });
  if (!copy || !context || !isSame(picture) || canvas.width !== copy.width || canvas.height !== copy.height) {
    return false;
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(copy, 0, 0);
  return true;
}

function forgetKept() {
  stopWaiting();
  const canvas = last?.deref();
  const old = canvas && kept.get(canvas);
  if (canvas && old) {
    // Gives the pixels back at once.
    old.copy.width = 0;
    kept.delete(canvas);
  }
}

// Texts were drawn with other letters.
document.fonts?.addEventListener('loadingdone', forgetKept);

function stopWaiting() {
  if (rest !== undefined) {
    cancelIdleCallback(rest);
    rest = undefined;
  }
}

function isSame({ canvas, scene, viewport }: Picture): boolean {
  const known = kept.get(canvas);
  return known !== undefined && sameParts(known.scene, scene) && sameParts(known.viewport, viewport);
}

function sameParts<T extends object>(a: T, b: T): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => Reflect.get(a, key) === Reflect.get(b, key));
}

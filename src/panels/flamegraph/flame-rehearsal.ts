import { layoutFlame } from '../../model/flame-layout';
import { type FlameMatches, matchFlame } from '../../model/flame-search';
import { type FlameTree, widestChild } from '../../model/flame-tree';
import { searchTexts } from '../../model/text-search';
import { paintFlame } from './flame-painter';
import { type FlameScene } from './flame-scene';

/** A step takes about that long. */
const leastMs = 5;
/** As many frames as a few rows of a panel hold. */
const widthPx = 800;
const heightPx = 200;
const mostNames = 500;
/** A page that never has time for a step is left alone. */
const mostRests = 50;

let rehearsed = false;

/**
 * Browsers read code and draw letters when they are first needed, and a first zoom or search would find all of it cold. So the
 * first graph of a page is zoomed, searched and painted out of sight while the browser rests, a step at a time. Nobody needs it:
 * where it fails, it ends.
 */
export function rehearse(scene: FlameScene) {
  if (rehearsed || typeof requestIdleCallback !== 'function') {
    return;
  }
  rehearsed = true;
  const steps = rehearsal(scene);
  let rests = 0;
  const rest = (deadline: IdleDeadline) => {
    const done = isDone(steps, deadline);
    rests++;
    if (!done && rests < mostRests) {
      requestIdleCallback(rest);
    } else {
      steps.return();
    }
  };
  requestIdleCallback(rest);
}

/** Takes steps while there is time; an error ends them. */
function isDone(steps: Iterator<void>, deadline: IdleDeadline): boolean {
  try {
    while (deadline.timeRemaining() > leastMs) {
      if (steps.next().done) {
        return true;
      }
    }
    return false;
  } catch {
    return true;
  }
}

/** The whole graph and a zoomed one, with a pause after each step; more would make faster code, which takes memory. */
function* rehearsal(scene: FlameScene): Generator<void, void> {
  const canvas = document.createElement('canvas');
  try {
    for (const zoomed of [false, true]) {
      yield* rehearseOnce(canvas, scene, zoomed);
    }
  } finally {
    // Gives the pixels back at once.
    canvas.width = 0;
  }
}

function* rehearseOnce(canvas: HTMLCanvasElement, scene: FlameScene, zoomed: boolean): Generator<void, void> {
  const { tree } = scene.data;
  const focus = zoomed ? Math.max(0, widestChild(tree, 0)) : 0;
  const layout = layoutFlame(tree, { focus, widthPx });
  yield;
  for (const find of [undefined, someMatches]) {
    const matches = find?.(tree);
    paintFlame(canvas, { ...scene, layout, matches }, { heightPx, scrollPx: 0, pixelRatio: 1 });
    yield;
  }
  // Letters are drawn when someone asks for the pixels.
  canvas.getContext('2d')?.getImageData(0, 0, 1, 1);
  yield;
}

/** Of a part of the names: what a search keeps of them is large. */
function someMatches(tree: FlameTree): FlameMatches {
  const { labels } = tree.columns;
  const mask = new Uint8Array(labels.length);
  mask.set(searchTexts(labels.slice(0, mostNames), 'e').mask);
  return matchFlame(tree, mask);
}

import { type FlameScene } from './flame-scene';
import { laterPart } from './later-part';

/** What opens over the graph, and what the pointer shows: one file, which is loaded soon after the graph is drawn. */
export const flameWindows = laterPart(() => import(/* webpackChunkName: "flame-later" */ './flame-windows'));
/** Menus, and what nobody clicks for: legend and hint. */
export const toolItems = laterPart(() => import(/* webpackChunkName: "flame-later" */ './flame-tool-items'));
export const searchSteps = laterPart(() => import(/* webpackChunkName: "flame-later" */ './search-steps'));
export const keptPicture = laterPart(() => import(/* webpackChunkName: "flame-later" */ './kept-picture'));
export const flameTooltip = laterPart(() => import(/* webpackChunkName: "flame-later" */ './flame-tooltip'));

/** Who comes first with a click or a key waits for the same loading. */
export const loadLaterParts = (): Promise<unknown> =>
  Promise.all([flameTooltip, toolItems, flameWindows, searchSteps, keptPicture].map((part) => part.load()));

const afterMs = 200;

/** Loads a little later, then rehearses with a scene; returns what takes that back. A failure is told when a part is used. */
export function loadSoon(scene: FlameScene): () => void {
  const timer = setTimeout(() => {
    loadLaterParts()
      .then(() => import(/* webpackChunkName: "flame-later" */ './flame-rehearsal'))
      .then(({ rehearse }) => rehearse(scene))
      .catch(() => undefined);
  }, afterMs);
  return () => clearTimeout(timer);
}

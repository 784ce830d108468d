import { type FlameScene } from './flame-scene';
import { laterPart } from './later-part';

/** What opens over the graph, and what the pointer shows: one file, which is loaded soon after the graph is drawn. */
export const flameWindows = laterPart(() => import(/* webpackChunkName: "flame-later" */ './flame-windows'));
export const toolItems = laterPart(() => import(/* webpackChunkName: "flame-later" */ './flame-tool-items'));
/** Legend and hint, which nobody clicks for. */
export const flameNotes = laterPart(() => import(/* webpackChunkName: "flame-later" */ './flame-tool-items'), 'first');
export const searchSteps = laterPart(() => import(/* webpackChunkName: "flame-later" */ './search-steps'));
export const flameTooltip = laterPart(() => import(/* webpackChunkName: "flame-later" */ './flame-tooltip'), 'first');

/** Who comes first with a click or a key waits for the same loading. */
export async function loadLaterParts(): Promise<void> {
  await Promise.all([flameTooltip, toolItems, flameNotes, flameWindows, searchSteps].map((part) => part.load()));
}

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

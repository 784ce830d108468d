import { laterPart } from './later-part';

/** What opens over the graph, and what the pointer shows. It is loaded soon after the graph is drawn. */
export const flameWindows = laterPart(() => import('./flame-windows'));
export const toolItems = laterPart(() => import('./flame-tool-items'));
/** Nobody clicks for the legend. */
export const diffLegend = laterPart(() => import('./flame-tool-items'), 'first');
export const matchSteps = laterPart(() => import('./match-steps'));
export const flameTooltip = laterPart(() => import('./flame-tooltip'), 'first');

/** Who comes first with a click or a key waits for the same loading. */
export async function loadLaterParts(): Promise<void> {
  await Promise.all([flameTooltip, toolItems, diffLegend, flameWindows, matchSteps].map((part) => part.load()));
}

const afterMs = 200;

/** Loads a little later; returns what takes that back. A failure is told when a part is used. */
export function loadSoon(): () => void {
  const timer = setTimeout(() => {
    loadLaterParts().catch(() => undefined);
  }, afterMs);
  return () => clearTimeout(timer);
}

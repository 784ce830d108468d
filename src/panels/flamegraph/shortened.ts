import { displayName } from '../../model/display-name';

const longestShown = 40;

/** A name for a menu: the end of a long one, which tells names apart. */
export function shortened(text: string): string {
  const shown = displayName(text);
  return shown.length > longestShown ? `…${shown.slice(1 - longestShown)}` : shown;
}

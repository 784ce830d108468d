import { type FlamePlace } from '../../model/flame-place';

/** What can be chosen; callers and callees need a method. */
export const modeNames: ReadonlyArray<readonly [FlamePlace['mode'], string]> = [
  ['top', 'Top-down'],
  ['bottom', 'Bottom-up'],
];

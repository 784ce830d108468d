import { type FlameLayout } from '../../model/flame-layout';
import { type FlameMatches } from '../../model/flame-search';
import { type FlamePalette } from '../../ui/flame-palette';
import { type Change } from './flame-colours';
import { type FlameData } from './flame-data';

/** All that a painting depends on. The painter decides nothing: it draws the rows of the layout that are in view. */
export interface FlameScene {
  readonly data: FlameData;
  readonly layout: FlameLayout;
  readonly palette: FlamePalette;
  readonly bucketOf: (row: number) => number;
  readonly changeOf?: (row: number) => Change;
  readonly matches?: FlameMatches;
  /** By label index; undefined = nothing picked. */
  readonly selected?: Uint8Array;
  readonly font: string;
  readonly flip: boolean;
}

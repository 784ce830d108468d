import { type ColourBy } from '../../model/flame-place';

export interface FlameOptions {
  /** Dashboard variable that holds the picked methods; '' = none. */
  selectionVariable: string;
  colourBy: ColourBy;
  showToolbar: boolean;
  /** The root is at the bottom (flame) instead of at the top (icicle). */
  rootAtBottom: boolean;
  /** Address of a frame's source with ${file}, ${line} and ${method}; '' = none. */
  sourceUrl: string;
}

export const defaultOptions: FlameOptions = {
  selectionVariable: 'method',
  colourBy: 'package',
  showToolbar: true,
  rootAtBottom: false,
  sourceUrl: '',
};

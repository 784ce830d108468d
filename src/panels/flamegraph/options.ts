export type ColourBy = 'package' | 'library';

export interface FlameOptions {
  /** Dashboard variable that holds the picked methods; '' = none. */
  selectionVariable: string;
  colourBy: ColourBy;
  showToolbar: boolean;
}

export const defaultOptions: FlameOptions = { selectionVariable: 'method', colourBy: 'package', showToolbar: true };

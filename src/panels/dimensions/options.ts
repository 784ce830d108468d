export interface DimensionsOptions {
  /** Dashboard variable that holds the picked rows; '' = the dimension's id. */
  selectionVariable: string;
  /** Dashboard variable that holds excluded rows; '' = `exclude_` and the dimension's id. */
  excludeVariable: string;
  showToolbar: boolean;
}

export const defaultOptions: DimensionsOptions = { selectionVariable: '', excludeVariable: '', showToolbar: true };

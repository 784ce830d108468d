export interface RuntimeInfoOptions {
  /** With a second profile: show only rows that differ. */
  onlyDifferences: boolean;
}

export const defaultOptions: RuntimeInfoOptions = { onlyDifferences: false };

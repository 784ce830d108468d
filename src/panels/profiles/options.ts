export interface ProfilesOptions {
  /** Labels and numbers the list leaves out, by field name, separated by commas. */
  hiddenColumns: string;
}

export const defaultOptions: ProfilesOptions = { hiddenColumns: 'id, runtime' };

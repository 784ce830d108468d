import type { RowMeasure } from '../../../src/api/query';
import type { ProfileType } from '../../../src/model/profile-types';
import type { AlertRow } from '../frames/alert-frame';
import type { Notice } from '../notices';
import type { Restrictions } from '../prepare';
import type { ParsedQuery } from '../request';
import { labelObject, type UploadGroup } from '../series';

/** What both ways of finding rows need. `notices` takes what they have to say. */
export interface AlertQuestion {
  readonly type: ProfileType;
  readonly restrictions: Restrictions;
  readonly labels: readonly string[];
  readonly measure: RowMeasure;
  readonly query: ParsedQuery;
  readonly notices: Notice[];
}

export interface AlertRows {
  readonly rows: readonly AlertRow[];
  /** Labels that the rows have. */
  readonly labels: readonly string[];
  readonly profileCount: number;
}

/** Labels of a row without data: what the selector says they must be. */
export function groupWithoutUploads(labels: readonly string[], { matchers }: Restrictions): UploadGroup {
  const fixed = (label: string) =>
    matchers.find((matcher) => matcher.label === label && matcher.operator === '=')?.value ?? '';
  return { labels: labelObject(labels, labels.map(fixed)), members: [] };
}

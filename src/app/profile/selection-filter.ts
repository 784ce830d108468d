import { type Dimension, type StackFilter, dimensions } from '../../api/query';
import { variableOf } from './selection';

/** Empty variables fall out of the query. A table is not narrowed by picks of its own dimension, so that more can be picked. */
export function selectionFilter(own?: Dimension): StackFilter[] {
  return dimensions.flatMap((dimension) =>
    [false, true]
      .filter((exclude) => exclude || dimension !== own)
      .map((exclude) => ({
        dimension,
        match: 'any' as const,
        values: [`\${${variableOf(dimension, exclude)}}`],
        ...(exclude && { exclude }),
      }))
  );
}

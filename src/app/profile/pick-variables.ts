import { type Dimension, dimensions } from '../../api/query';
import { type Pick, valuesOf, variableOf } from './selection';
import { SelectionVariable } from './selection-variable';

/** The values picked in one dimension, as the variable that queries and panels know. */
export interface PickVariable {
  dimension: Dimension;
  exclude: boolean;
  variable: SelectionVariable;
}

/** A variable for each dimension, for what is picked and for what is excluded. */
export function pickVariables(selection: readonly Pick[]): PickVariable[] {
  return dimensions.flatMap((dimension) =>
    [false, true].map((exclude) => {
      const values = valuesOf(selection, dimension, exclude);
      return { dimension, exclude, variable: new SelectionVariable(variableOf(dimension, exclude), values) };
    })
  );
}

/** Panels whose query uses a variable that changes ask again. */
export function updatePicks(picks: readonly PickVariable[], selection: readonly Pick[]): void {
  for (const { dimension, exclude, variable } of picks) {
    variable.change(valuesOf(selection, dimension, exclude));
  }
}

import { type Dimension, dimensions } from '../../api/query';
import { changeSearch } from '../location';

/** A value of a dimension that the user has picked (or excluded) in a panel; in the URL as `var-method=…`, `var-exclude_method=…`. */
export interface Pick {
  dimension: Dimension;
  exclude: boolean;
  value: string;
}

/** Panels name variables like the dimension, with a prefix for what they exclude. */
export function variableOf(dimension: Dimension, exclude: boolean): string {
  return exclude ? `exclude_${dimension}` : dimension;
}

const kinds = dimensions.flatMap((dimension) => [false, true].map((exclude) => ({ dimension, exclude })));
const parameterOf = (dimension: Dimension, exclude: boolean) => `var-${variableOf(dimension, exclude)}`;

/** Panels write "nothing picked" as All. */
const isValue = (value: string) => value !== '' && value !== '$__all' && value !== 'All';

export function readSelection(params: URLSearchParams): Pick[] {
  return kinds.flatMap(({ dimension, exclude }) =>
    params
      .getAll(parameterOf(dimension, exclude))
      .filter(isValue)
      .map((value) => ({ dimension, exclude, value }))
  );
}

/** Values of one kind, in the order they were picked. */
export function valuesOf(selection: readonly Pick[], dimension: Dimension, exclude: boolean): string[] {
  return selection.filter((pick) => pick.dimension === dimension && pick.exclude === exclude).map(({ value }) => value);
}

/** Search parameters without any selection. */
export const noSelection: Record<string, null> = Object.fromEntries(
  kinds.map(({ dimension, exclude }) => [parameterOf(dimension, exclude), null])
);

export function clearSelection(): void {
  changeSearch(noSelection);
}

export function removePick(selection: readonly Pick[], { dimension, exclude, value }: Pick): void {
  const left = valuesOf(selection, dimension, exclude).filter((other) => other !== value);
  changeSearch({ [parameterOf(dimension, exclude)]: left });
}

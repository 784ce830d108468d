import { DimensionRows, type StackDimension } from './dimensions';
import { leafPosition, type StackDictionary } from './stack-dictionary';

/** A stack filter whose regular expressions were already looked up: `values` are whole names. */
export interface ResolvedStackFilter {
  readonly dimension: StackDimension;
  readonly match: 'any' | 'leaf' | 'prefix';
  readonly values: readonly string[];
  readonly exclude: boolean;
}

/** Says for each stack of the dictionary whether the filter keeps it. */
export function stackPredicate(dictionary: StackDictionary, filter: ResolvedStackFilter): (stack: number) => boolean {
  const rows = new DimensionRows(dictionary, filter.dimension);
  const matches = filter.match === 'prefix' ? prefixMatch(dictionary, rows, filter.values) : rowMatch(rows, filter);
  return filter.exclude ? (stack) => !matches(stack) : matches;
}

function rowMatch(rows: DimensionRows, filter: ResolvedStackFilter): (stack: number) => boolean {
  const wanted = new Set(filter.values.map((value) => rows.row(value)));
  if (filter.match === 'leaf') {
    return (stack) => wanted.has(rows.selfOf(stack));
  }
  const found: number[] = [];
  return (stack) => {
    const count = rows.totalOf(stack, found);
    for (let k = 0; k < count; k++) {
      if (wanted.has(found[k])) {
        return true;
      }
    }
    return false;
  };
}

/** `values` from the root on: the stack's outermost frames are these, in order. */
function prefixMatch(
  { stacks, frames }: StackDictionary,
  rows: DimensionRows,
  values: readonly string[]
): (stack: number) => boolean {
  const wanted = values.map((value) => rows.row(value));
  return (stack) => {
    const end = stacks.offset[stack + 1];
    const depth = end - leafPosition(stacks, frames, stack);
    return depth >= wanted.length && wanted.every((row, at) => rows.rowOf(stacks.frame[end - 1 - at]) === row);
  };
}

/** Whether all filters keep the stack, looked up once per stack. */
export function stackMask(
  dictionary: StackDictionary,
  filters: readonly ResolvedStackFilter[]
): ((stack: number) => boolean) | undefined {
  if (filters.length === 0) {
    return undefined;
  }
  const predicates = filters.map((filter) => stackPredicate(dictionary, filter));
  const known = new Int8Array(dictionary.stacks.length);
  return (stack) => {
    if (known[stack] === 0) {
      known[stack] = predicates.every((keeps) => keeps(stack)) ? 1 : -1;
    }
    return known[stack] > 0;
  };
}

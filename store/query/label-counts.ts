import type { Labels } from './label-filter';
import type { LabelSet } from './label-set';
import type { Window } from './sql/window';

type Range = Pick<Window, 'fromMs' | 'toMs'>;

/** How many of the profiles start in a range. */
export function startsIn(sets: readonly LabelSet[], { fromMs, toMs }: Range): number {
  return sets.reduce((sum, set) => sum + set.startsIn(fromMs, toMs), 0);
}

interface CountedSet {
  readonly labels: Labels;
  readonly count: number;
}

/** Values of a label with the number of profiles, the most frequent first; '' = without it. */
export function valueCounts(sets: readonly CountedSet[], label: string): Array<[value: string, profiles: number]> {
  const counts = new Map<string, number>();
  for (const { labels, count } of sets) {
    const value = labels.get(label) ?? '';
    counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

export interface FacetCount {
  readonly name: string;
  readonly value: string;
  readonly uploads: number;
}

/** Values of labels with the number of profiles that start in a range, the most frequent `perName` of each; '' = without it. */
export function facetCounts(
  sets: readonly LabelSet[],
  { fromMs, toMs }: Range,
  names: readonly string[],
  perName: number
): FacetCount[] {
  const found = sets
    .map((set) => ({ labels: set.labels, count: set.startsIn(fromMs, toMs) }))
    .filter(({ count }) => count > 0);
  return names.flatMap((name) =>
    valueCounts(found, name)
      .slice(0, perName)
      .map(([value, uploads]) => ({ name, value, uploads }))
  );
}

export interface CountedSteps {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** Profiles that start in each step, by the value of a label. */
export function stepCounts(
  sets: readonly LabelSet[],
  { fromMs, toMs }: Range,
  by: string | undefined,
  { startMs, stepMs, count }: CountedSteps
): Map<string, Float64Array> {
  const counted = new Map<string, Float64Array>();
  for (const set of sets.filter((one) => one.startsIn(fromMs, toMs) > 0)) {
    const value = by === undefined ? '' : (set.labels.get(by) ?? '');
    const counts = counted.get(value) ?? new Float64Array(count);
    set.eachStart(fromMs, toMs, (ms) => counts[Math.floor((ms - startMs) / stepMs)]++);
    counted.set(value, counts);
  }
  return counted;
}

/**
 * A late time from which on at least `rows` of the profiles start, so that a list of the newest need not look before it; `undefined` =
 * the range has fewer.
 */
export function newestSince(sets: readonly LabelSet[], { fromMs, toMs }: Range, rows: number): number | undefined {
  if (startsIn(sets, { fromMs, toMs }) < rows) {
    return undefined;
  }
  let [enough, tooFew] = [fromMs, toMs];
  while (tooFew - enough > 1) {
    const middle = Math.floor((enough + tooFew) / 2);
    const found = startsIn(sets, { fromMs: middle, toMs });
    if (found >= rows) {
      enough = middle;
    } else {
      tooFew = middle;
    }
    if (found >= rows && found < 4 * rows) {
      break;
    }
  }
  return enough;
}

import type { RuntimeInfoEntry } from '../../src/model/profile';
import { estimateOf, profileTypeOf } from '../../src/model/profile-types';

/** One of how many events a profiler keeps, by profile type. */
type Factors = ReadonlyMap<string, number>;

const lockTypes = ['lock-wait-time', 'lock-acquires', 'locked-time', 'lock-releases'];

/**
 * ddtrace for Python keeps some of the lock events (`CAP` percent, of its label `profiler_config`) and one exception of so many, and
 * sends each as one. Samples are stored as they came; this is what they stand for, as totals beside them.
 */
export function estimatesOf(
  labels: ReadonlyMap<string, string>,
  info: readonly RuntimeInfoEntry[],
  totals: ReadonlyMap<string, number>
): { readonly totals: ReadonlyMap<string, number>; readonly info: readonly RuntimeInfoEntry[] } {
  const found = new Map<string, number>();
  const notes: RuntimeInfoEntry[] = [];
  for (const [type, factor] of labels.get('language') === 'python' ? factorsOf(labels, info) : []) {
    const raw = totals.get(type) ?? 0;
    const estimate = Math.round(raw * factor);
    if (raw > 0 && factor > 1 && Number.isSafeInteger(estimate)) {
      found.set(estimateOf(type), estimate);
      const value = `the profiler keeps one event of ${Number(factor.toPrecision(4))}: multiply by that for an estimate`;
      notes.push({ group: 'Sampling', key: profileTypeOf(type).name, value });
    }
  }
  return { totals: found, info: notes };
}

function factorsOf(labels: ReadonlyMap<string, string>, info: readonly RuntimeInfoEntry[]): Factors {
  const setting = (key: string) => Number(info.find((entry) => entry.group === 'Profiler' && entry.key === key)?.value);
  const percent =
    Number(/_CAP(\d+(?:\.\d+)?)/.exec(labels.get('profiler_config') ?? '')?.[1]) || setting('settings.capture_pct');
  const interval = setting('settings.exception.sampling_interval');
  return new Map([
    ...(percent > 0 ? lockTypes.map((type) => [type, 100 / percent] as const) : []),
    ...(interval > 0 ? [['thrown-exceptions', interval] as const] : []),
  ]);
}

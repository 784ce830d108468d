import { type HotspotsCustom } from '../../api/frames';
import { type SpanScope, spanScopes } from '../../api/query';
import { formatCount, formatDuration, formatShare, formatValue } from '../../model/units';

/** What the scopes are called, and what they hold. */
export const scopeNames: Record<SpanScope, readonly [name: string, description: string]> = {
  span: ['This span', 'Samples of the span itself'],
  children: ['With children', 'Samples of the span and of the spans below it that the link names'],
  root: ['Trace part', 'Everything under the local root span in this process'],
  time: ['Time window', 'Everything that the process did while the span ran'],
};

/** Children are only known where the query names several spans. */
export function offeredScopes({ spanIds, spanScope }: HotspotsCustom, offerChildren: boolean): SpanScope[] {
  return spanIds.length === 0
    ? []
    : spanScopes.filter(
        (scope) => scope !== 'children' || offerChildren || spanIds.length > 1 || spanScope === 'children'
      );
}

/** What the tree is about, in one line. */
export function spanTitle({ spanIds, operation, endpoint }: HotspotsCustom): string {
  const names = [operation, endpoint].filter(Boolean).join(' ');
  const [first, ...others] = spanIds;
  if (first === undefined) {
    return names || 'All samples of the selection';
  }
  return `span ${names || first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

/** How exact the numbers are: sampling interval, error, what is hidden. */
export function precisionText(custom: HotspotsCustom): string {
  const { unit, perSample, error, hiddenNodes, hiddenShare, sampleCount } = custom;
  const interval =
    unit === 'ns'
      ? `sampled every ${formatDuration(perSample)}`
      : `${formatCount(sampleCount)} samples, each for ${formatValue(perSample, unit)}`;
  return [
    `${interval}: ± ${formatValue(error, unit)}`,
    hiddenNodes > 0 ? `hides ${formatCount(hiddenNodes)} methods (${formatShare(hiddenShare)})` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

/**
 * What the profiler did not tie to the span itself, but who ran on which thread when did: Java's locks and I/O. Each type with its error;
 * '' = nothing.
 */
export function inferredText({ types }: HotspotsCustom): string {
  const parts = types.flatMap(({ name, unit, inferred: part }) =>
    part === undefined ? [] : [`${name} ${formatValue(part.total, unit)} ± ${formatValue(part.error, unit)}`]
  );
  return parts.length === 0 ? '' : `Tied to the span by thread and time: ${parts.join(', ')}`;
}

/** What an average request of the endpoint takes, '' = not known. */
export function averageText({ average, endpoint, unit }: HotspotsCustom): string {
  if (average === undefined) {
    return '';
  }
  const requests = `${formatCount(average.requests)} ${average.counted === 'sampled' ? 'sampled ' : ''}requests`;
  return `average of ${requests} of ${endpoint}: ${formatValue(average.total, unit)}`;
}

import type { ParsedQuery } from './request';

/** What was asked, in words, for `executedQueryString`: no SQL. */
export function questionText(query: ParsedQuery, what: string, fromMs: number, toMs: number): string {
  const selector = query.selector ?? query.labelSelector;
  const parts = [
    what,
    selector ? `of ${selector}` : 'of all uploads',
    query.filter ? `with ${query.filter}` : '',
    query.profileId ? `profile ${query.profileId}` : '',
    query.spanId || query.spanSelector
      ? `spans ${[...(query.spanId ?? []), ...(query.spanSelector ?? [])].join(', ')}`
      : '',
    `from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`,
  ];
  return parts.filter(Boolean).join(' ');
}

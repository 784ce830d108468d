import { parseFilter, printFilter } from '../../model/filter-grammar';
import { type ProfileFilter } from '../../model/profile-filter';
import { allOf } from '../../ui/filter-text';
import { type ExplorerState, type QuickFilter } from './url-state';

type Search = Pick<ExplorerState, 'filters' | 'text'>;

/** What all must hold at once: the parts of a text that can be chips. Throws what the text is no filter for. */
export function conditionsOf(text: string): readonly ProfileFilter[] {
  return flatten(parseFilter(text));
}

function flatten(filter: ProfileFilter): readonly ProfileFilter[] {
  return filter.kind === 'and' ? filter.terms.flatMap(flatten) : [filter];
}

/** Why the text can't be searched for; undefined when it can. */
export function filterFault(text: string): string | undefined {
  try {
    conditionsOf(text);
    return undefined;
  } catch (reason) {
    return reason instanceof Error ? reason.message : String(reason);
  }
}

/** `env:prod`, `env:(prod OR dev)`, `-env:dev` as a quick filter; undefined for everything else. */
function quickFilter(term: ProfileFilter): QuickFilter | undefined {
  if (term.kind === 'equals') {
    return { key: term.key, values: [term.value], exclude: false };
  }
  if (term.kind === 'not' && term.term.kind === 'equals') {
    return { key: term.term.key, values: [term.term.value], exclude: true };
  }
  if (term.kind !== 'or') {
    return undefined;
  }
  const parts = term.terms.map(quickFilter);
  const [first] = parts;
  const same = first && !first.exclude && parts.every((part) => part?.key === first.key && !part.exclude);
  return same ? { ...first, values: parts.flatMap((part) => part?.values ?? []) } : undefined;
}

/** Joined to the other filters; undefined where its field has one that it can't be joined to. */
function withFilter(filters: readonly QuickFilter[], added: QuickFilter): QuickFilter[] | undefined {
  const present = filters.find(({ key }) => key === added.key);
  if (!present) {
    return [...filters, { ...added, values: [...new Set(added.values)] }];
  }
  // Without a and without b is one filter; a and b at once is not.
  if (!present.exclude || !added.exclude) {
    return undefined;
  }
  const joined = { ...present, values: [...new Set([...present.values, ...added.values])] };
  return filters.map((filter) => (filter === present ? joined : filter));
}

/** A condition as it stands in a longer text. */
export function conditionText(term: ProfileFilter): string {
  return term.kind === 'or' ? `(${printFilter(term)})` : printFilter(term);
}

/** The same search with as much as possible in quick filters, which the sidebar and the chips show. */
export function splitSearch(text: string, filters: readonly QuickFilter[] = []): Search {
  let found: QuickFilter[] = [...filters];
  const rest: ProfileFilter[] = [];
  for (const term of conditionsOf(text)) {
    const quick = quickFilter(term);
    const joined = quick && withFilter(found, quick);
    found = joined ?? found;
    if (!joined) {
      rest.push(term);
    }
  }
  const untouched = rest.length === conditionsOf(text).length;
  // A text that stands alone stays as it was written.
  return { filters: found, text: untouched ? text.trim() : joinConditions(rest) };
}

export function joinConditions(terms: readonly ProfileFilter[]): string {
  return terms.length === 1 ? printFilter(terms[0]) : allOf(terms.map(conditionText));
}

/** The text without its condition number `index`. */
export function withoutCondition(text: string, index: number): string {
  return joinConditions(conditionsOf(text).filter((_, at) => at !== index));
}

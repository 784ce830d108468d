/**
 * What both languages that choose profiles are parsed into: the selector (`selector.ts`) and the explorer's search grammar
 * (`filter-grammar.ts`). `store/query/sql/profile-condition.ts` turns it into SQL with bound values.
 */
export type ProfileFilter =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly ProfileFilter[] }
  | { readonly kind: 'not'; readonly term: ProfileFilter }
  | Term;

export type Term =
  /** Some text of the profile holds it, in any case. */
  | { readonly kind: 'text'; readonly text: WildText }
  | { readonly kind: 'exists'; readonly key: string }
  | { readonly kind: 'equals'; readonly key: string; readonly value: string }
  | { readonly kind: 'like'; readonly key: string; readonly pattern: WildText }
  /** Numbers as written, perhaps with a unit: `60`, `1.5s`, `20MiB`. */
  | { readonly kind: 'compare'; readonly key: string; readonly operator: CompareOperator; readonly value: string }
  | { readonly kind: 'range'; readonly key: string; readonly low: string; readonly high: string }
  /** RE2, matching the whole value. Only selectors write it. */
  | { readonly kind: 'regex'; readonly key: string; readonly pattern: string };

export type CompareOperator = '>' | '>=' | '<' | '<=';

/** Text with wildcards: `?` one character, `*` any number. */
export type WildText = readonly WildPart[];
export type WildPart = { readonly text: string } | { readonly wild: '?' | '*' };

/** Every profile. */
export const everyProfile: ProfileFilter = { kind: 'and', terms: [] };

/** Both must hold; leaves out what holds for every profile. */
export function allOf(filters: readonly ProfileFilter[]): ProfileFilter {
  const terms = filters.filter((filter) => !(filter.kind === 'and' && filter.terms.length === 0));
  return terms.length === 1 ? terms[0] : { kind: 'and', terms };
}

/** A selector, filter or query field that can't be understood. `position` counts characters from 0. */
export class FilterSyntaxError extends Error {
  constructor(
    message: string,
    readonly position: number
  ) {
    super(`${message} (at character ${position + 1})`);
    this.name = 'FilterSyntaxError';
  }
}

const numberPattern = /^(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*([a-zµμ]*)$/i;

/** Units a number may carry, as a factor to ns, bytes or 1. */
const unitFactors: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['min', 60e9],
  ['m', 60e9],
  ['h', 3600e9],
  ['b', 1],
  ['kb', 1024],
  ['kib', 1024],
  ['mb', 1024 ** 2],
  ['mib', 1024 ** 2],
  ['gb', 1024 ** 3],
  ['gib', 1024 ** 3],
]);

/** `1.5s` → {value: 1.5e9, unit: 's'}; undefined if it is no number. Without a unit `value` is the number itself. */
export function parseQuantity(text: string): { readonly value: number; readonly unit: string } | undefined {
  const match = numberPattern.exec(text.trim());
  const unit = match?.[2].toLowerCase() ?? '';
  const factor = unitFactors.get(unit);
  return match === null || factor === undefined ? undefined : { value: Number(match[1]) * factor, unit };
}

import { type LabelMatcher, parseSelector, printSelector } from '../model/selector';
import { FilterSyntaxError } from '../model/profile-filter';

export type MatchOperator = LabelMatcher['operator'];
export const matchOperators: readonly MatchOperator[] = ['=', '!=', '=~', '!~'];

export function isMatchOperator(text: string): text is MatchOperator {
  return matchOperators.some((operator) => operator === text);
}

/** The matchers of a selector; undefined when the text is not one (then only the store can say what is wrong). */
export function readSelector(text: string): LabelMatcher[] | undefined {
  try {
    return parseSelector(text);
  } catch (reason) {
    if (reason instanceof FilterSyntaxError) {
      return undefined;
    }
    throw reason;
  }
}

/** The text of some matchers; '' for none. */
export function writeSelector(matchers: readonly LabelMatcher[]): string {
  return matchers.length === 0 ? '' : printSelector(matchers);
}

/** A value that a regular expression takes literally. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$*+?.()|[\]{}]/g, '\\$&');
}

/** An expression that matches these names and nothing else. */
export function regexOfNames(names: readonly string[]): string {
  return names.map(escapeRegex).join('|');
}

/** The names that an expression lists; undefined when it is more than a plain list. */
export function namesOfRegex(regex: string): string[] | undefined {
  // A bar after a backslash belongs to a name.
  const parts = regex.replace(/^\((.*)\)$/s, '$1').match(/(?:\\[\s\S]|[^\\|])+/g) ?? [];
  const names = parts.map((part) => part.replace(/\\([\s\S])/g, '$1'));
  const inner = regex.replace(/^\((.*)\)$/s, '$1');
  return regexOfNames(names) === inner ? names : undefined;
}

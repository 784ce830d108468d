/** Operators of a label matcher, with their meaning for people. */
export const matchOperators = ['=', '!=', '=~', '!~'] as const;
export type MatchOperator = (typeof matchOperators)[number];

/** One condition of a selector such as `{service="shop", env=~"prod|stage"}`. */
export interface LabelMatcher {
  name: string;
  operator: MatchOperator;
  value: string;
}

// A name in quotes may hold any character; a bare one may hold the dots and dashes of tags, but no blank.
const matcherPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"'{}=!~,]+))\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/y;

export function isMatchOperator(text: string): text is MatchOperator {
  return matchOperators.some((operator) => operator === text);
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

function unquote(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
}

function quote(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t');
  return `"${escaped}"`;
}

/** The matchers of a selector; undefined when the text is not one (then only the store can say what is wrong). */
export function parseSelector(text: string): LabelMatcher[] | undefined {
  const inner = text.trim().replace(/^\{(.*)\}$/s, '$1');
  const matchers: LabelMatcher[] = [];
  matcherPattern.lastIndex = 0;
  while (inner.slice(matcherPattern.lastIndex).trim() !== '') {
    const match = matcherPattern.exec(inner);
    if (!match || !isMatchOperator(match[3])) {
      return undefined;
    }
    const name = match[1] === undefined ? match[2] : unquote(match[1]);
    matchers.push({ name, operator: match[3], value: unquote(match[4]) });
  }
  return matchers;
}

/** The text of some matchers; '' for none. Names that need it are quoted. */
export function formatSelector(matchers: readonly LabelMatcher[]): string {
  const parts = matchers.map(({ name, operator, value }) => `${formatName(name)}${operator}${quote(value)}`);
  return parts.length === 0 ? '' : `{${parts.join(', ')}}`;
}

function formatName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quote(name);
}

/** A value that an RE2 expression takes literally. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$*+?.()|[\]{}]/g, '\\$&');
}

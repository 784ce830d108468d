import { allOf, FilterSyntaxError, type ProfileFilter } from './profile-filter';

/** More make statements that engines refuse. */
const maxMatchers = 200;

/** One matcher of a selector: `env=~"prod|stage"`. */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/**
 * `{service="shop", env=~"p.*", "git.commit.sha"!="…"}`. Braces may be left out, values are in double quotes (backslash escapes)
 * or backticks (as they are), names that are more than letters, digits and `_ . - / :` in double quotes.
 */
export function parseSelector(source: string): LabelMatcher[] {
  const text = source.trim();
  const braces = text.startsWith('{');
  if (braces !== text.endsWith('}') || text === '{') {
    throw new FilterSyntaxError('the braces of a selector come in pairs', braces ? text.length : 0);
  }
  return new SelectorParser(braces ? text.slice(1, -1) : text).matchers();
}

class SelectorParser {
  private at = 0;
  constructor(private readonly source: string) {}

  matchers(): LabelMatcher[] {
    const found: LabelMatcher[] = [];
    this.skip(/[\s,]*/y);
    while (this.at < this.source.length) {
      if (found.length === maxMatchers) {
        throw this.error(`a selector has at most ${maxMatchers} matchers`);
      }
      found.push(this.matcher());
      const between = this.skip(/[\s,]*/y);
      if (this.at < this.source.length && !between.includes(',')) {
        throw this.error('a comma is missing between two matchers');
      }
    }
    return found;
  }

  private matcher(): LabelMatcher {
    const label = this.source[this.at] === '"' ? this.string() : this.skip(/[\p{L}\p{N}_.:/-]*/uy);
    if (label === '') {
      throw this.error('a label name is missing');
    }
    this.skip(/\s*/y);
    const operator = this.skip(/=~|!~|!=|=/y);
    if (operator === '') {
      throw this.error(`one of = != =~ !~ is missing after ${label}`);
    }
    this.skip(/\s*/y);
    return { label: canonicalLabel(label), operator: operator as LabelMatcher['operator'], value: this.string() };
  }

  private string(): string {
    const quote = this.source[this.at];
    const match = quote === '`' ? this.skip(/`[^`]*`/y) : this.skip(/"(?:[^"\\]|\\[\s\S])*"/y);
    if (match === '') {
      throw this.error(quote === '"' || quote === '`' ? 'this quote is never closed' : 'a value in quotes is missing');
    }
    const inner = match.slice(1, -1);
    return quote === '`' ? inner : inner.replace(/\\([\s\S])/g, unescape);
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private error(message: string): FilterSyntaxError {
    return new FilterSyntaxError(message, this.at);
  }
}

/** `\.` and the like stay as they are: Grafana's `regex` format writes single backslashes into quoted values. */
function unescape(whole: string, char: string): string {
  switch (char) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '"':
    case '\\':
      return char;
    default:
      return whole;
  }
}

/** The name under which the store keeps a label that others write differently. */
export function canonicalLabel(label: string): string {
  return label === 'service_name' || label === 'service.name' ? 'service' : label;
}

/** Writes matchers so that `parseSelector` reads the same again. */
export function printSelector(matchers: readonly LabelMatcher[]): string {
  return `{${matchers.map(({ label, operator, value }) => `${printLabel(label)}${operator}${quote(value)}`).join(', ')}}`;
}

function printLabel(label: string): string {
  return /^[\p{L}\p{N}_.:/-]+$/u.test(label) ? label : quote(label);
}

function quote(text: string): string {
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  return `"${escaped}"`;
}

/** The filter that a selector means. A value that matches everything (`.*`, `.+`, `$__all`, '') is no filter. */
export function selectorFilter(matchers: readonly LabelMatcher[]): ProfileFilter {
  return allOf(matchers.filter((matcher) => !matchesEverything(matcher)).map(matcherFilter));
}

export function matchesEverything({ operator, value }: LabelMatcher): boolean {
  const all =
    value === '' || value === '$__all' || value === '.*' || value === '.+' || value === '(.*)' || value === '(.+)';
  return all && (operator === '=' || operator === '=~');
}

function matcherFilter({ label: key, operator, value }: LabelMatcher): ProfileFilter {
  const term: ProfileFilter =
    operator === '=' || operator === '!=' ? { kind: 'equals', key, value } : { kind: 'regex', key, pattern: value };
  return operator.startsWith('!') ? { kind: 'not', term } : term;
}

/**
 * A template variable that nobody filled in (public dashboards, alert rules): `$env`, `${env:regex}`, `[[env]]`; not a character
 * class like `[[:alpha:]]`.
 */
export function isUnresolvedVariable(value: string): boolean {
  return (
    /\$\{[^}]*\}/.test(value) ||
    /^\(?\$(?!__all\b)[A-Za-z_]\w*\)?$/.test(value) ||
    /^\(?\[\[(?!:)[^\]]+\]\]\)?$/.test(value)
  );
}

import { parseQuantity, type ProfileFilter, type WildText } from '../../../src/model/profile-filter';
import { HotspanError } from '../../errors';
import type { Bindings } from './bindings';
import { numberOf, textOf } from './profile-fields';

const maxRegexLength = 1000;

/** A filter as a condition on a row of `profiles`. */
export function profileCondition(bindings: Bindings, filter: ProfileFilter): string {
  switch (filter.kind) {
    case 'and':
      return joined(bindings, filter.terms, ' AND ', '1');
    case 'or':
      return joined(bindings, filter.terms, ' OR ', '0');
    case 'not':
      return `NOT (${profileCondition(bindings, filter.term)})`;
    case 'text':
      return fullText(bindings, filter.text);
    case 'exists':
      return `${textOf(bindings, filter.key)} != ''`;
    case 'equals':
      return `${textOf(bindings, filter.key)} = ${bindings.bind('String', filter.value)}`;
    case 'like':
      return `${textOf(bindings, filter.key)} LIKE ${bindings.bind('String', likePattern(filter.pattern))}`;
    case 'regex':
      return matches(bindings, textOf(bindings, filter.key), filter.pattern);
    case 'compare':
      return comparison(bindings, filter.key, filter.operator, filter.value);
    case 'range': {
      const low = comparison(bindings, filter.key, '>=', filter.low);
      return `(${low} AND ${comparison(bindings, filter.key, '<=', filter.high)})`;
    }
  }
}

function joined(bindings: Bindings, terms: readonly ProfileFilter[], between: string, empty: string): string {
  return terms.length === 0 ? empty : `(${terms.map((term) => profileCondition(bindings, term)).join(between)})`;
}

/** RE2, matching the whole text. What RE2 refuses comes back from the engine and becomes `bad_regex`. */
export function matches(bindings: Bindings, sql: string, pattern: string): string {
  return `match(${sql}, ${bindings.bind('String', `^(?:${checkedRegex(pattern)})$`)})`;
}

/** RE2, matching somewhere in the text. */
export function finds(bindings: Bindings, sql: string, pattern: string): string {
  return `match(${sql}, ${bindings.bind('String', checkedRegex(pattern))})`;
}

function checkedRegex(pattern: string): string {
  if (pattern.length > maxRegexLength) {
    throw new HotspanError(
      'bad_regex',
      `a regular expression has ${pattern.length} characters, at most ${maxRegexLength} are allowed`
    );
  }
  return pattern;
}

function fullText(bindings: Bindings, text: WildText): string {
  const pattern = bindings.bind('String', `%${likePattern(text)}%`);
  const columns = ['service', 'env', 'version', 'host', 'runtime', 'language', 'id', 'reason'].map(
    (name) => `toString(${name})`
  );
  return `arrayExists(text -> text ILIKE ${pattern}, arrayConcat([${columns.join(', ')}], mapValues(labels)))`;
}

function likePattern(text: WildText): string {
  return text
    .map((part) => ('text' in part ? part.text.replace(/[\\%_]/g, '\\$&') : part.wild === '*' ? '%' : '_'))
    .join('');
}

function comparison(bindings: Bindings, key: string, operator: '>' | '>=' | '<' | '<=', written: string): string {
  const quantity = parseQuantity(written);
  if (quantity === undefined) {
    throw new HotspanError('bad_filter', `"${written}" is no number`);
  }
  const { sql, scale } = numberOf(bindings, key);
  const value = quantity.unit === '' ? quantity.value * scale : quantity.value;
  return `ifNull(${sql} ${operator} ${bindings.bind('Float64', value)}, 0)`;
}

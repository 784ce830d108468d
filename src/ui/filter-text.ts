/**
 * Parts of the explorer's search grammar: `key:"value"`, `key:("a" OR "b")`, `-key:"value"`, `key:*` (exists),
 * joined by AND. Values are always quoted, so that no character of theirs means anything.
 */
export function quoteFilterValue(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

/** Characters with a meaning in the grammar are escaped in a key. */
function filterKey(key: string): string {
  return key.replace(/[\s:"\\()[\]{}!]/g, '\\$&');
}

/** One condition: any of `values`, or with `exclude` none of them. No value = no condition. */
export function filterTerm(key: string, values: readonly string[], exclude = false): string {
  if (values.length === 0) {
    return '';
  }
  if (exclude) {
    return values.map((value) => `-${filterKey(key)}:${quoteFilterValue(value)}`).join(' AND ');
  }
  const quoted = values.map(quoteFilterValue);
  return `${filterKey(key)}:${quoted.length === 1 ? quoted[0] : `(${quoted.join(' OR ')})`}`;
}

/** All of `terms`; empty ones are left out. A term that may hold an OR must come in brackets. */
export function allOf(terms: readonly string[]): string {
  return terms.filter((term) => term !== '').join(' AND ');
}

import type { ProfileFilter } from '../../src/model/profile-filter';

/** Names and values, none of them empty. */
export type Labels = ReadonlyMap<string, string>;

/** Fields of uploads that are no labels. */
const otherFields = new Set(['id', 'status', 'format', 'intake']);

/** A filter on labels; undefined = only the engine can tell. */
export function labelPredicate(filter: ProfileFilter): ((labels: Labels) => boolean) | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const terms = filter.terms.map(labelPredicate);
      const known = terms.filter((term) => term !== undefined);
      if (known.length < terms.length) {
        return undefined;
      }
      return filter.kind === 'and'
        ? (labels) => known.every((keeps) => keeps(labels))
        : (labels) => known.some((keeps) => keeps(labels));
    }
    case 'not': {
      const keeps = labelPredicate(filter.term);
      return keeps && ((labels) => !keeps(labels));
    }
    case 'exists':
      return onLabel(filter.key, (value) => value !== '');
    case 'equals':
      return onLabel(filter.key, (value) => value === filter.value);
    case 'regex': {
      const texts = alternatives(filter.pattern);
      return texts && onLabel(filter.key, (value) => texts.has(value));
    }
    default:
      return undefined;
  }
}

/** Whether a key means a label, not another field of uploads. */
export function isLabel(key: string): boolean {
  return !otherFields.has(key);
}

function onLabel(key: string, holds: (value: string) => boolean): ((labels: Labels) => boolean) | undefined {
  return isLabel(key) ? (labels) => holds(labels.get(key) ?? '') : undefined;
}

/** The texts that a pattern like `a|b\.c` means, as variables write several values; undefined = it is more than that. */
function alternatives(pattern: string): Set<string> | undefined {
  const inner = /^\((?!\?)([^()]*)\)$/.exec(pattern)?.[1] ?? pattern;
  const isPlain = /^(?:[\w\s/:,@%~"'<>&;=!#-]|\\[^\w\s]|\|)*$/.test(inner);
  return isPlain ? new Set(inner.split('|').map((text) => text.replace(/\\(.)/g, '$1'))) : undefined;
}

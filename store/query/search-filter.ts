import { parseFilter } from '../../src/model/filter-grammar';
import { everyProfile, type ProfileFilter, type WildText } from '../../src/model/profile-filter';

/** The search as a filter, without the terms whose value is a variable that nobody filled in; `isFilled` says which are. */
export function searchFilter(search: string, isFilled: (value: string) => boolean): ProfileFilter {
  return filledTerms(parseFilter(withPlainVariables(search)), isFilled) ?? everyProfile;
}

/** `[[env:regex]]` and `${env:regex}` → `${env}`: brackets and colons mean something else in a search. */
function withPlainVariables(search: string): string {
  return search
    .replace(/\[\[(\w+)(?::[^\]]*)?\]\]/g, (_, name: string) => `\${${name}}`)
    .replace(/\$\{(\w+)[^}]*\}/g, (_, name: string) => `\${${name}}`);
}

function filledTerms(filter: ProfileFilter, isFilled: (value: string) => boolean): ProfileFilter | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const terms = filter.terms.flatMap((term) => filledTerms(term, isFilled) ?? []);
      return terms.length === 0 ? undefined : { ...filter, terms };
    }
    case 'not': {
      const term = filledTerms(filter.term, isFilled);
      return term && { ...filter, term };
    }
    case 'text':
      return textIsFilled(filter.text, isFilled) ? filter : undefined;
    case 'like':
      return textIsFilled(filter.pattern, isFilled) ? filter : undefined;
    case 'equals':
      return filter.value !== '$__all' && isFilled(filter.value) ? filter : undefined;
    default:
      return filter;
  }
}

function textIsFilled(text: WildText, isFilled: (value: string) => boolean): boolean {
  return text.every((part) => !('text' in part) || (part.text !== '$__all' && isFilled(part.text)));
}

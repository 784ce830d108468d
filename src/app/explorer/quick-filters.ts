import { allOf, filterTerm } from '../../ui/filter-text';
import { type ExplorerState, type QuickFilter } from './url-state';

/** The text that the store gets: every quick filter and the search text. */
export function filterText({ filters, text }: Pick<ExplorerState, 'filters' | 'text'>): string {
  const terms = filters.map(({ key, values, exclude }) => filterTerm(key, values, exclude));
  const search = text.trim();
  return allOf([...terms, terms.length > 0 && search !== '' ? `(${search})` : search]);
}

export function findFilter(filters: readonly QuickFilter[], key: string, exclude: boolean): QuickFilter | undefined {
  return filters.find((filter) => filter.key === key && filter.exclude === exclude);
}

/** All values checked = no filter; a filter on a field either includes or excludes. */
export function isChecked(filters: readonly QuickFilter[], key: string, value: string): boolean {
  const included = findFilter(filters, key, false);
  return included ? included.values.includes(value) : !findFilter(filters, key, true)?.values.includes(value);
}

function replaceField(filters: readonly QuickFilter[], key: string, next: QuickFilter | undefined): QuickFilter[] {
  const others = filters.filter((filter) => filter.key !== key);
  return next && next.values.length > 0 ? [...others, next] : others;
}

const without = (values: readonly string[], value: string) => values.filter((other) => other !== value);

/** Clicking a checkbox: unchecking excludes, as long as nothing is included; checking adds back. */
export function toggleValue(filters: readonly QuickFilter[], key: string, value: string): QuickFilter[] {
  const included = findFilter(filters, key, false);
  const current = included ?? findFilter(filters, key, true) ?? { key, values: [], exclude: true };
  const values = current.values.includes(value) ? without(current.values, value) : [...current.values, value];
  return replaceField(filters, key, { ...current, values });
}

/** Only this value; a second click restores all. */
export function onlyValue(filters: readonly QuickFilter[], key: string, value: string): QuickFilter[] {
  const included = findFilter(filters, key, false);
  const isOnly = included?.values.length === 1 && included.values[0] === value;
  return replaceField(filters, key, isOnly ? undefined : { key, values: [value], exclude: false });
}

export function excludeValue(filters: readonly QuickFilter[], key: string, value: string): QuickFilter[] {
  const excluded = findFilter(filters, key, true)?.values ?? [];
  return replaceField(filters, key, { key, values: [...without(excluded, value), value], exclude: true });
}

export function clearField(filters: readonly QuickFilter[], key: string): QuickFilter[] {
  return replaceField(filters, key, undefined);
}

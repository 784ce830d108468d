import { changeSearch } from '../location';

/** What panels let the user pick; each is a URL parameter `var-<name>`, as on dashboards. */
export const selectable = ['method', 'thread'] as const;
export type Selectable = (typeof selectable)[number];
export type Selection = Record<Selectable, string[]>;

const all = '$__all';

/** Grafana writes "nothing picked" as All in several spellings. */
export function readSelection(params: URLSearchParams): Selection {
  const values = (name: Selectable) =>
    params.getAll(`var-${name}`).filter((value) => value !== '' && value !== all && value !== 'All');
  return { method: values('method'), thread: values('thread') };
}

export function isEmpty(selection: Selection): boolean {
  return selectable.every((name) => selection[name].length === 0);
}

export function clearSelection(): void {
  changeSearch(Object.fromEntries(selectable.map((name) => [`var-${name}`, null])));
}

export function removeFromSelection(selection: Selection, name: Selectable, value: string): void {
  changeSearch({ [`var-${name}`]: selection[name].filter((other) => other !== value) });
}

/** A name for a view of the explorer: its address without the host. */
export interface SavedView {
  name: string;
  search: string;
}

/** What Grafana keeps for a user, in its database or in the browser. */
export interface UserStorage {
  getItem: (key: string) => Promise<string | null>;
  setItem: (key: string, value: string) => Promise<void>;
}

const key = 'explorer-views';

function isView(value: unknown): value is SavedView {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'name') === 'string' &&
    typeof Reflect.get(value, 'search') === 'string'
  );
}

/** What is there and can be read; the rest is from another version and left out. */
export function readViews(text: string | null): SavedView[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(found) ? found.filter(isView) : [];
  } catch {
    return [];
  }
}

export async function loadViews(storage: UserStorage): Promise<SavedView[]> {
  return readViews(await storage.getItem(key));
}

export function storeViews(storage: UserStorage, views: readonly SavedView[]): Promise<void> {
  return storage.setItem(key, JSON.stringify(views));
}

/** A view of that name takes the place of the old one; names are in order. */
export function withView(views: readonly SavedView[], added: SavedView): SavedView[] {
  return [...withoutView(views, added.name), added].sort((a, b) => a.name.localeCompare(b.name));
}

export function withoutView(views: readonly SavedView[], name: string): SavedView[] {
  return views.filter((view) => view.name !== name);
}

/** What is part of a view: not the open profile and what is chosen in it, nor what is ticked. */
const viewParams = [
  'ds',
  'from',
  'to',
  'q',
  'f',
  'service',
  'col',
  'facet',
  'by',
  'sort',
  'span',
  'edit',
  'live',
  'refresh',
];

/** The view in the address; a range that follows now goes on following, a fixed one stays fixed. */
export function viewSearch(params: URLSearchParams): string {
  const kept = [...params].filter(([name]) => viewParams.includes(name));
  return new URLSearchParams(kept).toString();
}

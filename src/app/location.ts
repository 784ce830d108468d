import { locationService } from '@grafana/runtime';
import { useSyncExternalStore } from 'react';

const subscribe = (changed: () => void) => locationService.getHistory().listen(changed);
const current = () => locationService.getLocation();

/** The search parameters of this moment, for event handlers. */
export function currentSearch(): URLSearchParams {
  return new URLSearchParams(locationService.getLocation().search);
}

/** The browser's location; components that use it follow every navigation. */
export function useLocation() {
  return useSyncExternalStore(subscribe, current);
}

export function useSearchParams(): URLSearchParams {
  return new URLSearchParams(useLocation().search);
}

/** Goes to a path of `routes.ts`. */
export function openPage(path: string): void {
  locationService.push(path);
}

/**
 * Changes some search parameters and keeps the others; null or an empty list removes one. Not Grafana's `partial`,
 * which turns the texts "true" and "false" into something else.
 */
export function changeSearch(changes: Record<string, string | readonly string[] | null>, replace = false): void {
  const location = locationService.getLocation();
  const params = currentSearch();
  for (const [key, value] of Object.entries(changes)) {
    params.delete(key);
    for (const item of value === null ? [] : [value].flat()) {
      params.append(key, item);
    }
  }
  // Some controls of Grafana report a change again at every render; without this they would navigate for ever.
  if (params.toString() === currentSearch().toString()) {
    return;
  }
  const next = { pathname: location.pathname, search: params.toString() };
  if (replace) {
    locationService.getHistory().replace(next);
  } else {
    locationService.getHistory().push(next);
  }
}

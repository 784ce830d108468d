import { locationUtil } from '@grafana/data';
import { appRoot } from '../api/frames';

export type Route = { page: 'explore' } | { page: 'profile'; id: string } | { page: 'trace' } | { page: 'unknown' };

type Search = Record<string, string | string[] | undefined>;

/** The page of a path; the app's bare root is the explorer. */
export function routeOf(pathname: string): Route {
  const inside = pathname.slice(pathname.indexOf(appRoot) + appRoot.length);
  const [first = '', second = ''] = inside.split('/').filter((part) => part !== '');
  if (first === '' || first === 'explore') {
    return { page: 'explore' };
  }
  if (first === 'trace') {
    return { page: 'trace' };
  }
  return first === 'profile' && second !== ''
    ? { page: 'profile', id: decodeURIComponent(second) }
    : { page: 'unknown' };
}

export function searchText(search: Search): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const item of value === undefined ? [] : [value].flat()) {
      params.append(key, item);
    }
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Paths as Grafana's router knows them (without a sub-path). */
export const explorePath = (search: Search = {}) => `${appRoot}/explore${searchText(search)}`;
export const profilePath = (id: string, search: Search = {}) =>
  `${appRoot}/profile/${encodeURIComponent(id)}${searchText(search)}`;

export const tracePath = (search: Search = {}) => `${appRoot}/trace${searchText(search)}`;

/** The path as it must stand in an `href`, where Grafana runs under a sub-path. */
export const hrefOf = (path: string) => locationUtil.assureBaseUrl(path);

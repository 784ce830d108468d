import { locationUtil } from '@grafana/data';
import { appRoot } from '../api/frames';

const plainPages = ['explore', 'compare', 'merge', 'trace'] as const;

export type Route = { page: (typeof plainPages)[number] | 'unknown' } | { page: 'profile'; id: string };

type Search = Record<string, string | string[] | undefined>;

/** The page of a path; the app's bare root is the explorer. */
export function routeOf(pathname: string): Route {
  const inside = pathname.slice(pathname.indexOf(appRoot) + appRoot.length);
  const [first = '', second = ''] = inside.split('/').filter((part) => part !== '');
  if (first === 'profile' && second !== '') {
    return { page: 'profile', id: decodeURIComponent(second) };
  }
  const page = first === '' ? 'explore' : plainPages.find((name) => name === first);
  return { page: page ?? 'unknown' };
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

/** Two uploads, or one and what it is held against, side by side. */
export const comparePath = (search: Search = {}) => `${appRoot}/compare${searchText(search)}`;

/** Several uploads as one profile. */
export const mergePath = (search: Search = {}) => `${appRoot}/merge${searchText(search)}`;

/** The path as it must stand in an `href`, where Grafana runs under a sub-path. */
export const hrefOf = (path: string) => locationUtil.assureBaseUrl(path);

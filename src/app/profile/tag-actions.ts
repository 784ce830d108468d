import { type ProfileDetail } from '../../api/resources';
import { clearField, excludeValue } from '../explorer/quick-filters';
import { type ExplorerState, defaultState } from '../explorer/url-state';

export interface Tag {
  key: string;
  value: string;
}

/** What a profile says about itself, in the order of names; the service and the client's own labels. */
export function tagsOf({ service, labels }: Pick<ProfileDetail, 'service' | 'labels'>): Tag[] {
  const all = { ...labels, ...(service !== '' && { service }) };
  return Object.entries(all)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => a.key.localeCompare(b.key));
}

export function findTags(tags: readonly Tag[], text: string): Tag[] {
  const wanted = text.trim().toLowerCase();
  return tags.filter(({ key, value }) => `${key}:${value}`.toLowerCase().includes(wanted));
}

export type TagAction = 'filter' | 'exclude' | 'column' | 'group';

/** Columns that are always there. */
const ownColumns = ['service', 'env', 'version', 'host', 'language', 'runtime'];

/** The list's view after an action on a tag of one of its profiles. */
export function afterAction(state: ExplorerState, { key, value }: Tag, action: TagAction): ExplorerState {
  switch (action) {
    case 'filter':
      return { ...state, filters: [...clearField(state.filters, key), { key, values: [value], exclude: false }] };
    case 'exclude':
      return { ...state, filters: excludeValue(state.filters, key, value) };
    case 'column':
      return state.columns.includes(key) || ownColumns.includes(key)
        ? state
        : { ...state, columns: [...state.columns, key] };
    case 'group':
      return { ...state, by: key };
  }
}

const marginMs = 15 * 60_000;

/** The list around a profile, for actions on a page that came from none. */
export function listAround({ start, end }: Pick<ProfileDetail, 'start' | 'end'>): ExplorerState {
  return { ...defaultState, from: String(start - marginMs), to: String(end + marginMs) };
}

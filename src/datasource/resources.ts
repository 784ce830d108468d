import { type TimeRange } from '@grafana/data';
import {
  type DimensionsAnswer,
  type LabelValuesAnswer,
  type LabelsAnswer,
  type ProfileTypesAnswer,
  type SuggestAnswer,
} from '../api/resources';

/** What editors, variables and ad hoc filters ask the store for. */
export interface ResourceScope {
  range?: TimeRange;
  selector?: string;
  profileType?: string;
}

type Params = Record<string, string | number>;
export type GetResource = <T>(path: string, params?: Params) => Promise<T>;

function scopeParams({ range, selector, profileType }: ResourceScope): Params {
  return {
    ...(range && { from: range.from.valueOf(), to: range.to.valueOf() }),
    ...(selector && { selector }),
    ...(profileType && { profileType }),
  };
}

/** Calls to the store's resource routes, through the datasource's backend. */
export class Resources {
  constructor(private readonly get: GetResource) {}

  profileTypes(scope: ResourceScope) {
    return this.get<ProfileTypesAnswer>('profile-types', scopeParams(scope)).then((answer) => answer.profileTypes);
  }

  labels(scope: ResourceScope) {
    return this.get<LabelsAnswer>('labels', scopeParams(scope)).then((answer) => answer.labels);
  }

  labelValues(label: string, scope: ResourceScope, more: { match?: string; limit?: number } = {}) {
    const path = `labels/${encodeURIComponent(label)}/values`;
    const params = {
      ...scopeParams(scope),
      ...(more.match && { match: more.match }),
      ...(more.limit && { limit: more.limit }),
    };
    return this.get<LabelValuesAnswer>(path, params).then((answer) => answer.values);
  }

  dimensions(scope: ResourceScope) {
    return this.get<DimensionsAnswer>('dimensions', scopeParams(scope)).then((answer) => answer.dimensions);
  }

  suggest(text: string, scope: ResourceScope, more: { dimension?: string; limit?: number } = {}) {
    const params = { ...scopeParams(scope), text, dimension: more.dimension ?? 'method', limit: more.limit ?? 50 };
    return this.get<SuggestAnswer>('suggest', params).then((answer) => answer.suggestions);
  }
}

import type { QueryContext } from '../context';
import { planUploads } from '../plan';
import { restrictionsOf } from '../prepare';
import type { SampleQuestion } from '../sample-question';
import { resolveType } from '../resolve-type';
import type { ResourceQuery } from './resource-query';

/** Samples of the range, selector and profile type in a query string: those a flame graph of the same would show. */
export async function askedSamples(context: QueryContext, query: ResourceQuery): Promise<SampleQuestion> {
  const restrictions = restrictionsOf({ refId: '', selector: query.selector });
  const time = { fromMs: query.fromMs, toMs: query.toMs };
  const profileType = await resolveType(context, query.profileType || undefined, restrictions, time, []);
  const uploads = await planUploads(context, restrictions, time, profileType);
  return { uploads, profileType, restrictions, averaged: true };
}

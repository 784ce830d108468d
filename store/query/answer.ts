import type { FrameJson, QueryType } from '../../src/api/query';
import { HotspanError } from '../errors';
import { answerAnnotations } from './answers/annotations';
import { answerDimension } from './answers/dimension';
import { answerFacets } from './answers/facets';
import { answerHistogram } from './answers/histogram';
import { answerHotspots } from './answers/hotspots';
import { answerMetrics } from './answers/metrics';
import { answerProfile } from './answers/profile';
import { answerProfiles } from './answers/profiles';
import { answerRequests } from './answers/requests';
import { answerRuntime } from './answers/runtime';
import type { QueryContext, QueryTime } from './context';
import type { ParsedQuery } from './request';

/** Frames of one query. */
export async function answerQuery(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const frames = await framesOf(context, query, time);
  return frames.map((frame) => ({ ...frame, schema: { refId: query.refId, ...frame.schema } }));
}

/** Tables whose rows have texts and several numbers: Grafana could only say that it understands none of them. */
const tables: readonly QueryType[] = ['profiles', 'requests', 'runtime', 'annotations'];

async function framesOf(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const { queryType = 'profile' } = query;
  if (context.forAlert && tables.includes(queryType)) {
    throw new HotspanError('bad_query', `queryType: ${queryType} has no number to alert on; use dimension or metrics`);
  }
  switch (queryType) {
    case 'profile':
      return answerProfile(context, query, time);
    case 'dimension':
      return answerDimension(context, query, time);
    case 'metrics':
      return answerMetrics(context, query, time);
    case 'profiles':
      return answerProfiles(context, query, time);
    case 'histogram':
      return answerHistogram(context, query, time);
    case 'facets':
      return answerFacets(context, query, time);
    case 'runtime':
      return answerRuntime(context, query, time);
    case 'requests':
      return answerRequests(context, query, time);
    case 'hotspots':
      return answerHotspots(context, query, time);
    case 'annotations':
      return answerAnnotations(context, query, time);
    case 'both':
      return [...(await answerProfile(context, query, time)), ...(await answerMetrics(context, query, time))];
  }
}

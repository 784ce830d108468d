import type { FrameJson } from '../../src/api/query';
import { answerDimension } from './answers/dimension';
import { answerMetrics } from './answers/metrics';
import { answerProfile } from './answers/profile';
import { answerProfiles } from './answers/profiles';
import type { QueryContext, QueryTime } from './context';
import type { ParsedQuery } from './request';

/** Frames of one query. */
export async function answerQuery(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const frames = await framesOf(context, query, time);
  return frames.map((frame) => ({ ...frame, schema: { refId: query.refId, ...frame.schema } }));
}

async function framesOf(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  switch (query.queryType ?? 'profile') {
    case 'profile':
      return answerProfile(context, query, time);
    case 'dimension':
      return answerDimension(context, query, time);
    case 'metrics':
      return answerMetrics(context, query, time);
    case 'profiles':
      return answerProfiles(context, query, time);
    case 'both':
      return [...(await answerProfile(context, query, time)), ...(await answerMetrics(context, query, time))];
    default:
      throw new Error('not yet');
  }
}

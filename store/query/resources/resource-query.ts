import { z } from 'zod';
import type { FastifyRequest } from 'fastify';
import { selectorFilter } from '../../../src/model/selector';
import { HotspanError } from '../../errors';
import type { Notice } from '../notices';
import { filledMatchers, matchersOf } from '../prepare';
import { checkRange } from '../request';
import type { UploadScope } from '../sql/upload-scope';

const hourMs = 3600_000;

const number = z.coerce.number().int().min(0).max(8.64e15);

/** Query strings of the routes that tell what there is: range and selector, default the last hour. */
const schema = z.object({
  from: number.optional(),
  to: number.optional(),
  selector: z.string().max(20_000).optional(),
  profileType: z.string().max(1000).optional(),
  match: z.string().max(1000).default(''),
  text: z.string().max(1000).default(''),
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
  dimension: z.string().max(100).optional(),
});

export interface ResourceQuery extends z.infer<typeof schema> {
  readonly fromMs: number;
  readonly toMs: number;
}

export function readResourceQuery(request: FastifyRequest): ResourceQuery {
  const parsed = schema.safeParse(request.query);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new HotspanError('bad_request', issues.join('; '));
  }
  const toMs = parsed.data.to ?? Date.now();
  const fromMs = parsed.data.from ?? toMs - hourMs;
  checkRange(fromMs, toMs);
  return { ...parsed.data, fromMs, toMs };
}

/** Uploads of the caller that overlap the range and fit the selector, unreadable ones too. `strict`: every variable has a value. */
export function resourceScope(request: FastifyRequest, query: ResourceQuery, strict = false): UploadScope {
  const notices: Notice[] = [];
  const matchers = filledMatchers(matchersOf(query.selector), notices);
  if (strict && notices.length > 0) {
    throw new HotspanError('bad_selector', `selector: ${notices[0].text}`);
  }
  return {
    tenant: request.caller.tenant,
    filter: selectorFilter(matchers),
    window: { kind: 'overlaps', fromMs: query.fromMs, toMs: query.toMs },
    readableOnly: false,
  };
}

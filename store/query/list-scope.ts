import { scopeOf, widestWindow } from './choose-uploads';
import type { QueryContext, QueryTime } from './context';
import type { Restrictions } from './prepare';
import type { UploadScope } from './sql/upload-scope';

/** Uploads that lists and counts are about: those that start in the range, unreadable ones too; with ids, those around it. */
export function listScope(context: QueryContext, restrictions: Restrictions, time: QueryTime): UploadScope {
  const ids = restrictions.profileIds !== undefined || restrictions.spans !== undefined;
  const window = ids
    ? widestWindow(restrictions, time)
    : ({ kind: 'starts', fromMs: time.fromMs, toMs: time.toMs } as const);
  return { ...scopeOf(context.tenant, restrictions, window), readableOnly: false };
}

import type { Columns, Statement } from '../engines/engine';
import { scopeOf, widestWindow } from './choose-uploads';
import type { QueryContext, QueryTime } from './context';
import { inMergedScope, needsAllParts } from './merged-scope';
import type { Restrictions } from './prepare';
import { limits } from './request';
import type { UploadScope } from './sql/upload-scope';

/** Profiles that lists and counts are about: those that start in the range, unreadable ones too; with ids, those around it. */
export function listScope(context: QueryContext, restrictions: Restrictions, time: QueryTime): UploadScope {
  const ids = restrictions.profileIds !== undefined || restrictions.spans !== undefined;
  const window = ids
    ? widestWindow(restrictions, time)
    : ({ kind: 'starts', fromMs: time.fromMs, toMs: time.toMs } as const);
  return { ...scopeOf(context.tenant, restrictions, window), readableOnly: false };
}

/** Asks about profiles of a scope, one row each. */
export async function selectProfiles(
  context: QueryContext,
  scope: UploadScope,
  statement: (scope: UploadScope) => Statement
): Promise<Columns> {
  const read = (of: UploadScope) =>
    context.engine.select(statement(of), { signal: context.signal, maxRows: limits.rows });
  return (await inMergedScope(context, scope, needsAllParts(scope), read)).columns;
}

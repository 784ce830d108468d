import type { Columns } from '../engines/engine';
import type { QueryContext } from './context';
import { partsNearStatement, readsMergedFields } from './sql/part-scope';
import type { UploadScope } from './sql/upload-scope';

/** Whether profiles in or near the scope's window have more than one part. */
export async function partsAreNear(context: QueryContext, scope: UploadScope): Promise<boolean> {
  const columns = await context.engine.select(partsNearStatement(scope), { signal: context.signal });
  return columns.numbers('found')[0] === 1;
}

/** Whether parts of a profile in this scope can't be judged one by one. Labels are the same in all parts. */
export function needsAllParts({ filter, spans, profileIds }: UploadScope): boolean {
  return readsMergedFields(filter) || spans !== undefined || profileIds !== undefined;
}

/**
 * Reads a scope. Where parts must be seen together, it is read as it is while the engine looks for parts, and again only if there are
 * some: who has none waits for nothing.
 */
export async function inMergedScope(
  context: QueryContext,
  scope: UploadScope,
  together: boolean,
  read: (scope: UploadScope) => Promise<Columns>
): Promise<{ readonly scope: UploadScope; readonly columns: Columns }> {
  if (!together) {
    return { scope, columns: await read(scope) };
  }
  const [columns, parts] = await Promise.all([read(scope), partsAreNear(context, scope)]);
  const merged = { ...scope, merged: true };
  return parts ? { scope: merged, columns: await read(merged) } : { scope, columns };
}

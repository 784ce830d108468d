import { HotspanError } from '../../errors';
import type { QueryContext } from '../context';
import { limits } from '../request';
import { deleteStatement, doomedStatement } from '../sql/deletes';
import type { UploadScope } from '../sql/upload-scope';

/** Profiles per statement. */
const chunk = 5000;

/**
 * Deletes the profiles that start in a range and fit a selector, with all their parts. Their rows in `profiles` go first: from then on no question sees
 * them; their samples and spans follow.
 */
export async function deleteProfiles(context: QueryContext, scope: UploadScope): Promise<{ deleted: number }> {
  const columns = await context.engine.select(doomedStatement(scope), { maxRows: limits.rows });
  const profiles = columns.arrays('profiles').flatMap((parts) => Array.from(parts, BigInt));
  for (const table of ['profiles', 'samples', 'profile_spans'] as const) {
    for (let at = 0; at < profiles.length; at += chunk) {
      await context.engine.command(deleteStatement(table, context.tenant, profiles.slice(at, at + chunk)));
    }
  }
  return { deleted: columns.rows };
}

/** A range is needed, so that a forgotten parameter never deletes everything. */
export function checkDelete(query: unknown): void {
  const given = typeof query === 'object' && query !== null ? query : {};
  if (!('from' in given) || !('to' in given) || !('selector' in given)) {
    throw new HotspanError(
      'bad_request',
      'from, to and selector: all three must be given to delete profiles ({} = every service)'
    );
  }
}

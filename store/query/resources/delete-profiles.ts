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

/** All three must be said, so that a forgotten or empty parameter never deletes everything. */
export function checkDelete(query: unknown): void {
  const given = typeof query === 'object' && query !== null ? query : {};
  const missing = ['from', 'to', 'selector'].filter((name) => {
    const value: unknown = Reflect.get(given, name);
    return typeof value !== 'string' || value.trim() === '';
  });
  if (missing.length > 0) {
    throw new HotspanError(
      'bad_request',
      `${missing.join(', ')}: from, to and selector must all be given to delete profiles ({} = every service)`
    );
  }
}

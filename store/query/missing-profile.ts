import type { QueryContext } from './context';
import { info, type Notice } from './notices';
import { readProfile } from './profile-detail';
import { profileDetailStatement } from './sql/profile-detail';
import type { Window } from './sql/window';

/** Why a profile that is named by its id gives nothing: there is none, it lies elsewhere in time, or the filter drops it. */
export async function missingProfile(context: QueryContext, id: string, { fromMs, toMs }: Window): Promise<Notice> {
  const profile = await readProfile(context, profileDetailStatement(context.tenant, id));
  if (profile === undefined) {
    return info(`There is no profile ${id}. It may be older than what is kept, or have been deleted.`);
  }
  const [startMs, endMs] = [profile.startUs / 1000, profile.endUs / 1000];
  return startMs > toMs || endMs < fromMs
    ? info(`The profile ${id} is not in this range: it is of ${new Date(startMs).toISOString()}.`)
    : info(`The profile ${id} does not fit the filter.`);
}

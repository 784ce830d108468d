import {
  compareProfileTypes,
  findProfileTypes,
  isHidden,
  profileTypeOf,
  type ProfileType,
} from '../../src/model/profile-types';
import { isUnresolvedVariable } from '../../src/model/selector';
import { HotspanError } from '../errors';
import { scopeOf, widestWindow } from './choose-uploads';
import type { QueryContext, QueryTime } from './context';
import { info, type Notice } from './notices';
import type { Restrictions } from './prepare';
import type { UploadScope } from './sql/upload-scope';
import { presentTypesStatement } from './sql/uploads';

const fallbackType = 'cpu-time';

/** The profile type that a query means; without one, the first that the uploads carry. */
export async function resolveType(
  context: QueryContext,
  written: string | undefined,
  restrictions: Restrictions,
  time: QueryTime,
  notices: Notice[]
): Promise<ProfileType> {
  const unsaid = written === undefined || isUnresolvedVariable(written) || written === '$__all';
  const sure = unsaid ? [] : findProfileTypes(written, []);
  if (sure.length === 1) {
    return profileTypeOf(sure[0]);
  }
  const present = await presentTypes(context, scopeOf(context.tenant, restrictions, widestWindow(restrictions, time)));
  return unsaid ? firstOf([...present.keys()], written, notices) : oneOf(written, [...present.keys()]);
}

/** Those that pickers offer, in their order. */
const offeredOf = (present: readonly string[]) =>
  present.filter((id) => !isHidden(id, present)).sort(compareProfileTypes);

function firstOf(present: readonly string[], written: string | undefined, notices: Notice[]): ProfileType {
  const type = profileTypeOf(offeredOf(present)[0] ?? fallbackType);
  const why = written === undefined ? 'No profile type was asked for' : `The variable ${written} has no value here`;
  notices.push(info(`${why}: this is ${type.name}.`));
  return type;
}

function oneOf(written: string, present: readonly string[]): ProfileType {
  const found = findProfileTypes(written, present);
  if (found.length === 1) {
    return profileTypeOf(found[0]);
  }
  if (found.length > 1) {
    throw new HotspanError('ambiguous_profile_type', `profileType: "${written}" may mean ${found.join(', ')}`);
  }
  const there =
    present.length === 0 ? 'no uploads are in this range' : `the uploads here carry ${offeredOf(present).join(', ')}`;
  throw new HotspanError('unknown_profile_type', `profileType: "${written}" is not known; ${there}`);
}

/** Ids of the types that uploads of a scope carry, with the number of uploads. */
export async function presentTypes(context: QueryContext, scope: UploadScope): Promise<Map<string, number>> {
  const columns = await context.engine.select(presentTypesStatement(scope), { signal: context.signal });
  const uploads = columns.numbers('uploads');
  return new Map(columns.strings('type').map((type, at) => [type, uploads[at]]));
}

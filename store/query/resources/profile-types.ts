import type { ProfileTypesAnswer } from '../../../src/api/resources';
import { compareProfileTypes, isHidden, profileTypeOf } from '../../../src/model/profile-types';
import type { QueryContext } from '../context';
import { presentTypes } from '../resolve-type';
import type { UploadScope } from '../sql/upload-scope';

/** Types that uploads of the scope carry, in display order. */
export async function answerProfileTypes(context: QueryContext, scope: UploadScope): Promise<ProfileTypesAnswer> {
  const present = await presentTypes(context, scope);
  const ids = [...present.keys()].sort(compareProfileTypes);
  const profileTypes = ids.map((id) => {
    const { name, unit, merge } = profileTypeOf(id);
    return { id, name, unit, merge, hidden: isHidden(id, ids), profiles: present.get(id) ?? 0 };
  });
  return { profileTypes };
}

import { type ProfileDetail } from '../../api/resources';

/** The wanted type when the profile has it, else the first that has samples. */
export function pickType({ profileTypes }: Pick<ProfileDetail, 'profileTypes'>, wanted: string | null): string {
  const found = profileTypes.find(({ id, name }) => id === wanted || name === wanted);
  return (found ?? profileTypes.find(({ total }) => total !== 0) ?? profileTypes[0])?.id ?? '';
}

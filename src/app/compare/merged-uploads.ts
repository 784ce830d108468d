import { type ProfileDetail } from '../../api/resources';
import { filterTerm } from '../../ui/filter-text';

/** Uploads that are found by a search in a time. */
export interface MergedUploads {
  filter: string;
  fromMs: number;
  toMs: number;
}

/** The search that finds just these uploads; parts of a profile start within its window. */
export function mergedUploads(uploads: ReadonlyArray<Pick<ProfileDetail, 'id' | 'start' | 'end'>>): MergedUploads {
  return {
    filter: filterTerm(
      'id',
      uploads.map(({ id }) => id)
    ),
    fromMs: Math.min(...uploads.map(({ start }) => start)),
    toMs: Math.max(...uploads.map(({ start, end }) => Math.max(end, start + 1))),
  };
}

/** Types of any of them; what a merged total is (a sum or an average) the store knows. */
export function mergedTypes(
  uploads: ReadonlyArray<Pick<ProfileDetail, 'profileTypes'>>
): ProfileDetail['profileTypes'] {
  const types = new Map<string, ProfileDetail['profileTypes'][number]>();
  for (const type of uploads.flatMap(({ profileTypes }) => profileTypes)) {
    const known = types.get(type.id);
    types.set(type.id, {
      ...type,
      samples: (known?.samples ?? 0) + type.samples,
      total: (known?.total ?? 0) + type.total,
    });
  }
  return [...types.values()];
}

import { type ProfileDetail } from '../../api/resources';
import { writeSelector } from '../../ui/selector';

/** What an upload is held against: another one, or what its service sent at another time. */
export const baselines = [
  { id: 'previous', label: 'Previous upload of this process' },
  { id: 'hour', label: 'Its service, the hour before' },
  { id: 'yesterday', label: 'Its service, this time yesterday' },
  { id: 'week', label: 'Its service, this time a week ago' },
] as const;
export type BaselineId = (typeof baselines)[number]['id'];

export function baselineOf(text: string | null): BaselineId | undefined {
  return baselines.find(({ id }) => id === text)?.id;
}

/** The left side of a comparison as fields of a query, and the time that it is about. */
export interface LeftSide {
  profileId?: string;
  selector?: string;
  fromMs: number;
  toMs: number;
}

const hourMs = 3_600_000;
const agoMs = { yesterday: 24 * hourMs, week: 7 * 24 * hourMs };

/** All uploads of the service and environment, so that one quiet process does not stand for them. */
function serviceSelector({ service, labels }: Pick<ProfileDetail, 'service' | 'labels'>): string {
  const names = [['service', service], ...(labels.env ? [['env', labels.env]] : [])];
  return writeSelector(names.map(([label, value]) => ({ label, operator: '=', value })));
}

export function uploadSide({ id, start, end }: Pick<ProfileDetail, 'id' | 'start' | 'end'>): LeftSide {
  return { profileId: id, fromMs: start, toMs: Math.max(end, start + 1) };
}

/** What the service sent then; half an hour to both sides, as one minute of a day has little to say. */
export function serviceSide(detail: ProfileDetail, baseline: Exclude<BaselineId, 'previous'>): LeftSide {
  const selector = serviceSelector(detail);
  if (baseline === 'hour') {
    return { selector, fromMs: detail.start - hourMs, toMs: detail.start };
  }
  const middle = (detail.start + detail.end) / 2 - agoMs[baseline];
  return { selector, fromMs: Math.round(middle - hourMs / 2), toMs: Math.round(middle + hourMs / 2) };
}

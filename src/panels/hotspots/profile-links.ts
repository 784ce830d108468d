import { locationUtil, type PanelData } from '@grafana/data';
import { appRoot, type HotspotsCustom } from '../../api/frames';

export interface ProfileLink {
  readonly href: string;
  /** Service and start of the upload. */
  readonly text: string;
}

/** The profile page of every upload that holds the span, with the span and the type kept. */
export function profileLinks(
  { uploads, spanIds, profileType, spanScope }: HotspotsCustom,
  { request }: PanelData
): ProfileLink[] {
  const uid = request?.targets[0]?.datasource?.uid;
  return uploads.map(({ profileId, service, start }) => {
    const search = new URLSearchParams({ tab: 'performance', type: profileType });
    if (uid !== undefined) {
      search.set('ds', uid);
    }
    if (spanIds.length > 0 && spanScope !== 'time') {
      search.set('span', spanIds[0]);
    }
    const href = locationUtil.assureBaseUrl(`${appRoot}/profile/${encodeURIComponent(profileId)}?${search.toString()}`);
    return { href, text: `${service} ${new Date(start).toISOString().slice(0, 19).replace('T', ' ')} UTC` };
  });
}

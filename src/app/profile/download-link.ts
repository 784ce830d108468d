import { config } from '@grafana/runtime';

/** The upload as it came, through the datasource; a target keeps Grafana's router away from the click. */
export function downloadHref(uid: string, id: string): string {
  return `${config.appSubUrl}/api/datasources/uid/${encodeURIComponent(uid)}/resources/profiles/${encodeURIComponent(id)}/raw`;
}

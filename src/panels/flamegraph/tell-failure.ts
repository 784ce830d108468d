import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';

export function tellFailure(what: string, error: unknown) {
  const reason = error instanceof Error ? error.message : String(error);
  getAppEvents().publish({ type: AppEvents.alertError.name, payload: [what, reason] });
}

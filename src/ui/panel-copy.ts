import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';

/** Puts text on the clipboard and says so. Without the clipboard API (plain http) a hidden text area does it. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await writeClipboard(text);
    getAppEvents().publish({ type: AppEvents.alertSuccess.name, payload: [`${what} copied`] });
  } catch {
    getAppEvents().publish({ type: AppEvents.alertError.name, payload: [`${what} could not be copied`] });
  }
}

async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text);
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  // The only way to the clipboard on pages without TLS.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const done = document.execCommand('copy');
  area.remove();
  if (!done) {
    throw new Error('no clipboard');
  }
}

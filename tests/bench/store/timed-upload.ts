import { acceptedId } from '../../integration/form';
import { untilInserted, type RunningStore } from '../../integration/start-store';
import { askQuery, rowsOf } from '../../integration/store-client';
import type { FolderContent } from '../generator/fill-folder';
import { mixedClients } from './load';

const recordedService = 'service:demo-python,';

/**
 * Sends one recorded upload as the big service's: filled folders have no raw uploads, and call order is read from those. Returns its span
 * with the most samples.
 */
export async function sendTimedUpload(store: RunningStore, { dayService, endMs }: FolderContent): Promise<string> {
  const [recording] = mixedClients();
  const startMs = endMs - 30 * 60_000;
  const { path, body } = recording.at(startMs);
  const text = body.toString('latin1').replace(recordedService, `service:${dayService},`);
  const answer = await fetch(`${store.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': recording.contentType },
    body: Buffer.from(text, 'latin1'),
  });
  const profileId = await acceptedId(answer);
  await untilInserted(store);
  const query = { queryType: 'requests', profileType: 'wall-time', profileId, limit: 1000 };
  const [frame] = await askQuery(store.url, query, { from: startMs - 60_000, to: startMs + 60_000 });
  const requests = rowsOf(frame);
  const most = requests.reduce((best, next) => (Number(next.samples) > Number(best.samples) ? next : best));
  const spanId = String(most.spanId);
  await expectCallOrder(store, dayService, spanId, endMs);
  return spanId;
}

/** Without a raw upload the store answers by value, which is another question. */
async function expectCallOrder(store: RunningStore, service: string, spanId: string, endMs: number): Promise<void> {
  const query = { queryType: 'hotspots', selector: `{service="${service}"}`, spanId: [spanId], order: 'time' } as const;
  const [frame] = await askQuery(store.url, query, { from: endMs - 24 * 3_600_000, to: endMs });
  const { order } = { ...frame.schema.meta?.custom };
  if (order !== 'time') {
    throw new Error(
      `span ${spanId} is answered in the order ${String(order)}, not in call order; its upload is not read`
    );
  }
}

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Playwright's global setup: a store with recorded uploads and the test host on it, ended when the tests are over. */
export default async function stage(): Promise<(() => Promise<void>) | void> {
  if (process.env.GRAFANA_URL) {
    process.env.BASE_URL = process.env.GRAFANA_URL;
    return;
  }
  const { startHost, startStore } = await import('../../scripts/stage.mjs');
  const { sendDemoData } = await import('../../scripts/demo-data.mjs');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-e2e-'));
  const store = await startStore({ dataDir: path.join(folder, 'data'), logFile: path.join(folder, 'store.log') });
  await sendDemoData({ url: store.url, minutes: 5 });
  const host = await startHost({ storeUrl: store.url, logFile: path.join(folder, 'host.log') });
  process.env.BASE_URL = host.url;
  process.env.STORE_URL = store.url;
  return async () => {
    await host.stop();
    await store.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  };
}

import { type Locator, type Page, expect } from '@playwright/test';

interface StoredSettings {
  uid: string;
  url: string;
  jsonData: Record<string, unknown>;
  secureJsonFields: Record<string, boolean>;
}

/** A datasource whose settings a spec may change. */
export interface EditableDatasource {
  form: Locator;
  /** Of the form, for axe. */
  selector: string;
  save: () => Promise<void>;
  stored: () => Promise<StoredSettings>;
  /** As it was before. */
  restore: () => Promise<void>;
}

/** In Grafana a provisioned datasource can't be edited, so a copy is made; on the host the only one is changed and set back. */
export async function openSettings(page: Page): Promise<EditableDatasource> {
  const { uid, restore } = process.env.GRAFANA_URL ? await copyOf(page) : await keptOf(page);
  await page.goto(`/connections/datasources/edit/${uid}`);
  await expect(page.locator('#hotspan-url')).toBeVisible();
  const selector = process.env.GRAFANA_URL ? 'main form' : '[data-testid="datasource-settings"]';
  return {
    form: page.locator(selector),
    selector,
    save: async () => {
      const tested = page.waitForResponse((answer) => answer.url().endsWith(`${uid}/health`));
      await page.getByRole('button', { name: 'Save & test' }).click();
      await tested;
    },
    stored: async () => (await page.request.get(`/api/datasources/uid/${uid}`)).json(),
    restore,
  };
}

const address = (uid: string) => `/api/datasources/uid/${uid}`;

async function keptOf(page: Page) {
  const uid = 'hotspan';
  const before: StoredSettings = await (await page.request.get(address(uid))).json();
  const restore = async () =>
    expect(
      (await page.request.put(address(uid), { data: { ...before, basicAuth: false, basicAuthUser: '' } })).ok()
    ).toBe(true);
  return { uid, restore };
}

async function copyOf(page: Page) {
  const uid = 'hotspan-settings-spec';
  const { url, type }: StoredSettings & { type: string } = await (await page.request.get(address('hotspan'))).json();
  await page.request.delete(address(uid));
  const data = { uid, name: uid, type, url, access: 'proxy', jsonData: {} };
  expect((await page.request.post('/api/datasources', { data })).ok()).toBe(true);
  const restore = async () => expect((await page.request.delete(address(uid))).ok()).toBe(true);
  return { uid, restore };
}

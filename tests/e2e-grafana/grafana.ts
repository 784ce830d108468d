import { type APIRequestContext, type Locator, type Page, request } from '@playwright/test';
import { expect, test as base } from '../e2e/page';

const user = process.env.GRAFANA_ADMIN_USER ?? 'admin';
const password = process.env.GRAFANA_ADMIN_PASSWORD ?? 'admin';

/** What Grafana itself asks for in vain when an admin opens a dashboard that is not shared. */
const grafanasOwn = /HTTP 404 .*\/api\/dashboards\/uid\/[^/]+\/public-dashboards/;

/** The `test` of specs for a real Grafana: `admin` is its API with all rights, `signIn` makes the page's user the admin. */
export const test = base.extend<{ admin: APIRequestContext; signIn: () => Promise<void> }>({
  admin: async ({}, use) => {
    const admin = await openAdmin();
    await use(admin);
    await admin.dispose();
  },
  signIn: async ({ page, allowProblem }, use) =>
    use(async () => {
      allowProblem(grafanasOwn);
      expect((await page.request.post('/login', { data: { user, password } })).ok()).toBe(true);
    }),
});

export { expect };

/** Grafana's API as the admin; for `beforeAll`, which has no fixtures of a test. */
export function openAdmin(): Promise<APIRequestContext> {
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return request.newContext({
    baseURL: process.env.BASE_URL,
    extraHTTPHeaders: { authorization: `Basic ${credentials}` },
  });
}

/** Address that a provisioned datasource has: that of the store, or of the stand-in for Tempo. */
export async function datasourceUrl(admin: APIRequestContext, uid: string): Promise<string> {
  const answer = await admin.get(`/api/datasources/uid/${uid}`);
  expect(answer.ok(), `the datasource ${uid} is provisioned`).toBe(true);
  return (await answer.json()).url;
}

/** A panel of a dashboard by its title. */
export const panel = (page: Page, title: string): Locator => page.getByTestId(`data-testid Panel header ${title}`);

/** Explore with one pane. */
export function exploreUrl(datasource: string, query: object, range = { from: 'now-1h', to: 'now' }): string {
  const panes = { one: { datasource, queries: [{ refId: 'A', ...query }], range } };
  return `/explore?schemaVersion=1&orgId=1&panes=${encodeURIComponent(JSON.stringify(panes))}`;
}

/** The queries of all panes of Explore, as they stand in the URL. */
export function exploredQueries(page: Page): Array<Record<string, unknown>> {
  const panes: Record<string, { queries: Array<Record<string, unknown>> }> = JSON.parse(
    new URL(page.url()).searchParams.get('panes') ?? '{}'
  );
  return Object.values(panes).flatMap(({ queries }) => queries);
}

/** A name that no other run uses, so that runs on one store don't see each other's uploads. */
export const uniqueService = (name: string) => `${name}-${Date.now().toString(36)}`;

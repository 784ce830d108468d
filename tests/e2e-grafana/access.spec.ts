import http from 'node:http';
import { type AddressInfo } from 'node:net';
import { type APIRequestContext, request } from '@playwright/test';
import { datasourceUrl, expect, openAdmin, panel, test, uniqueService } from './grafana';
import { sendUpload } from '../e2e/uploads';

/** Everybody without rights: a user with the role Viewer and, where Grafana lets one in, somebody without a login. */
const service = uniqueService('access');
const viewer = { login: service, password: `${service}-password` };
let admin: APIRequestContext;
let viewerId: number;

test.beforeAll(async () => {
  admin = await openAdmin();
  await sendUpload(await datasourceUrl(admin, 'hotspan'), 'dd-go-2', { service });
  const created = await admin.post('/api/admin/users', { data: { ...viewer, name: service } });
  expect(created.status(), await created.text()).toBe(200);
  viewerId = (await created.json()).id;
  await expect.poll(() => uploadCount(admin)).toBe(1);
});

test.afterAll(async () => {
  await admin.delete(`/api/admin/users/${viewerId}`);
  await admin.dispose();
});

const asViewer = () =>
  request.newContext({
    baseURL: process.env.BASE_URL,
    extraHTTPHeaders: {
      authorization: `Basic ${Buffer.from(`${viewer.login}:${viewer.password}`).toString('base64')}`,
    },
  });
const asNobody = () => request.newContext({ baseURL: process.env.BASE_URL });

/** Uploads of the service of this spec, as the store lists them. */
async function uploadCount(client: APIRequestContext): Promise<number> {
  const values = await client.get('/api/datasources/uid/hotspan/resources/labels/service/values');
  expect(values.status()).toBe(200);
  const answer: { values: Array<{ value: string; profiles: number }> } = await values.json();
  return answer.values.find(({ value }) => value === service)?.profiles ?? 0;
}

const window = () =>
  `from=${Date.now() - 3_600_000}&to=${Date.now()}&selector=${encodeURIComponent(`{service="${service}"}`)}`;

for (const [who, open] of [
  ['a Viewer', asViewer],
  ['an anonymous visitor', asNobody],
] as const) {
  test(`${who} reads profiles, but reaches neither the proxy nor deletes`, async () => {
    const client = await open();
    const allowed = (await client.get('/api/datasources/uid/hotspan')).status() !== 401;
    test.skip(!allowed, 'this Grafana lets nobody in without a login');
    for (const method of ['get', 'post', 'put', 'delete'] as const) {
      const answer = await client[method]('/api/datasources/proxy/uid/hotspan/api/v1/status');
      expect(answer.status(), `${method} through the proxy`).toBe(403);
    }
    const removed = await client.delete(`/api/datasources/uid/hotspan/resources/profiles?${window()}`);
    expect(removed.status()).toBe(403);
    expect(await uploadCount(client)).toBe(1);
    await client.dispose();
  });
}

test('the token reaches the store and nothing that a browser is given', async ({ page }) => {
  const token = `secret-of-${service}`;
  const seen: Array<string | undefined> = [];
  const store = http.createServer((asked, answer) => {
    seen.push(asked.headers.authorization);
    answer.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((done) => store.listen(0, '127.0.0.1', done));
  const { port } = store.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const settings = { name: service, uid: service, type: 'hotspan-profiling-datasource', access: 'proxy', url };
  const created = await admin.post('/api/datasources', { data: { ...settings, secureJsonData: { token } } });
  expect(created.status(), await created.text()).toBe(200);
  try {
    await admin.get(`/api/datasources/uid/${service}/health`);
    expect(seen).toContain(`Bearer ${token}`);
    const client = await asViewer();
    for (const path of ['/api/frontend/settings', '/api/datasources', `/api/datasources/uid/${service}`, '/']) {
      const answer = await client.get(path);
      expect(await answer.text(), path).not.toContain(token);
    }
    expect(await (await admin.get(`/api/datasources/uid/${service}`)).text()).not.toContain(token);
    await page.goto('/a/hotspan-profiling-app/explore');
    expect(await page.content()).not.toContain(token);
    await client.dispose();
  } finally {
    await admin.delete(`/api/datasources/uid/${service}`);
    store.close();
  }
});

test('a public dashboard draws its panels without its variables', async ({ page, allowProblem }) => {
  // Grafana asks for the variables' values and refuses itself: they are not for public dashboards.
  allowProblem(/HTTP 400 .*\/panels\/undefined\/query|SceneVariableSet updateAndValidate error/);
  const { dashboard } = await (await admin.get('/api/dashboards/uid/hotspan-overview')).json();
  // A public dashboard knows no variables, so it can't choose a datasource by one.
  const copy = JSON.parse(JSON.stringify(dashboard).replaceAll('${ds}', 'hotspan'));
  const published = { ...copy, id: null, uid: service, title: service };
  expect((await admin.post('/api/dashboards/db', { data: { dashboard: published } })).status()).toBe(200);
  try {
    const shared = await admin.post(`/api/dashboards/uid/${service}/public-dashboards`, {
      data: { isEnabled: true, share: 'public' },
    });
    const { accessToken } = await shared.json();
    await page.goto(`/public-dashboards/${accessToken}`);
    await expect(panel(page, 'Methods').getByRole('row').nth(3)).toBeVisible();
    await expect(panel(page, 'Flame graph').getByTestId('flame-graph')).toBeVisible();
    await expect(panel(page, 'Profile type by service').locator('canvas').first()).toBeVisible();
    await expect(panel(page, 'Share of the hottest methods').getByText('time.sleep')).toBeVisible();
  } finally {
    await admin.delete(`/api/dashboards/uid/${service}`);
  }
});

test('an admin deletes the profiles of a selector', async () => {
  const removed = await admin.delete(`/api/datasources/uid/hotspan/resources/profiles?${window()}`);
  expect(removed.status(), await removed.text()).toBe(200);
  await expect.poll(() => uploadCount(admin)).toBe(0);
});

import { type APIRequestContext, type Page } from '@playwright/test';
import { datasourceUrl, expect, openAdmin, panel, test, uniqueService } from './grafana';
import { sendUpload } from '../e2e/uploads';

const service = uniqueService('released');
let admin: APIRequestContext;

test.beforeAll(async () => {
  admin = await openAdmin();
  const storeUrl = await datasourceUrl(admin, 'hotspan');
  await sendUpload(storeUrl, 'dd-go-2', { service, agoMs: 20 * 60_000, tags: { version: '7.0.1' } });
  await sendUpload(storeUrl, 'dd-go-2', { service, agoMs: 10 * 60_000, tags: { version: '7.0.2' } });
});

test.afterAll(async () => {
  await admin.delete(`/api/dashboards/uid/${service}`);
  await admin.dispose();
});

/** Opens the list of a variable on the dashboard and reads its options. */
async function optionsOf(page: Page, variable: string): Promise<string[]> {
  await page
    .getByTestId(`data-testid Dashboard template variables submenu Label ${variable}`)
    .locator('xpath=..')
    .getByRole('combobox')
    .click();
  await expect(page.getByRole('option').nth(1)).toBeVisible();
  return page.getByRole('option').allTextContents();
}

test('a variable lists what the variables before it leave', async ({ page }) => {
  await page.goto('/d/hotspan-overview?var-service=demo-python');
  await expect(panel(page, 'Methods').getByText('time.sleep')).toBeVisible();
  expect(await optionsOf(page, 'Thread')).toContain('fib-cruncher');
  await page.goto('/d/hotspan-overview?var-service=demo-node');
  await expect(panel(page, 'Methods').getByRole('row').nth(3)).toBeVisible();
  expect(await optionsOf(page, 'Thread')).not.toContain('fib-cruncher');
});

test('an ad hoc filter offers labels and their values, and narrows every panel', async ({ page }) => {
  await page.goto('/d/hotspan-overview');
  await expect(panel(page, 'Methods').getByText('time.sleep')).toBeVisible();
  const box = page.getByPlaceholder('Filter by label values');
  await box.click();
  await page.getByRole('option', { name: 'language', exact: true }).click();
  await page.getByRole('option', { name: '=', exact: false }).first().click();
  await page.getByRole('option', { name: 'go', exact: true }).click();
  await expect(page).toHaveURL(/var-Filters=language(%7C|\|)(%3D|=)(%7C|\|)go/);
  await expect(panel(page, 'Methods').getByText('time.sleep')).toHaveCount(0);
  await expect(panel(page, 'Methods').getByText('crypto/internal/fips140/sha256.blockSHANI')).toBeVisible();
  await expect(panel(page, 'Profile type by service').getByText('demo-go')).toBeVisible();
  await expect(panel(page, 'Profile type by service').getByText('demo-python')).toHaveCount(0);
});

test('new versions are annotations on a dashboard', async ({ page }) => {
  const datasource = { type: 'hotspan-profiling-datasource', uid: 'hotspan' };
  const selector = `{service="${service}"}`;
  const dashboard = {
    uid: service,
    title: service,
    schemaVersion: 41,
    time: { from: 'now-30m', to: 'now' },
    annotations: {
      list: [
        {
          name: 'Releases',
          enable: true,
          iconColor: 'red',
          datasource,
          target: { refId: 'Anno', queryType: 'annotations', selector },
        },
      ],
    },
    panels: [
      {
        id: 1,
        title: 'CPU',
        type: 'timeseries',
        gridPos: { x: 0, y: 0, w: 24, h: 12 },
        datasource,
        targets: [{ refId: 'A', datasource, queryType: 'metrics', profileType: 'cpu-time', selector }],
      },
    ],
  };
  const created = await admin.post('/api/dashboards/db', { data: { dashboard } });
  expect(created.status(), await created.text()).toBe(200);
  await page.goto(`/d/${service}`);
  const marker = page.getByTestId('data-testid annotation-marker').last();
  await expect(marker).toBeVisible();
  await marker.hover();
  await expect(page.getByText('First profile of version 7.0.2')).toBeVisible();
});

test('chained variables, a row of panels for each service and an ad hoc filter', async ({ page }) => {
  const env = uniqueService('chained');
  const storeUrl = await datasourceUrl(admin, 'hotspan');
  const [go, python] = [`${env}-go`, `${env}-python`];
  await sendUpload(storeUrl, 'dd-go-2', { service: go, tags: { env, version: '8.0.1' } });
  await sendUpload(storeUrl, 'dd-python-2', { service: python, tags: { env, version: '8.0.2' } });
  const ofGo = 'crypto/internal/fips140/sha256.blockSHANI';
  const ofPython = 'build_report';
  const shares = panel(page, 'Share of the largest rows');
  const dashboard = `/d/hotspan-hotspots?var-env=${env}`;
  await page.setViewportSize({ width: 1600, height: 2400 });

  await page.goto(dashboard);
  await expect(shares).toHaveCount(2);
  await expect(shares.filter({ hasText: ofGo })).toHaveCount(1);
  await expect(shares.filter({ hasText: ofPython })).toHaveCount(1);
  expect((await optionsOf(page, 'Service')).filter((option) => option !== 'All')).toEqual([go, python]);

  await page.goto(`${dashboard}&var-service=${go}`);
  await expect(shares).toHaveCount(1);
  await expect(shares.getByText(ofGo)).toBeVisible();
  expect((await optionsOf(page, 'Version')).filter((option) => option !== 'All')).toEqual(['8.0.1']);

  await page.goto(`${dashboard}&var-Filters=${encodeURIComponent('language|=|go')}`);
  await expect(shares.filter({ hasText: ofGo })).toHaveCount(1);
  await expect(panel(page, 'Rows now').getByText(ofGo)).toBeVisible();
  await expect(shares.filter({ hasText: ofPython })).toHaveCount(0);
  await expect(panel(page, 'Rows now').getByText(ofPython)).toHaveCount(0);
});

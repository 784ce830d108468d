import { type Page } from '@playwright/test';
import { valueBySpan, sendUpload } from './uploads';
import { hexId } from '../oracle/recorded-traces';
import { expect, test } from './page';
import { seriousFaults } from './axe';

/** The dashboard of requests: a click on a span shows the methods that ran in it. */
const requests = '/d/hotspan-requests';
const python = 'var-service=demo-python';

const panel = (page: Page, title: string) => page.getByTestId(`data-testid Panel header ${title}`);
const hotspots = (page: Page) => panel(page, 'Code hotspots');
const tree = (page: Page) => hotspots(page).getByRole('treegrid');
const rows = (page: Page) => tree(page).getByRole('row');

async function open(page: Page, query: string) {
  await page.setViewportSize({ width: 1440, height: 1000 });
  await page.goto(`${requests}?${query}`);
}

/** Picks the request with the most of the profile type. */
async function pickSpan(page: Page, query = python): Promise<string> {
  await open(page, query);
  const link = panel(page, 'Requests')
    .getByRole('link', { name: /^[0-9a-f]{16}$/ })
    .first();
  await expect(link).toBeVisible();
  const id = (await link.textContent()) ?? '';
  await link.click();
  await expect(page).toHaveURL(new RegExp(`var-spanId=${id}`));
  await expect(hotspots(page).getByText(/^span /)).toBeVisible();
  return id;
}

const choose = async (page: Page, button: RegExp, item: RegExp) => {
  await hotspots(page).getByRole('button', { name: button }).click();
  await page.getByRole('menuitem', { name: item }).click();
};

test('a click on a request shows its methods in call order', async ({ page }) => {
  await pickSpan(page);
  await expect(rows(page).nth(2)).toBeVisible();
  await expect(hotspots(page).getByTestId('small-flame')).toBeVisible();
  await expect(hotspots(page).getByRole('button', { name: 'Order: Call order' })).toBeVisible();
  await expect(hotspots(page).getByText(/^sampled every [\d.]+ ms: ± [\d.]+ m?s/)).toBeVisible();
  await expect(tree(page).getByRole('columnheader')).toHaveText([
    'Method',
    'Wall Time',
    'Waiting',
    'Average',
    'Thread',
  ]);
});

test('the tree is used by keyboard', async ({ page }) => {
  await pickSpan(page);
  await expect(rows(page).nth(2)).toBeVisible();
  const before = await rows(page).count();
  await tree(page).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => rows(page).count()).toBeLessThan(before);
  await page.keyboard.press('*');
  await expect.poll(() => rows(page).count()).toBeGreaterThanOrEqual(before);
});

test('type, scope and callers are switched, and stand in the address', async ({ page }) => {
  await pickSpan(page);
  await choose(page, /^Scope/, /^Trace part/);
  await expect(page).toHaveURL(/var-span_scope=root/);
  await expect(hotspots(page).getByRole('button', { name: 'Scope: Trace part' })).toBeVisible();
  await choose(page, /^Order/, /^Callers/);
  await expect(rows(page).nth(1)).toHaveAttribute('aria-level', '1');
  await choose(page, /^Scope/, /^Time window/);
  await expect(hotspots(page).getByRole('button', { name: 'Scope: Time window' })).toBeVisible();
  await choose(page, /^Profile type/, /^Wall Time/);
  await expect(page).toHaveURL(/var-profile_type=wall-time/);
});

test('"View profiling details" opens the profile with the span kept', async ({ page }) => {
  const id = await pickSpan(page);
  await hotspots(page).getByRole('link', { name: 'View profiling details' }).click();
  await expect(page).toHaveURL(new RegExp(`/a/hotspan-profiling-app/profile/[0-9a-f-]{36}\\?.*span=${id}`));
  await expect(page.getByText(`span ${id}`)).toBeVisible();
});

test('without a span, the requests of an endpoint are one tree', async ({ page }) => {
  await open(page, `${python}&var-endpoint=${encodeURIComponent('GET /orders')}`);
  await expect(rows(page).nth(2)).toBeVisible();
  await expect(hotspots(page).getByText('All samples of the selection')).toBeVisible();
});

test('says why there is nothing', async ({ page }) => {
  await open(page, `${python}&var-spanId=00000000deadbeef`);
  await expect(hotspots(page).getByText('No samples in this span')).toBeVisible();
  await open(page, `var-service=demo-go&var-spanId=00000000deadbeef&from=now-3d&to=now-2d`);
  await expect(hotspots(page).getByText('Span not found in any profile')).toBeVisible();
  await expectNothingSerious(page);
});

test('looks again by itself until the upload of the span has arrived', async ({ page }) => {
  const storeUrl = process.env.STORE_URL;
  test.skip(!storeUrl, 'only the stage of these tests tells where its store is');
  const service = `late-${Date.now().toString(36)}`;
  const spans = [...(await valueBySpan('dd-python-2', 'wall-time'))];
  const [spanId] = spans.reduce((most, next) => (next[1] > most[1] ? next : most));
  await open(page, `var-service=${service}&var-spanId=${hexId(spanId)}&from=now-5m&to=now`);
  await expect(hotspots(page).getByText('The profile has not arrived yet')).toBeVisible();
  await expect(hotspots(page).getByRole('button', { name: 'Look again' })).toBeVisible();
  await expectNothingSerious(page);
  await sendUpload(storeUrl ?? '', 'dd-python-2', { service, agoMs: 60_000 });
  await expect(rows(page).nth(2)).toBeVisible({ timeout: 40_000 });
});

test('axe finds nothing serious', async ({ page }) => {
  await pickSpan(page);
  await expect(rows(page).nth(2)).toBeVisible();
  await expectNothingSerious(page);
});

async function expectNothingSerious(page: Page) {
  expect(await seriousFaults(page, '[data-testid="data-testid Panel header Code hotspots"]')).toEqual([]);
}

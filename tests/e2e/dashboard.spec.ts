import { type Page } from '@playwright/test';
import { expect, test } from './page';

const overview = '/d/hotspan-overview';

/** A panel of a dashboard by its title, in the host and in Grafana. */
function panel(page: Page, title: string) {
  return page.getByTestId(`data-testid Panel header ${title}`);
}

const methodRow = (page: Page, name: string) => panel(page, 'Methods').getByRole('row', { name, exact: false }).first();

/** The path line of the flame graph ends with the total: `11.9 min · 46 553 samples · 97 uploads`. */
async function flameTotal(page: Page): Promise<string> {
  const total = panel(page, 'Flame graph').getByText(/ samples? · .* uploads?/);
  await expect(total).toBeVisible();
  return (await total.textContent()) ?? '';
}

/** Opens the dashboard and waits until the method table has rows. Grafana draws only panels that are in sight. */
async function openOverview(page: Page, query = '') {
  await page.setViewportSize({ width: 1440, height: 1800 });
  await page.goto(`${overview}${query}`);
  await expect(panel(page, 'Methods').getByRole('row').nth(3)).toBeVisible();
}

test('the recorded Python upload is drawn as a flame graph with its methods', async ({ page }) => {
  await openOverview(page, '?var-service=demo-python');
  await expect(methodRow(page, 'time.sleep')).toBeVisible();
  await expect(panel(page, 'Flame graph').getByTestId('flame-graph')).toBeVisible();
  expect(await flameTotal(page)).toContain('uploads');
});

test('one, several and all services change every panel', async ({ page }) => {
  await openOverview(page, '?var-service=demo-python');
  const one = await flameTotal(page);
  await openOverview(page, '?var-service=demo-python&var-service=demo-go');
  const two = await flameTotal(page);
  await openOverview(page);
  const all = await flameTotal(page);
  expect(new Set([one, two, all]).size).toBe(3);
  await expect(panel(page, 'Methods').getByText('time.sleep')).toBeVisible();
});

test('clicks on method rows narrow the other panels, a second click restores them', async ({ page }) => {
  // A range that is over: where a program keeps sending, the whole would grow in the meantime.
  const endMs = Date.now() - 60_000;
  await openOverview(page, `?var-service=demo-python&from=${endMs - 3_600_000}&to=${endMs}`);
  const whole = await flameTotal(page);
  await methodRow(page, 'hash_password').click();
  await expect(page).toHaveURL(/var-method=hash_password/);
  await expect.poll(() => flameTotal(page)).not.toBe(whole);
  await methodRow(page, 'build_report').click();
  await expect(page).toHaveURL(/var-method=build_report/);
  await methodRow(page, 'build_report').click();
  await methodRow(page, 'hash_password').click();
  await expect.poll(() => flameTotal(page)).toBe(whole);
});

test('a click on a span shows the samples of that span only', async ({ page }) => {
  await openOverview(page, '?var-service=demo-python');
  const whole = await flameTotal(page);
  const spanLink = panel(page, 'Requests')
    .getByRole('link', { name: /^[0-9a-f]{16}$/ })
    .first();
  await expect(spanLink).toBeVisible();
  const id = await spanLink.textContent();
  await spanLink.click();
  await expect(page).toHaveURL(new RegExp(`var-spanId=${id}`));
  await expect.poll(() => flameTotal(page)).not.toBe(whole);
  expect(await flameTotal(page)).toMatch(/· 1 upload/);
});

test('the profile type variable changes unit and numbers', async ({ page }) => {
  await openOverview(page, '?var-service=demo-python&var-profile_type=allocated-memory');
  expect(await flameTotal(page)).toMatch(/[KMG]iB/);
});

test('the profile dashboard shows nothing of other services', async ({ page }) => {
  await page.goto('/d/hotspan-profile?var-service=nobody');
  for (const title of ['Flame graph', 'Methods']) {
    await expect(panel(page, title).getByText('No samples in this time range')).toBeVisible();
  }
});

import { type Page } from '@playwright/test';
import { pickerArrow, seriousFaults } from './axe';
import { expect, test } from './page';

const explore = '/a/hotspan-profiling-app/explore';

const list = (page: Page) => page.getByRole('table', { name: 'Profiles' });
const rows = (page: Page) =>
  list(page)
    .getByRole('row')
    .filter({ has: page.getByRole('checkbox') });
const search = (page: Page) => page.getByRole('textbox', { name: 'Search profiles' });
const chips = (page: Page) => page.getByRole('group', { name: 'Conditions' });
const parameters = (page: Page) => new URL(page.url()).searchParams;

async function open(page: Page, query = '') {
  await page.goto(`${explore}?from=now-1h&to=now${query}`);
  await expect(rows(page).first()).toBeVisible();
}

async function openTab(page: Page, tab: string, service = 'demo-python') {
  await open(page, `&service=${service}`);
  await rows(page).nth(1).click();
  await page.getByRole('tab', { name: tab }).click();
}

const excepted = {
  // Grafana's own time picker has a name that does not begin as its text does.
  elements: ['[data-testid$="TimePicker Open Button"]', pickerArrow],
  // Grafana 12's drawer has no name.
  rules: process.env.GRAFANA_URL ? ['aria-dialog-name'] : [],
};

test('conditions are chips or text, and nothing is lost between them', async ({ page }) => {
  await open(page);
  const before = await page.getByRole('status').first().textContent();
  await page.keyboard.press('/');
  await page.keyboard.type('service:(demo-python OR demo-go) -env:nowhere duration:>1s');
  await page.keyboard.press('Enter');
  await expect(chips(page)).toContainText('service is demo-python, demo-go');
  await expect(chips(page)).toContainText('env is not nowhere');
  await expect(chips(page)).toContainText('duration:>1s');
  await expect(page.getByRole('status').first()).not.toHaveText(before ?? '');
  const all = await page.getByRole('status').first().textContent();
  await page.getByRole('radio', { name: 'Text' }).click();
  await expect(page).toHaveURL(/edit=text/);
  await expect(search(page)).toHaveValue('service:("demo-python" OR "demo-go") AND -env:"nowhere" AND (duration:>1s)');
  await page.reload();
  await expect(search(page)).toHaveValue(/duration:>1s/);
  await search(page).fill('service:demo-go OR demo-python');
  await search(page).press('Enter');
  await expect.poll(() => parameters(page).get('q')).toBe('service:demo-go OR demo-python');
  await page.goBack();
  await page.getByRole('radio', { name: 'Chips' }).click();
  await expect(chips(page)).toContainText('env is not nowhere');
  await expect(page.getByRole('status').first()).toHaveText(all ?? '');
  await search(page).focus();
  await page.keyboard.press('Backspace');
  await expect(search(page)).toHaveValue('duration:>1s');
  await expect(chips(page)).not.toContainText('duration');
  await search(page).fill('(unclosed');
  await expect(page.getByText(/this bracket is never closed/)).toBeVisible();
});

test('two ticked profiles are compared', async ({ page }) => {
  await open(page, '&service=demo-python');
  await rows(page).nth(0).focus();
  await page.keyboard.press(' ');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await expect(page.getByText('2 ticked')).toBeVisible();
  expect(parameters(page).getAll('pick')).toHaveLength(2);
  await page.getByRole('link', { name: 'Compare', exact: true }).click();
  await expect(page).toHaveURL(/\/compare\?.*left=/);
  await expect(page.getByTestId('flame-graph')).toBeVisible();
  await expect(page.getByText(/→ .* samples/).first()).toBeVisible();
  const [left, right] = [parameters(page).get('left'), parameters(page).get('right')];
  await page.getByRole('button', { name: 'Swap sides' }).click();
  await expect.poll(() => parameters(page).get('left')).toBe(right);
  expect(parameters(page).get('right')).toBe(left);
  await page.getByRole('tab', { name: 'Tables' }).click();
  await expect(page.getByRole('grid')).toHaveCount(2);
  await page.getByRole('tab', { name: 'Runtime info' }).click();
  await expect(page.getByText('Only differences')).toBeVisible();
});

test('several ticked profiles are one', async ({ page }) => {
  await open(page, '&service=demo-python');
  for (const at of [0, 1, 2]) {
    await rows(page).nth(at).getByRole('checkbox').click({ force: true });
  }
  await page.getByRole('link', { name: 'Merge', exact: true }).click();
  await expect(page.getByText('3 uploads as one profile')).toBeVisible();
  await expect(page.getByText(/samples? · 3 uploads/)).toBeVisible();
  const method = page.getByRole('grid').getByRole('row').nth(1);
  await method.click();
  await expect(page).toHaveURL(/var-method=/);
  await page.getByRole('button', { name: 'Restore all' }).click();
  await expect(page).not.toHaveURL(/var-method=/);
});

test('an upload is compared with its service in the hour before', async ({ page }) => {
  await openTab(page, 'Performance');
  await page.getByRole('button', { name: 'Compare' }).click();
  // An item with an address is a menu item to Grafana 13, a link to 12.
  const hourBefore = { name: 'Its service, the hour before' };
  await page.getByRole('menuitem', hourBefore).or(page.getByRole('link', hourBefore)).first().click();
  await expect(page).toHaveURL(/base=hour/);
  await expect(page.getByTestId('flame-graph')).toBeVisible();
  await expect(page.getByText(/→ .* samples/).first()).toBeVisible();
});

test('a view is saved under a name and opened again', async ({ page, allowProblem }) => {
  // Without Grafana's database the browser keeps the views.
  allowProblem(/HTTP 404 .*\/apis\/userstorage/);
  await open(page, '&service=demo-go&by=host');
  await page.getByRole('button', { name: 'Views' }).click();
  const dialog = page.getByRole('dialog');
  const name = `Go by host ${Date.now()}`;
  await dialog.getByLabel('Save this view as').fill(name);
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('link', { name })).toBeVisible();
  await open(page);
  await page.getByRole('button', { name: 'Views' }).click();
  await dialog.getByRole('link', { name }).click();
  await expect(chips(page)).toContainText('service is demo-go');
  await expect(page.getByText('by host', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Views' }).click();
  await dialog.getByRole('button', { name: `Delete ${name}` }).click();
  await expect(dialog.getByRole('link', { name })).toBeHidden();
});

test('durations are narrowed by slider and by text', async ({ page }) => {
  await open(page);
  const all = await page.getByRole('status').first().textContent();
  await page.getByRole('slider', { name: 'Shortest duration' }).focus();
  await page.keyboard.press('PageUp');
  await expect(page).toHaveURL(/q=duration/);
  await expect(chips(page)).toContainText('duration:>=');
  await expect(page.getByRole('status').first()).not.toHaveText(all ?? '');
  await page.getByRole('textbox', { name: 'Longest' }).fill('soon');
  await expect(page.getByRole('textbox', { name: 'Longest' })).toHaveAttribute('aria-invalid', 'true');
  await page.getByRole('textbox', { name: 'Longest' }).fill('2min');
  await page.keyboard.press('Enter');
  await expect(chips(page)).toContainText(/duration:\[.* - 2min\]/);
  await page.getByRole('region', { name: 'duration' }).getByRole('button', { name: 'All' }).click();
  await expect(page).not.toHaveURL(/q=/);
});

test('new uploads are counted, and shown when the user says so', async ({ page }) => {
  test.skip(!process.env.STORE_URL, 'needs the store’s address to send an upload');
  const { readParts, send, shiftTo } = await import('../../scripts/demo-data.mjs');
  await open(page, '&live=on');
  await send(process.env.STORE_URL ?? '', shiftTo(await readParts('dd-go-2'), Date.now(), { service: 'live-spec' }));
  await page.getByRole('button', { name: /^1 new/ }).click();
  await expect(rows(page).filter({ hasText: 'live-spec' })).toHaveCount(1);
  await expect(page.getByRole('button', { name: /new$/ })).toBeHidden();
});

test('the uploads of a process over time; a bar leads there', async ({ page }) => {
  await openTab(page, 'Over time');
  const strip = page.getByRole('group', { name: 'Uploads of this process' });
  const current = strip.locator('[aria-current=page]');
  await expect(current).toBeVisible();
  expect(await strip.getByRole('link').count()).toBeGreaterThan(2);
  const shown = parameters(page).get('profile');
  await current.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect.poll(() => parameters(page).get('profile')).not.toBe(shown);
  await expect(current).toBeFocused();
  await page.getByRole('radio', { name: '1 day' }).click();
  await expect(page).toHaveURL(/around=24h/);
});

test('tags narrow, widen and group the list', async ({ page }) => {
  await openTab(page, 'Tags');
  await page.getByRole('textbox', { name: 'Search tags' }).fill('version');
  const tag = page.getByRole('table', { name: 'Tags' }).getByRole('row').first();
  await tag.getByRole('button', { name: /^Only / }).click();
  await expect.poll(() => parameters(page).getAll('f').join()).toContain('version|=');
  await page.getByRole('textbox', { name: 'Search tags' }).fill('runtime');
  await page
    .getByRole('button', { name: /^More for / })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Group the chart by it' }).click();
  await expect(page).toHaveURL(/by=runtime/);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();
  await expect(chips(page)).toContainText('version is');
});

test('a row of a profile becomes an alert rule on its service', async ({ page }) => {
  test.skip(Boolean(process.env.GRAFANA_URL), 'tests/e2e-grafana fills in the rule of a real Grafana');
  // The host has no permissions; in Grafana an editor has this one.
  await page.addInitScript(() => {
    let boot: { user: { permissions: Record<string, boolean> }; settings: Record<string, unknown> } | undefined;
    Object.defineProperty(window, 'grafanaBootData', {
      get: () => boot,
      set: (value: NonNullable<typeof boot>) => {
        value.user.permissions['alert.rules:create'] = true;
        value.settings.unifiedAlertingEnabled = true;
        boot = value;
      },
    });
  });
  await openTab(page, 'Performance');
  const row = page
    .getByRole('grid')
    .getByRole('row', { name: /hash_password/ })
    .first();
  await row.hover();
  await row.getByRole('button', { name: 'Create alert from this row' }).click();
  await expect(page).toHaveURL(/\/alerting\/new/);
  const [{ model }] = JSON.parse(parameters(page).get('defaults') ?? '{}').queries;
  expect(model).toMatchObject({ queryType: 'dimension', rows: ['hash_password'], format: 'alert' });
  expect(model.selector).toContain('service="demo-python"');
  expect(model.profileId).toBeUndefined();
});

test('axe finds nothing serious in list, tags, uploads over time and comparison', async ({ page }) => {
  await open(page, '&service=demo-python');
  expect(await seriousFaults(page, '[data-testid="plugin-page"], main', excepted)).toEqual([]);
  for (const tab of ['Tags', 'Over time']) {
    await openTab(page, tab);
    expect(await seriousFaults(page, '[role=dialog]', excepted)).toEqual([]);
  }
});

test('fits a narrow page', async ({ page }) => {
  await page.setViewportSize({ width: 420, height: 900 });
  await open(page);
  const sticksOut = await page
    .locator('[data-testid="plugin-page"], main')
    .first()
    .evaluate((main) => main.scrollWidth - main.clientWidth);
  expect(sticksOut).toBeLessThanOrEqual(0);
});

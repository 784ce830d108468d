import { type Page } from '@playwright/test';
import { expect, panel, test } from './grafana';

/** Grafana's form for a new rule, filled in by what a user was looking at. */
const hotMethod = 'crypto/internal/fips140/sha256.blockSHANI';
const endMs = Date.now() - 60_000;
const range = `from=${endMs - 1_800_000}&to=${endMs}`;

test.beforeEach(async ({ page, signIn }) => {
  await page.setViewportSize({ width: 1600, height: 1300 });
  await signIn();
});

/** What the form was opened with: the name of the rule and its question. */
function filledIn(page: Page): { name: string; model: Record<string, unknown>; annotations: Array<{ key: string }> } {
  const { name, queries, annotations } = JSON.parse(new URL(page.url()).searchParams.get('defaults') ?? '');
  return { name, model: queries[0].model, annotations };
}

/** The form shows name, our query editor with the row in it and the threshold, and the question is answered there. */
async function expectForm(page: Page, name: string) {
  await expect(page).toHaveURL(/\/alerting\/new/);
  await expect(page.getByRole('textbox', { name: /name/i }).first()).toHaveValue(name);
  const editor = page.getByTestId('query-editor-row').first();
  const chosen = editor.getByText('demo-go', { exact: true }).or(editor.locator('input[value="demo-go"]'));
  await expect(chosen.first()).toBeVisible();
  await expect(editor.getByText(hotMethod)).toBeVisible();
  // A form that forgot what an expression is says "Expression not supported".
  await expect(page.getByText('Math', { exact: true })).toBeVisible();
  await expect(page.getByText('Threshold', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.locator('#pageContent')).toContainText('service="demo-go"');
}

async function alertFromRow(page: Page, title: string) {
  const row = panel(page, title).getByRole('row').filter({ hasText: hotMethod });
  await row.hover();
  await row.getByRole('button', { name: 'Create alert from this row' }).click();
}

/** Opens the menu of the hot method's frame: search leads to it. */
async function alertFromFrame(page: Page, title: string) {
  const graph = panel(page, title).getByTestId('flame-graph');
  await graph.focus();
  await page.keyboard.press('/');
  await page.keyboard.type(hotMethod);
  await page.keyboard.press('Enter');
  await graph.focus();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Create alert' }).click();
}

test('from a row of a dashboard', async ({ page }) => {
  await page.goto(`/d/hotspan-hotspots?var-service=demo-go&${range}`);
  await alertFromRow(page, 'Rows now');
  await expectForm(page, `${hotMethod} takes much itself`);
  const { model, annotations } = filledIn(page);
  expect(model).toMatchObject({ rows: [hotMethod], dimension: 'method', measure: 'selfShare' });
  expect(model.selector).toContain('service=~"demo-go"');
  expect(annotations.map(({ key }) => key)).toEqual(['summary', '__dashboardUid__', '__panelId__', 'description']);
});

test('from the menu of a frame', async ({ page }) => {
  await page.goto(`/d/hotspan-overview?var-service=demo-go&${range}`);
  await alertFromFrame(page, 'Flame graph');
  await expectForm(page, `${hotMethod} takes much`);
  expect(filledIn(page).model).toMatchObject({ rows: [hotMethod], measure: 'totalShare' });
});

test('from the page of a profile, about its service', async ({ page }) => {
  await page.goto(`/a/hotspan-profiling-app/explore?service=demo-go&${range}`);
  await page.getByRole('row').nth(1).getByText('demo-go').click();
  await expect(page.getByTestId('flame-graph')).toBeVisible();
  const id = new URL(page.url()).searchParams.get('profile') ?? new URL(page.url()).searchParams.get('open');
  await page.goto(`/a/hotspan-profiling-app/profile/${id}?type=cpu-time`);
  await alertFromRow(page, 'Dimensions');
  await expectForm(page, `${hotMethod} takes much itself`);
  const { model } = filledIn(page);
  expect(model.rows).toEqual([hotMethod]);
  expect(model.selector).toContain('service="demo-go"');
});

import { type Page } from '@playwright/test';
import { expect, exploreUrl, test } from './grafana';

const selector = '{service="demo-python"}';

test.beforeEach(({ signIn }) => signIn());

/** Results of Grafana's query API for one query, as the page received them. */
function nextAnswer(page: Page, queryType: string) {
  return page.waitForResponse((answer) => {
    const body = answer.request().postDataJSON() as { queries?: Array<{ queryType?: string }> } | null;
    return answer.url().includes('/api/ds/query') && body?.queries?.[0].queryType === queryType;
  });
}

test('a profile query draws our panel, a series query a graph', async ({ page }) => {
  await page.goto(exploreUrl('hotspan', { queryType: 'profile', profileType: 'cpu-time', selector }));
  await expect(page.getByTestId('flame-graph')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Hotspan flame graph' })).toBeVisible();
  await page.goto(exploreUrl('hotspan', { queryType: 'metrics', profileType: 'cpu-time', selector }));
  await expect(page.getByTestId('data-testid panel content').locator('canvas').first()).toBeVisible();
  await expect(page.getByTestId('flame-graph')).toHaveCount(0);
});

const types = [
  ['Table', 'dimension'],
  ['Time series', 'metrics'],
  ['Profile list', 'profiles'],
  ['Requests', 'requests'],
  ['Uploads over time', 'histogram'],
  ['Label values', 'facets'],
  ['Events', 'annotations'],
  ['Flame graph and series', 'both'],
  ['Flame graph', 'profile'],
] as const;

test('every query type can be chosen in the editor and is answered', async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto(exploreUrl('hotspan', { queryType: 'profile', profileType: 'cpu-time', selector }));
  await expect(page.getByTestId('flame-graph')).toBeVisible();
  for (const [name, queryType] of types) {
    const answer = nextAnswer(page, queryType);
    await page.getByRole('combobox', { name: 'Query type' }).click();
    await page.getByRole('option', { name, exact: false }).filter({ hasText: name }).first().click();
    const { results } = await (await answer).json();
    expect(results.A.frames.length, name).toBeGreaterThan(0);
  }
  await expect(page.getByTestId('flame-graph')).toBeVisible();
});

test('runtime information of a profile is a table', async ({ page }) => {
  const list = nextAnswer(page, 'profiles');
  await page.goto(exploreUrl('hotspan', { queryType: 'profiles', selector, limit: 1 }));
  const [frame] = (await (await list).json()).results.A.frames;
  const at = frame.schema.fields.findIndex(({ name }: { name: string }) => name === 'id');
  await page.goto(exploreUrl('hotspan', { queryType: 'runtime', profileId: frame.data.values[at][0] }));
  await expect(page.getByText('runtime-id')).toBeVisible();
});

test('the query history tells queries apart by their text', async ({ page }) => {
  await page.goto(
    exploreUrl('hotspan', { queryType: 'dimension', profileType: 'cpu-time', dimension: 'thread', selector })
  );
  await page.getByRole('button', { name: 'Query history' }).click();
  await expect(page.getByText(`Table · cpu-time · ${selector} · by thread`).first()).toBeVisible();
});

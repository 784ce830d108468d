import { expect, test } from './grafana';

test('the app is in the navigation and leads to the explorer', async ({ page, signIn, allowProblem }) => {
  // Grafana's home page asks for news, which a machine without a network hasn't.
  allowProblem(/ERR_NAME_NOT_RESOLVED|news\.xml/);
  await signIn();
  await page.goto('/');
  await page.getByRole('button', { name: 'Expand section: More apps' }).click();
  await page.getByRole('link', { name: 'Hotspan Profiling' }).first().click();
  await expect(page).toHaveURL(/\/a\/hotspan-profiling-app\/explore/);
  await expect(page.getByRole('row').nth(3)).toBeVisible();
});

test('a row of the explorer opens its profile, and the profile has a page', async ({ page }) => {
  await page.goto('/a/hotspan-profiling-app/explore?service=demo-python');
  await page.getByRole('row').nth(1).getByText('demo-python').click();
  await expect(page.getByTestId('flame-graph')).toBeVisible();
  const id = new URL(page.url()).searchParams.get('profile') ?? new URL(page.url()).searchParams.get('open');
  await page.goto(`/a/hotspan-profiling-app/profile/${id}`);
  await expect(page.getByTestId('flame-graph')).toBeVisible();
  await expect(page.getByText('Runtime')).toBeVisible();
});

test('the settings page tests the connection', async ({ page, signIn, allowProblem }) => {
  // Without a way to grafana.com the page can't ask for newer versions.
  allowProblem(/api\/gnet\/plugins|Failed to fetch plugins from catalog/);
  await signIn();
  await page.goto('/connections/datasources/edit/hotspan');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByText(/Connected to Hotspan store .* Services in the last 24 hours: [1-9]/)).toBeVisible();
});

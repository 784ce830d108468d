import { type Locator, type Page } from '@playwright/test';
import { pickerArrow, seriousFaults } from './axe';
import { expect, test as base } from './page';
import { type EditableDatasource, openSettings } from './settings-page';

/** As somebody who may edit: the host's visitor is an admin, in Grafana one has to sign in. */
const test = base.extend<{ signedIn: void; settings: EditableDatasource }>({
  signedIn: [
    async ({ page, allowProblem }, use) => {
      if (process.env.GRAFANA_URL) {
        const data = {
          user: process.env.GRAFANA_ADMIN_USER ?? 'admin',
          password: process.env.GRAFANA_ADMIN_PASSWORD ?? 'admin',
        };
        allowProblem(/HTTP 404 .*\/api\/dashboards\/uid\/[^/]+\/public-dashboards/);
        // Grafana's catalogue of plugins, which a Grafana without a way out can't reach.
        allowProblem(/HTTP 502 .*\/api\/gnet\/|Failed to fetch plugins from catalog/);
        expect((await page.request.post('/login', { data })).ok()).toBe(true);
      }
      await use();
    },
    { auto: true },
  ],
  settings: async ({ page, signedIn: _ }, use) => {
    const settings = await openSettings(page);
    await use(settings);
    await settings.restore();
  },
});

type SentQuery = Record<string, unknown>;

const editor = (page: Page) => page.getByTestId('query-editor-row').first();
const box = (page: Page, placeholder: string) => editor(page).getByPlaceholder(placeholder, { exact: true });
const picker = (page: Page, label: string) => editor(page).getByRole('combobox', { name: new RegExp(`^${label}`) });
const option = (page: Page, name: string | RegExp) => page.getByRole('option', { name }).first();

/** Opens a panel of the overview in the editor: 1 = series, 3 = flame graph, 4 = methods. */
async function edit(page: Page, panelId: number, query = '') {
  await page.goto(`/d/hotspan-overview?editPanel=${panelId}&var-service=demo-python${query}`);
  await expect(picker(page, 'Query type')).toBeVisible();
  // Lists are asked for again when the panel's data arrive.
  await page.waitForLoadState('networkidle');
}

/** Waits for the next question to the store that fits. */
async function asked(page: Page, fits: (query: SentQuery) => boolean, act: () => Promise<void>): Promise<SentQuery> {
  const request = page.waitForRequest((one) => {
    const queries: SentQuery[] = one.url().includes('/api/ds/query') ? (one.postDataJSON()?.queries ?? []) : [];
    return queries.some(fits);
  });
  await act();
  return ((await request).postDataJSON().queries as SentQuery[]).find(fits) ?? {};
}

async function choose(page: Page, list: Locator, text: string, name: string | RegExp = text) {
  // An open list has another placeholder, and so another name.
  await list.click();
  // Grafana 12 leaves the last choice in the box, and loses letters that come faster than it draws.
  await expect(async () => {
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(text, { delay: 40 });
    await expect(option(page, name)).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await option(page, name).click();
}

const excepted = { elements: [pickerArrow] };

/** Label, type, and a field that only this type (or few) has. */
const types: Array<[string, string, string]> = [
  ['Flame graph and series', 'both', 'Max frames'],
  ['Table', 'dimension', 'Measure'],
  ['Time series', 'metrics', 'Top'],
  ['Profile list', 'profiles', 'More columns'],
  ['Requests', 'requests', 'Requests by'],
  ['Code hotspots', 'hotspots', 'Span ids'],
  ['Uploads over time', 'histogram', 'Split by'],
  ['Label values', 'facets', 'Labels to count'],
  ['Events', 'annotations', 'Limit'],
  ['Flame graph', 'profile', 'Max frames'],
];

test.describe('query editor', () => {
  test('every query type is asked, and has its own fields', async ({ page, allowProblem }) => {
    allowProblem(/HTTP 400 .*\/api\/ds\/query/); // the profile asked for last is not there
    await edit(page, 3);
    for (const [label, queryType, field] of types) {
      await asked(
        page,
        (query) => query.queryType === queryType,
        () => choose(page, picker(page, 'Query type'), label, new RegExp(`^${label}(?! and)`))
      );
      await expect(
        editor(page)
          .getByText(new RegExp(`^${field}`))
          .first()
      ).toBeVisible();
    }
    await choose(page, picker(page, 'Query type'), 'Runtime info', /^Runtime info/);
    const sent = await asked(
      page,
      (query) => query.queryType === 'runtime',
      async () => {
        await box(page, 'All profiles').fill('00000000-0000-4000-8000-000000000000');
        await box(page, 'All profiles').press('Enter');
      }
    );
    expect(sent).toMatchObject({ profileId: '00000000-0000-4000-8000-000000000000' });
  });

  test('pickers of types and labels show counts, and the builder is the text', async ({ page }) => {
    await edit(page, 3);
    const type = picker(page, 'Profile type');
    await type.click();
    await type.fill('Wall');
    await expect(option(page, /^Wall Time/)).toContainText(/\d uploads/);
    const typed = await asked(
      page,
      (query) => query.profileType === 'wall-time',
      () => option(page, /^Wall Time/).click()
    );
    expect(typed.queryType).toBe('profile');

    await editor(page).getByText('Add label').click();
    const names = box(page, 'Label');
    await choose(page, names.last(), 'env', /^env/);
    await box(page, 'Value').last().click();
    await expect(option(page, /\d uploads?/)).toBeVisible();
    const value = (await option(page, /./).textContent()) ?? '';
    const narrowed = await asked(
      page,
      (query) => String(query.selector).includes('env='),
      () => option(page, /./).click()
    );
    const selector = String(narrowed.selector);
    expect(value).toContain(/env="([^"]+)"/.exec(selector)?.[1] ?? '?');

    await editor(page).getByRole('radio', { name: 'Text' }).click();
    const text = editor(page).getByRole('combobox', { name: 'Label selector' });
    await expect(text).toHaveValue(/env="/);
    const before = await text.inputValue();
    await editor(page).getByRole('radio', { name: 'Builder' }).click();
    await editor(page).getByRole('radio', { name: 'Text' }).click();
    await expect(text).toHaveValue(before);
  });

  test('the text completes labels, operators and values by keyboard', async ({ page }) => {
    await edit(page, 3);
    await editor(page).getByRole('radio', { name: 'Text' }).click();
    const text = editor(page).getByRole('combobox', { name: 'Label selector' });
    await text.fill('');
    await text.pressSequentially('{lang');
    await expect(option(page, /^language/)).toContainText(/\d values?/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(text).toHaveValue('{language');
    await text.pressSequentially('="py');
    await expect(option(page, /^python/)).toContainText(/\d uploads?/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await expect(text).toHaveValue('{language="python"');
    await text.pressSequentially('}');
    const sent = await asked(
      page,
      ({ selector }) => selector === '{language="python"}',
      () => text.press('Enter')
    );
    expect(sent.queryType).toBe('profile');
  });

  test('stacks are filtered by methods that are found by a few letters', async ({ page }) => {
    await edit(page, 3);
    await editor(page).getByText('Add stack filter').click();
    const methods = picker(page, 'Values in stacks').last();
    await methods.click();
    await methods.pressSequentially('hashpw');
    const sent = await asked(
      page,
      (query) => JSON.stringify(query.stackFilter ?? '').includes('hash_password'),
      () => option(page, /hash_password/).click()
    );
    expect(sent.stackFilter).toContainEqual({ dimension: 'method', match: 'any', values: ['hash_password'] });
    await page.keyboard.press('Escape');
    await choose(page, picker(page, 'Match').last(), 'on top', /^on top/);
    const excluded = await asked(
      page,
      (query) => JSON.stringify(query.stackFilter).includes('"exclude":true'),
      () => editor(page).getByText('Exclude').last().click()
    );
    expect(excluded.stackFilter).toContainEqual({
      dimension: 'method',
      match: 'leaf',
      values: ['hash_password'],
      exclude: true,
    });
    await asked(
      page,
      (query) => !JSON.stringify(query.stackFilter ?? '').includes('hash_password'),
      () => editor(page).getByLabel('Remove stack filter').last().click()
    );
  });

  test('spans, groups, rows, measure, format and limits are parts of the question', async ({ page }) => {
    await edit(page, 4);
    await choose(page, picker(page, 'Measure'), 'Total share', /^Total share/);
    await choose(page, picker(page, 'Group by'), 'version', /^version/);
    await page.keyboard.press('Escape');
    await choose(page, picker(page, 'Rows'), 'hash_password', /hash_password/);
    await page.keyboard.press('Escape');
    await box(page, '1000').fill('7');
    await box(page, '1000').press('Enter');
    const sent = await asked(
      page,
      ({ format }) => format === 'alert',
      () => choose(page, picker(page, 'Format'), 'Alert', /^Alert/)
    );
    expect(sent).toMatchObject({
      queryType: 'dimension',
      measure: 'totalShare',
      groupBy: ['version'],
      rows: ['hash_password'],
      limit: 7,
    });
    const spans = picker(page, 'Span ids');
    await spans.click();
    await spans.fill('00f067aa0ba902b7');
    await asked(
      page,
      ({ spanId }) => JSON.stringify(spanId ?? '').includes('00f067aa0ba902b7'),
      () => option(page, /00f067aa0ba902b7/).click()
    );
    await page.keyboard.press('Escape');
    const scoped = await asked(
      page,
      ({ spanScope }) => spanScope === 'root',
      () => choose(page, picker(page, 'Span scope'), 'Part of', /^Part of the trace/)
    );
    expect(scoped.spanId).toContain('00f067aa0ba902b7');
  });

  test('hints: nothing in the range, a type that is not collected, wider steps', async ({ page }) => {
    await edit(page, 3, '&from=now-3y&to=now-2y');
    await expect(editor(page).getByText(/No upload fits in this time range/)).toBeVisible();
    await edit(page, 3);
    await choose(page, picker(page, 'Profile type'), 'goroutines', /goroutines/);
    await expect(editor(page).getByText('These uploads carry')).toBeVisible();
    const sent = await asked(
      page,
      ({ profileType }) => profileType === 'cpu-time',
      () => editor(page).getByRole('button', { name: 'CPU Time', exact: true }).click()
    );
    expect(sent.queryType).toBe('profile');
    await expect(editor(page).getByText('These uploads carry')).toBeHidden();
    await edit(page, 1, '&from=now-5m&to=now');
    await expect(editor(page).getByText(/^Steps are /)).toBeVisible();
  });

  test('axe finds nothing serious, and the type is changed by keyboard', async ({ page }) => {
    await edit(page, 4);
    await editor(page).getByText('Add stack filter').click();
    expect(await seriousFaults(page, '[data-testid="query-editor-row"]', excepted)).toEqual([]);
    await picker(page, 'Query type').focus();
    await page.keyboard.press('ArrowDown');
    await expect(option(page, /^Table/)).toBeVisible();
    await page.keyboard.type('Requests');
    await page.keyboard.press('ArrowDown');
    await asked(
      page,
      ({ queryType }) => queryType === 'requests',
      () => page.keyboard.press('Enter')
    );
  });
});

test.describe('settings', () => {
  test('every field is kept, secrets are not shown', async ({ page, settings }) => {
    const { form, save } = settings;
    await form.locator('#hotspan-tenant').fill('default');
    await form.locator('#hotspan-timeoutSeconds').fill('20');
    await form.locator('#hotspan-maxResponseBytes').fill('32');
    await form.locator('#hotspan-defaultProfileType').fill('wall-time');
    await form.locator('#hotspan-sourceUrl').fill('https://git.example/${file}#L${line}');
    await expect(form.getByRole('combobox', { name: 'Trace datasource' })).toBeVisible();
    await form.getByRole('button', { name: /Provisioning/ }).click();
    const text = form.getByTestId('own-provisioning');
    await expect(text).toContainText('timeoutSeconds: 20');
    await expect(text).toContainText('sourceUrl: "https://git.example/$${file}#L$${line}"');
    await save();
    await expect(page.getByText(/^Connected to Hotspan store .* Services in the last 24 hours: \d+/)).toBeVisible();
    const stored = await settings.stored();
    expect(stored.jsonData).toMatchObject({
      tenant: 'default',
      timeoutSeconds: 20,
      maxResponseBytes: 32 * 2 ** 20,
      defaultProfileType: 'wall-time',
    });
  });

  test('the ways to sign in', async ({ page, settings }) => {
    const { form, save } = settings;
    const method = form.getByRole('combobox', { name: 'Authentication method' });
    await choose(page, method, 'Basic', /^Basic authentication/);
    await form.getByPlaceholder('User').fill('grafana');
    await form.getByPlaceholder('Password').fill('a secret');
    await save();
    const basic = JSON.stringify(await settings.stored());
    expect(basic).toContain('"basicAuthPassword":true');
    expect(basic).not.toContain('a secret');
    await choose(page, method, 'Forward', /^Forward OAuth/);
    await expect(form.locator('#hotspan-token')).toBeHidden();
    await choose(page, method, 'Token', /^Token/);
    await form.getByRole('button', { name: 'Reset' }).or(form.locator('#hotspan-token')).first().click();
    await form.locator('#hotspan-token').fill('another secret');
    await form.getByText('Skip TLS certificate validation').click();
    await save();
    const token = JSON.stringify(await settings.stored());
    expect(token).toContain('"token":true');
    expect(token).toContain('"tlsSkipVerify":true');
    expect(token).not.toContain('another secret');
  });

  test('the health check names the fault and what to do', async ({ page, settings, allowProblem }) => {
    allowProblem(/HTTP 400 .*health/);
    const { form, save } = settings;
    const url = form.locator('#hotspan-url');
    await url.fill('store:4140');
    await expect(form.getByText('Write an address with http:// or https://')).toBeVisible();
    await url.fill('http://127.0.0.1:9');
    await save();
    await expect(page.getByText(/127\.0\.0\.1:9/).last()).toBeVisible();
    await url.fill(new URL('/', page.url()).href);
    // Grafana asks with settings that it has remembered for some seconds.
    await expect(async () => {
      await save();
      await expect(page.getByText(/is not a Hotspan store.* Correct the URL/)).toBeVisible({ timeout: 2_000 });
    }).toPass();
  });

  test('axe finds nothing serious', async ({ page, settings }) => {
    await expect(settings.form.locator('#hotspan-url')).toBeVisible();
    expect(await seriousFaults(page, settings.selector, excepted)).toEqual([]);
  });
});

/** Dashboard, label of the variable, what is typed into its list, the option found. */
const listed: Array<[string, string, string, RegExp]> = [
  ['hotspan-overview', 'Service', 'python', /demo-python/],
  ['hotspan-overview', 'Profile type', 'wall', /Wall Time/],
  ['hotspan-overview', 'Method', 'hash_p', /hash_password/],
  ['hotspan-overview', 'Thread', 'fib', /fib-cruncher/],
  ['hotspan-hotspots', 'Rows', 'libr', /Library/i],
  ['hotspan-profile', 'Profile', ':', /\d{2}:\d{2}/],
];

test('variables of a dashboard list services, types, methods, threads, dimensions and profiles', async ({ page }) => {
  for (const [dashboard, label, typed, wanted] of listed) {
    await page.goto(`/d/${dashboard}?var-service=demo-python`);
    const variable = page.getByTestId(`data-testid Dashboard template variables submenu Label ${label}`).locator('..');
    await variable.getByRole('combobox').first().click();
    await page.keyboard.type(typed);
    await expect(page.getByRole('option', { name: wanted }).first(), label).toBeVisible();
  }
});

test('ad hoc filters offer labels and values, and narrow every panel', async ({ page }) => {
  await page.goto('/d/hotspan-overview?var-service=$__all');
  const filters = page
    .getByPlaceholder('Filter by label values')
    .or(page.getByRole('combobox', { name: /filter/i }))
    .first();
  await filters.click();
  await page.keyboard.type('language');
  await option(page, /language/).click();
  await option(page, /^= ?/).click();
  await page.keyboard.type('pyth');
  const sent = await asked(
    page,
    ({ adhocFilters }) => JSON.stringify(adhocFilters ?? '').includes('python'),
    () => option(page, /python/).click()
  );
  expect(sent.adhocFilters).toContainEqual(
    expect.objectContaining({ key: 'language', operator: '=', value: 'python' })
  );
});

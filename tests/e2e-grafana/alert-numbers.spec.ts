import { type APIRequestContext, type Page } from '@playwright/test';
import { Profile } from 'pprof-format';
import { gunzipSync } from 'node:zlib';
import { datasourceUrl, expect, openAdmin, panel, test, uniqueService } from './grafana';
import { addGroup, type Instance, readRules, removeRules, writtenRule } from './rules';
import { sendUpload } from '../e2e/uploads';

const service = uniqueService('counted');
const rowCount = 10;
let admin: APIRequestContext;

test.beforeAll(async () => {
  admin = await openAdmin();
});

test.afterAll(async () => {
  await removeRules(admin, [service]);
  await admin.dispose();
});

/** A rule on the ten largest methods that also writes each one's number, every digit of it, into an annotation. */
async function addRule(): Promise<void> {
  const rule = await writtenRule(admin, 'hotspan-hot-method');
  const data = rule.data.map((query) => {
    const range = query.relativeTimeRange.from > 0 ? { from: 600, to: 0 } : query.relativeTimeRange;
    return { ...query, relativeTimeRange: range };
  });
  const [question, threshold, ...bounds] = data;
  const asked = { selector: `{service="${service}"}`, measure: 'self', rows: undefined, topN: rowCount };
  const above = [{ evaluator: { type: 'gt', params: [0] } }];
  await addGroup(admin, service, [
    {
      ...rule,
      uid: service,
      title: service,
      annotations: { ...rule.annotations, exact: '{{ $values.A.Value }}' },
      data: [
        { ...question, model: { ...question.model, ...asked } },
        { ...threshold, model: { ...threshold.model, conditions: above } },
        ...bounds,
      ],
    },
  ]);
}

async function firingRows(): Promise<Instance[]> {
  const rule = (await readRules(admin)).get(service);
  return (rule?.alerts ?? []).filter(({ state }) => state.startsWith('Alerting'));
}

/** Self time of each method, as the panel tells it to the last unit. */
async function shownNumbers(page: Page, methods: readonly string[]): Promise<Record<string, number>> {
  const rows = panel(page, 'Rows now').getByRole('row');
  const shown: Record<string, number> = {};
  for (const method of methods) {
    const row = rows.filter({ has: page.getByText(method, { exact: true }) });
    const exact = await row
      .getByTitle(/^[\d\s.,]+ ns$/)
      .first()
      .getAttribute('title');
    shown[method] = Number((exact ?? '').replace(/\D/g, ''));
  }
  return shown;
}

/** Self time of each method in the exported pprof file of the range. */
async function exportedNumbers(from: string, to: string): Promise<Record<string, number>> {
  const params = { from, to, format: 'pprof', profileType: 'cpu-time', selector: `{service="${service}"}` };
  const answer = await admin.get('/api/datasources/uid/hotspan/resources/export', { params });
  expect(answer.status()).toBe(200);
  const { sample, location, function: functions, stringTable } = Profile.decode(gunzipSync(await answer.body()));
  const names = new Map(functions.map(({ id, name }) => [Number(id), stringTable.strings[Number(name)]]));
  const leaves = new Map(location.map(({ id, line }) => [Number(id), names.get(Number(line[0].functionId)) ?? '']));
  const sums: Record<string, number> = {};
  for (const { locationId, value } of sample) {
    const leaf = leaves.get(Number(locationId[0])) ?? '';
    sums[leaf] = (sums[leaf] ?? 0) + Number(value[1]);
  }
  return sums;
}

test('alert, the panel that it links to and the export agree to the last unit on ten rows', async ({
  page,
  signIn,
}) => {
  test.setTimeout(120_000);
  await sendUpload(await datasourceUrl(admin, 'hotspan'), 'dd-go-2', { service });
  await addRule();
  await expect.poll(async () => (await firingRows()).length, { timeout: 60_000 }).toBe(rowCount);
  const instances = await firingRows();
  const alerted = Object.fromEntries(
    instances.map(({ labels, annotations }) => [labels.method, Number(annotations.exact)])
  );
  const link = new URL(instances[0].annotations.description);
  await signIn();
  await page.setViewportSize({ width: 1700, height: 1400 });
  link.searchParams.delete('var-row');
  await page.goto(link.pathname + link.search);
  await expect(panel(page, 'Rows now').getByRole('row').nth(rowCount)).toBeVisible();
  const methods = Object.keys(alerted);
  expect(Math.min(...Object.values(alerted))).toBeGreaterThan(0);
  expect(await shownNumbers(page, methods)).toEqual(alerted);
  const exported = await exportedNumbers(link.searchParams.get('from') ?? '', link.searchParams.get('to') ?? '');
  expect(Object.fromEntries(methods.map((method) => [method, exported[method]]))).toEqual(alerted);
});

import { type APIRequestContext, type Page } from '@playwright/test';
import { datasourceUrl, expect, openAdmin, panel, test, uniqueService } from './grafana';
import { addGroup, type Instance, readRules, removeRules, type Rule, writtenRule } from './rules';
import { sendUpload } from '../e2e/uploads';

const hotMethod = 'crypto/internal/fips140/sha256.blockSHANI';
const provisionedUid = 'hotspan-hot-method';

let admin: APIRequestContext;
let storeUrl: string;
const written: string[] = [];

test.beforeAll(async () => {
  admin = await openAdmin();
  storeUrl = await datasourceUrl(admin, 'hotspan');
});

test.afterAll(async () => {
  await removeRules(admin, written);
  await admin.dispose();
});

const ruleState = async (uid: string) => (await readRules(admin)).get(uid);

/** Adds a copy of the provisioned rule, about `service` and the last minute only, and gives its uid. */
async function addRule(service: string, change: Record<string, unknown> = {}): Promise<string> {
  const provisioned = await writtenRule(admin, provisionedUid);
  const [query, threshold] = provisioned.data;
  const model = { ...query.model, selector: `{service="${service}"}`, ...change };
  const data = [{ ...query, relativeTimeRange: { from: 60, to: 0 }, model }, threshold];
  written.push(service);
  await addGroup(admin, service, [{ ...provisioned, uid: service, title: `Copy for ${service}`, data }]);
  return service;
}

const alertOf = async (uid: string) => (await ruleState(uid))?.alerts?.[0];

/** Evaluations of a rule until something holds; a rule is evaluated every ten seconds. */
async function evaluationsUntil(uid: string, holds: (rule: Rule) => boolean, seconds: number): Promise<number> {
  const seen = new Set<string>();
  await expect
    .poll(
      async () => {
        const rule = await ruleState(uid);
        if (rule && !rule.lastEvaluation.startsWith('0001')) {
          seen.add(rule.lastEvaluation);
        }
        return rule !== undefined && seen.size > 0 && holds(rule);
      },
      { intervals: [500], timeout: seconds * 1000 }
    )
    .toBe(true);
  return seen.size;
}

/** The dashboard shows the range that the rule looked at, and the row with the same share, picked. */
async function expectPickedRow(page: Page, alert: Instance | undefined, name: string): Promise<void> {
  const params = new URL(alert?.annotations.description ?? '').searchParams;
  expect(Number(params.get('to')) - Number(params.get('from'))).toBeGreaterThanOrEqual(60_000);
  const row = panel(page, 'Rows now').getByRole('row').filter({ hasText: name });
  await expect(row).toHaveAttribute('aria-selected', 'true');
  // The alert's own value is that of the threshold, 1; the share stands in the summary.
  const percent = Number(/takes ([\d.]+)% of/.exec(alert?.annotations.summary ?? '')?.[1]);
  // To the last unit it is compared in alert-numbers.spec; the demo may send uploads of that range after the evaluation.
  const shown = Number(/([\d.]+) %/.exec((await row.textContent()) ?? '')?.[1]);
  expect(Math.abs(shown - percent)).toBeLessThan(1);
}

test('the provisioned rule fires on the hot method, with its labels and the way to its panel', async ({
  page,
  signIn,
}) => {
  await sendUpload(storeUrl, 'dd-go-2', { service: 'demo-go' });
  await evaluationsUntil(provisionedUid, ({ state }) => state === 'firing', 30);
  const alert = await alertOf(provisionedUid);
  expect(alert?.labels).toMatchObject({ method: hotMethod, service: 'demo-go', source: 'hotspan' });
  expect(alert?.annotations.summary).toMatch(new RegExp(`^${hotMethod} takes [\\d.]+% of the CPU of demo-go$`));
  await signIn();
  await page.goto(`/alerting/grafana/${provisionedUid}/view`);
  await expect(page.getByText(hotMethod).first()).toBeVisible();
  await page.getByRole('link', { name: 'View panel' }).click();
  await expect(page).toHaveURL(/\/d\/hotspan-hotspots.*viewPanel=/);
  // The link of the notification opens the dashboard with the row picked.
  const { pathname, search } = new URL(alert?.annotations.description ?? '');
  await page.goto(pathname + search);
  await expectPickedRow(page, alert, hotMethod);
  await expect(panel(page, 'Rate of the picked or largest rows').getByText(hotMethod)).toBeVisible();
  await expect(panel(page, 'Rate of the picked or largest rows').getByText('work.Fib')).toHaveCount(0);
});

test('without uploads of the service the row is there as 0, and the rule is normal', async () => {
  const uid = await addRule(uniqueService('silent'));
  await evaluationsUntil(uid, () => true, 30);
  const rule = await ruleState(uid);
  expect(rule).toMatchObject({ state: 'inactive', health: 'ok' });
  expect(rule?.alerts).toHaveLength(1);
  expect(rule?.alerts?.[0]).toMatchObject({ state: 'Normal', labels: { method: hotMethod, service: uid } });
});

test('it fires within two evaluations of an upload and resolves when the method is gone', async () => {
  test.setTimeout(180_000);
  const service = await addRule(uniqueService('alerted'));
  await evaluationsUntil(service, () => true, 30);
  await sendUpload(storeUrl, 'dd-go-2', { service });
  const evaluations = await evaluationsUntil(service, ({ state }) => state === 'firing', 40);
  // The last one before the upload is counted too.
  expect(evaluations).toBeLessThanOrEqual(3);
  expect((await alertOf(service))?.labels).toMatchObject({ method: hotMethod, service });
  await sendUpload(storeUrl, 'dd-go-2', { service, without: hotMethod });
  await evaluationsUntil(service, ({ state }) => state === 'inactive', 120);
  expect((await alertOf(service))?.labels).toMatchObject({ method: hotMethod, service });
});

test('a variable left in the query is a clear error', async () => {
  const uid = await addRule(uniqueService('unfilled'), { selector: '{service="$service"}' });
  await evaluationsUntil(uid, () => true, 30);
  const rule = await ruleState(uid);
  expect(rule?.health).toBe('error');
  expect(rule?.lastError).toContain(
    'still has the variable $service. Alert rules know no dashboard variables: write the value itself.'
  );
});

import { type APIRequestContext, type Page } from '@playwright/test';
import { datasourceUrl, expect, openAdmin, panel, test, uniqueService } from './grafana';
import { sendUpload } from './uploads';

const hotMethod = 'crypto/internal/fips140/sha256.blockSHANI';
const provisionedUid = 'hotspan-hot-method';

interface Alert {
  state: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  value: string;
}

interface Rule {
  state: string;
  health: string;
  lastError?: string;
  lastEvaluation: string;
  uid: string;
  alerts?: Alert[];
}

interface RuleModel {
  uid?: string;
  title: string;
  data: Array<{ refId: string; model: Record<string, unknown>; relativeTimeRange: { from: number; to: number } }>;
  [field: string]: unknown;
}

let admin: APIRequestContext;
let storeUrl: string;
const written: string[] = [];

test.beforeAll(async () => {
  admin = await openAdmin();
  storeUrl = await datasourceUrl(admin, 'hotspan');
});

test.afterAll(async () => {
  for (const uid of written) {
    await admin.delete(`/api/v1/provisioning/alert-rules/${uid}`);
  }
  await admin.dispose();
});

/** The rule as the scheduler sees it. */
async function ruleState(uid: string): Promise<Rule | undefined> {
  const answer = await admin.get('/api/prometheus/grafana/api/v1/rules');
  const { data }: { data: { groups: Array<{ rules: Rule[] }> } } = await answer.json();
  return data.groups.flatMap(({ rules }) => rules).find((rule) => rule.uid === uid);
}

/** Adds a copy of the provisioned rule, about `service` and the last minute only, and gives its uid. */
async function addRule(service: string, change: Record<string, unknown> = {}): Promise<string> {
  const provisioned: RuleModel = await (await admin.get(`/api/v1/provisioning/alert-rules/${provisionedUid}`)).json();
  const [query, threshold] = provisioned.data;
  const rule = {
    ...provisioned,
    id: undefined,
    provenance: undefined,
    uid: service,
    title: `Copy for ${service}`,
    ruleGroup: service,
    data: [
      {
        ...query,
        relativeTimeRange: { from: 60, to: 0 },
        model: { ...query.model, selector: `{service="${service}"}`, ...change },
      },
      threshold,
    ],
  };
  const headers = { 'X-Disable-Provenance': 'true' };
  const created = await admin.post('/api/v1/provisioning/alert-rules', { data: rule, headers });
  expect(created.status(), await created.text()).toBe(201);
  written.push(service);
  const url = `/api/v1/provisioning/folder/${String(provisioned.folderUID)}/rule-groups/${service}`;
  const current = await (await admin.get(url)).json();
  const put = await admin.put(url, { data: { ...current, interval: 10 }, headers });
  expect(put.status(), await put.text()).toBe(200);
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
async function expectPickedRow(page: Page, alert: Alert | undefined, name: string): Promise<void> {
  const params = new URL(alert?.annotations.description ?? '').searchParams;
  expect(Number(params.get('to')) - Number(params.get('from'))).toBeGreaterThanOrEqual(60_000);
  const row = panel(page, 'Rows now').getByRole('row').filter({ hasText: name });
  await expect(row).toHaveAttribute('aria-selected', 'true');
  const value = Number(/value=([\d.e-]+)/.exec(alert?.value ?? '')?.[1] ?? alert?.value);
  await expect(row).toContainText(`${(value * 100).toFixed(1)} %`);
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

import { type APIRequestContext } from '@playwright/test';
import { expect } from './grafana';

/** One row of an alert rule. */
export interface Instance {
  state: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** A rule as the scheduler sees it. */
export interface Rule {
  uid: string;
  state: string;
  health: string;
  lastError?: string;
  lastEvaluation: string;
  alerts?: Instance[];
}

/** A rule as it is written. */
export interface RuleModel {
  uid: string;
  title: string;
  folderUID: string;
  annotations: Record<string, string>;
  data: Array<{ refId: string; model: Record<string, unknown>; relativeTimeRange: { from: number; to: number } }>;
  [field: string]: unknown;
}

/** Rules that are not of a provisioning file may be changed and removed. */
const headers = { 'X-Disable-Provenance': 'true' };
const rulesPath = '/api/v1/provisioning/alert-rules';

export async function readRules(admin: APIRequestContext): Promise<Map<string, Rule>> {
  const answer = await admin.get('/api/prometheus/grafana/api/v1/rules');
  const { data }: { data: { groups: Array<{ rules: Rule[] }> } } = await answer.json();
  return new Map(data.groups.flatMap((group) => group.rules).map((rule) => [rule.uid, rule]));
}

/** A rule that is provisioned, to be copied. */
export async function writtenRule(admin: APIRequestContext, uid: string): Promise<RuleModel> {
  return (await admin.get(`${rulesPath}/${uid}`)).json();
}

/** Adds rules as a group of their own, which is evaluated every ten seconds. */
export async function addGroup(admin: APIRequestContext, group: string, rules: readonly RuleModel[]): Promise<void> {
  for (const rule of rules) {
    const data = { ...rule, id: undefined, provenance: undefined, ruleGroup: group };
    const created = await admin.post(rulesPath, { data, headers });
    expect(created.status(), await created.text()).toBe(201);
  }
  const url = `/api/v1/provisioning/folder/${rules[0].folderUID}/rule-groups/${group}`;
  const current = await (await admin.get(url)).json();
  const put = await admin.put(url, { data: { ...current, interval: 10 }, headers });
  expect(put.status(), await put.text()).toBe(200);
}

export async function removeRules(admin: APIRequestContext, uids: readonly string[]): Promise<void> {
  for (const uid of uids) {
    await admin.delete(`${rulesPath}/${uid}`);
  }
}

import { type Page } from '@playwright/test';
import { type RecordedSpan, hexId, hexTraceId, recordedSpans } from '../oracle/recorded-traces';
import { datasourceUrl, expect, openAdmin, panel, test, uniqueService } from './grafana';
import { startTempo } from './tempo';
import { sendUpload, valueBySpan } from '../e2e/uploads';

/** The trace page and the ways back to a trace, for an anonymous Viewer, who may not use Explore. */
const service = uniqueService('hotspots');
let trace: RecordedSpan[];
let span: RecordedSpan;
let cpuNs: number;
let range: string;
let stopTempo: () => Promise<void>;

test.beforeAll(async () => {
  const admin = await openAdmin();
  const sums = await valueBySpan('dd-python-2', 'cpu-time');
  const cpuOf = ({ spanId }: RecordedSpan) => Number(sums.get(spanId) ?? 0n);
  const spans = recordedSpans('traces-dd-python');
  span = spans.reduce((best, next) => (cpuOf(next) > cpuOf(best) ? next : best));
  cpuNs = cpuOf(span);
  trace = spans.filter(({ traceId }) => traceId === span.traceId);
  const { shiftNs, endMs } = await sendUpload(await datasourceUrl(admin, 'hotspan'), 'dd-python-2', { service });
  range = `from=${endMs - 600_000}&to=${endMs + 600_000}`;
  const { port } = new URL(await datasourceUrl(admin, 'tempo'));
  stopTempo = await startTempo(Number(port), [{ service, spans: trace, shiftNs, hasProfileId: () => true }]);
  await admin.dispose();
});

test.afterAll(() => stopTempo());

const spanTree = (page: Page) => page.getByRole('treegrid', { name: 'Spans of the trace' });
const methods = (page: Page) => page.getByRole('treegrid', { name: /in the span$/ });
/** As the panel writes it: three digits. */
const shownCpu = () => `${(cpuNs / 1e6).toPrecision(3)} ms`;
const address = '/a/hotspan-profiling-app/trace?ds=hotspan&traces=tempo';

async function expectTrace(page: Page) {
  await expect(spanTree(page).getByRole('row')).toHaveCount(trace.length + 1);
  await expect(spanTree(page).getByRole('row', { selected: true })).toContainText(span.resource);
}

test('a trace stands beside the methods of its span, children included', async ({ page }) => {
  await page.goto(
    `${address}&trace=${hexTraceId(trace)}&span=${hexId(span.spanId)}&${range}&var-profile_type=cpu-time`
  );
  await expectTrace(page);
  await expect(page.getByRole('button', { name: 'Scope: With children' })).toBeVisible();
  await expect(methods(page).getByRole('row').nth(1)).toBeVisible();
  await page.getByRole('button', { name: /^Scope/ }).click();
  await page.getByRole('menuitem', { name: /^This span/ }).click();
  await expect(page).toHaveURL(/var-span_scope=span/);
  await expect(methods(page).getByText(shownCpu()).first()).toBeVisible();
});

test('a click on another span shows its methods, or why there are none', async ({ page }) => {
  await page.goto(`${address}&trace=${hexTraceId(trace)}&span=${hexId(span.spanId)}&${range}`);
  await expectTrace(page);
  const other = trace.findIndex((one) => one !== span);
  await spanTree(page).getByRole('row').filter({ hasText: trace[other].name }).first().click();
  await expect(page).not.toHaveURL(new RegExp(`span=${hexId(span.spanId)}`));
  await expect(
    methods(page)
      .or(page.getByText(/No samples in this span|Nothing of this type/))
      .first()
  ).toBeVisible();
});

test('a request of a profile opens its trace, which is found by its span', async ({ page }) => {
  await page.setViewportSize({ width: 1900, height: 1200 });
  await page.goto(`/d/hotspan-requests?var-service=${service}&var-profile_type=cpu-time&${range}`);
  const row = panel(page, 'Requests')
    .getByRole('row')
    .filter({ hasText: hexId(span.spanId) });
  await row.getByRole('link', { name: 'trace' }).click();
  await expect(page).toHaveURL(/\/a\/hotspan-profiling-app\/trace/);
  await expectTrace(page);
  await expect(methods(page)).toBeVisible();
});

test('a trace that is not there leaves the hotspots of the span', async ({ page, allowProblem }) => {
  allowProblem(/404|trace/i);
  await page.goto(
    `${address}&span=${hexId(span.spanId)}&trace=00000000000000000000000000000001&service=${service}&${range}`
  );
  await expect(page.getByText(/has no trace|The trace/).first()).toBeVisible();
});

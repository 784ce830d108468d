import { type Page } from '@playwright/test';
import { datasourceUrl, expect, exploreUrl, exploredQueries, openAdmin, test, uniqueService } from './grafana';
import { type RecordedSpan, hexId, hexTraceId, recordedSpans } from '../oracle/recorded-traces';
import { startTempo } from './tempo';
import { sendUpload, valueBySpan } from '../e2e/uploads';

/**
 * A recorded trace of the Python program, whose profile is in the store. The span looked at is the one of the recorded
 * traces with the most CPU time in the recorded profile.
 */
const service = uniqueService('traced');
let trace: RecordedSpan[];
let span: RecordedSpan;
let cpuNs: number;
let untagged: RecordedSpan;
let stopTempo: () => Promise<void>;

test.beforeAll(async () => {
  const admin = await openAdmin();
  const sums = await valueBySpan('dd-python-2', 'cpu-time');
  const spans = recordedSpans('traces-dd-python');
  const cpuOf = ({ spanId }: RecordedSpan) => Number(sums.get(spanId) ?? 0n);
  span = spans.reduce((best, next) => (cpuOf(next) > cpuOf(best) ? next : best));
  cpuNs = cpuOf(span);
  trace = spans.filter(({ traceId }) => traceId === span.traceId);
  untagged = trace.find((other) => other !== span) ?? span;
  const { shiftNs } = await sendUpload(await datasourceUrl(admin, 'hotspan'), 'dd-python-2', { service });
  const { port } = new URL(await datasourceUrl(admin, 'tempo'));
  const hasProfileId = (one: RecordedSpan) => one !== untagged;
  stopTempo = await startTempo(Number(port), [{ service, spans: trace, shiftNs, hasProfileId }]);
  await admin.dispose();
});

test.afterAll(() => stopTempo());

/** As the flame graphs write it: three digits. */
const shownCpu = () => `${(cpuNs / 1e6).toPrecision(3)} ms`;

async function openTrace(page: Page) {
  await page.setViewportSize({ width: 1700, height: 1400 });
  await page.goto(exploreUrl('tempo', { queryType: 'traceql', query: hexTraceId(trace) }));
}

/** Unfolds the details of a span. */
async function openSpan(page: Page, { resource }: RecordedSpan) {
  await page.getByRole('switch').filter({ hasText: resource }).first().click();
  await expect(page.getByText('Resource attributes')).toBeVisible();
}

/** The pane that a link opened beside the trace draws our panel with the span's samples alone. */
async function expectSpanProfile(page: Page) {
  const shown = page.getByTestId('flame-graph');
  await expect(shown).toBeVisible();
  await expect(page.getByText(new RegExp(`^${shownCpu()} · .* · 1 uploads?$`))).toBeVisible();
}

test.beforeEach(async ({ page, signIn }) => {
  await signIn();
  await openTrace(page);
});

test('the trace view draws the flame graph of a span', async ({ page }) => {
  await openSpan(page, span);
  await expect(page.locator('canvas[data-testid="flameGraph"]')).toBeVisible();
  await expect(page.getByText(new RegExp(`^${shownCpu()} \\|`))).toBeVisible();
});

test('"Related profiles" opens the query of the span beside the trace', async ({ page }) => {
  await openSpan(page, span);
  await page.getByTestId('span-detail-component').getByRole('link', { name: 'Related profiles' }).click();
  await expectSpanProfile(page);
  expect(exploredQueries(page)).toContainEqual(
    expect.objectContaining({
      queryType: 'profile',
      labelSelector: `{service="${service}"}`,
      spanSelector: [hexId(span.spanId)],
    })
  );
});

test('the correlation opens the profile of a span', async ({ page }) => {
  await openSpan(page, span);
  await page.getByTestId('span-detail-component').getByRole('link', { name: 'Profile of this span' }).click();
  await expectSpanProfile(page);
  expect(exploredQueries(page)).toContainEqual(
    expect.objectContaining({ selector: `{service="${service}"}`, spanId: [hexId(span.spanId)] })
  );
});

test('a span without the tag pyroscope.profile.id has the correlation only', async ({ page }) => {
  await openSpan(page, untagged);
  await expect(
    page.getByTestId('span-detail-component').getByRole('link', { name: 'Profile of this span' })
  ).toBeVisible();
  await expect(page.getByTestId('span-detail-component').getByRole('link', { name: 'Related profiles' })).toHaveCount(
    0
  );
});

/** Both links open a tab of their own: the explorer, here with the one upload of the test. */
async function expectExplorer(opened: Page): Promise<URLSearchParams> {
  await expect(opened).toHaveURL(/\/a\/hotspan-profiling-app\/explore/);
  await expect(opened.getByRole('row').filter({ hasText: service })).toHaveCount(1);
  return new URL(opened.url()).searchParams;
}

test('the link at service.name lists the profiles of that span', async ({ page }) => {
  await openSpan(page, span);
  await page.getByRole('switch', { name: 'Resource attributes' }).click();
  const opening = page.waitForEvent('popup');
  await page.getByTitle('Profiles of this service and span').click();
  const search = await expectExplorer(await opening);
  expect([search.get('service'), search.get('span')]).toEqual([service, hexId(span.spanId)]);
});

test('the button above the trace lists the profiles of its services', async ({ page }) => {
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Profiles of this trace' }).click();
  const search = await expectExplorer(await opening);
  expect(search.getAll('service')).toEqual([service]);
});

test('the button "Code hotspots" opens the trace beside the methods of its spans', async ({ page }) => {
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Code hotspots' }).click();
  const opened = await opening;
  await expect(opened).toHaveURL(/\/a\/hotspan-profiling-app\/trace/);
  const rows = opened.getByRole('treegrid', { name: 'Spans of the trace' }).getByRole('row');
  await expect(rows).toHaveCount(trace.length + 1);
});

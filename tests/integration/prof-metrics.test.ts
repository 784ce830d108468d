import { loadRecording, replay } from './replay';
import { removeDataDirs, type RunningStore, startStore, untilInserted } from './start-store';
import { askQuery, rowsOf } from './store-client';

/** DataKit's metrics over HTTP, and what is said beside values that a profiler sampled. */
let store: RunningStore;
beforeAll(async () => {
  store = await startStore();
  for (const name of ['dd-go-2', 'dd-python-2', 'dd-java-ddprof-2']) {
    expect((await replay(store.url, loadRecording(name))).status).toBe(200);
  }
  await untilInserted(store);
}, 120_000);
afterAll(async () => {
  await store.stop();
  removeDataDirs();
});

const time = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };

async function lastValue(profileType: string, language: string): Promise<{ value: number; unit: unknown }> {
  const [frame] = await askQuery(
    store.url,
    { queryType: 'metrics', profileType, selector: `{language="${language}"}` },
    time
  );
  const rows = rowsOf(frame);
  const field = frame.schema.fields.find(({ name }) => name === 'value');
  return { value: Number(rows[rows.length - 1].value), unit: field?.config?.unit };
}

jest.setTimeout(60_000);

const languages: Record<string, string> = { go: 'go', python: 'python', jvm: 'java' };

it.each([
  ['prof_go_cpu_cores', 'suffix: cores', 0.1, 8],
  ['prof_go_num_goroutine', 'short', 10, 100],
  ['prof_go_alloc_bytes_per_sec', 'binBps', 1e6, 1e9],
  ['prof_python_lock_acquisitions_per_sec', 'cps', 0.1, 1e5],
  ['prof_jvm_gc_pauses_per_sec', 'cps', 0.5, 50],
  ['prof_jvm_uptime_nanoseconds', 'ns', 1e9, 1e12],
])('gives %s as a series in %s', async (type, unit, low, high) => {
  const last = await lastValue(type, languages[type.split('_')[1]]);
  expect(last.value).toBeGreaterThan(low);
  expect(last.value).toBeLessThan(high);
  expect(typeof last.unit).toBe('string');
  expect([type, unit]).toEqual([type, last.unit]);
});

it('says what sampled exceptions of Python stand for', async () => {
  const selector = '{language="python"}';
  const [table] = await askQuery(
    store.url,
    { queryType: 'dimension', dimension: 'exception', profileType: 'thrown-exceptions', selector },
    time
  );
  const [notice] = table.schema.meta?.notices ?? [];
  expect(notice.text).toMatch(/sampled them\. Each stands for about 100: all uploads together for /);
  for (const queryType of ['requests', 'hotspots', 'profile']) {
    const [frame] = await askQuery(store.url, { queryType, profileType: 'thrown-exceptions', selector }, time);
    const texts = (frame.schema.meta?.notices ?? []).map(({ text }) => text);
    expect([queryType, texts]).toEqual([queryType, expect.arrayContaining([notice.text])]);
  }
  const raw = await lastValue('thrown-exceptions', 'python');
  expect((await lastValue('thrown-exceptions-estimate', 'python')).value).toBeCloseTo(raw.value * 100);
  const [java] = await askQuery(
    store.url,
    { queryType: 'dimension', profileType: 'thrown-exceptions', selector: '{language="java"}' },
    time
  );
  expect(java.schema.meta?.notices ?? []).toEqual([]);
});

import { profileMetrics } from '../../src/model/profile-metrics';
import { profileTypeOf } from '../../src/model/profile-types';
import { loadRequest } from './recorded-parts';
import { makeContentHasher } from './content-ids';
import { readRequest } from './read-request';
import { understandRequest } from './understand';
import { defaultLimits as limits } from '../../tests/integration/default-limits';

/** Types with totals of a recorded upload, its length in seconds, its runtime information. */
async function read(name: string) {
  const { body, contentType, headers } = loadRequest(name);
  const request = {
    intake: 'datadog' as const,
    tenant: 't',
    receivedMs: Date.UTC(2026, 10, 22, 13),
    peer: '127.0.0.1',
    contentType,
    query: '',
    headers,
  };
  const context = { request, limits, defaultService: 'none' };
  const more = { retentionDays: 7, sequence: 0, bodyBytes: body.length, hasher: await makeContentHasher() };
  const [{ row }] = readRequest(await understandRequest(body, context), { ...context, ...more }).uploads;
  const totals = new Map(row.types.map((type, at) => [type, row.totals[at]]));
  return { totals, seconds: Number(row.endNs - row.startNs) / 1e9, info: row.runtimeInfo };
}

function metricsOf(totals: ReadonlyMap<string, number>): string[] {
  return [...totals.keys()].filter((type) => type.startsWith('prof_'));
}

it('are 64, each a hidden type of its own', () => {
  expect(new Set(profileMetrics.map(({ id }) => id)).size).toBe(64);
  expect(profileMetrics.every(({ id }) => profileTypeOf(id).hidden)).toBe(true);
});

it('of Go: what the runtime reports, and what its profiles hold', async () => {
  const { totals, seconds } = await read('dd-go-nodelta-2');
  expect(metricsOf(totals)).toHaveLength(13);
  // Read as the first of its series: what its cumulative files added in its own time can't be known.
  expect(totals.has('prof_go_blocked_time')).toBe(false);
  expect(totals.has('prof_go_mutex_delay_time')).toBe(false);
  expect(totals.get('prof_go_cpu_cores')).toBe(totals.get('cpu-time'));
  // metrics.json of the recording, see EXPECTED.json.
  expect(totals.get('prof_go_num_goroutine')).toBe(31);
  expect(totals.get('prof_go_max_gc_pause_time')).toBe(4_093_486);
  expect(totals.get('prof_go_alloc_bytes_per_sec')! / seconds).toBeCloseTo(258_741_912.909, 0);
  expect(totals.get('prof_go_gc_pause_time')! / seconds / 1e9).toBeCloseTo(0.00457185593, 8);
  expect(totals.get('prof_go_cpu_cores_gc_overhead')).toBeGreaterThan(0);
  expect(totals.get('prof_go_cpu_cores_gc_overhead')).toBeLessThan(totals.get('cpu-time')!);
});

it('of Python', async () => {
  const { totals } = await read('dd-python-2');
  expect(metricsOf(totals)).toHaveLength(11);
  expect(totals.get('prof_python_lock_hold_time')).toBe(totals.get('locked-time'));
});

it('of the JVM: from its events', async () => {
  const { totals, seconds } = await read('dd-java-ddprof-2');
  expect(totals.get('prof_jvm_gc_pauses_per_sec')).toBe(20);
  expect(totals.get('prof_jvm_threads_created_per_sec')).toBe(3);
  expect(totals.get('prof_jvm_cpu_cores')).toBe(194 * 10e6);
  expect(totals.get('prof_jvm_throws_total')).toBe(87);
  expect(totals.get('prof_jvm_socket_io_read_bytes')).toBe(10_733);
  expect(totals.get('prof_jvm_avg_gc_pause_time')! * 20).toBeCloseTo(totals.get('prof_jvm_gc_pause_time')!, -2);
  expect(totals.get('prof_jvm_uptime_nanoseconds')! / 1e9).toBeGreaterThan(seconds);
  expect(metricsOf(totals).length).toBeGreaterThan(18);
});

it('are not made for languages that DataKit has none for', async () => {
  expect(metricsOf((await read('dd-node-2')).totals)).toEqual([]);
});

it('tells beside what Python keeps of exceptions how many there were', async () => {
  const { totals, info } = await read('dd-python-2');
  const raw = totals.get('thrown-exceptions')!;
  expect(raw).toBeGreaterThan(0);
  expect(totals.get('thrown-exceptions-estimate')).toBe(raw * 100);
  // This program was told to take every lock: CAP100.0.
  expect(totals.has('lock-acquires-estimate')).toBe(false);
  expect(info).toContain('["Sampling","Thrown Exceptions","the profiler keeps one event of 100');
});

import { column } from '../integration/query-store';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from '../integration/start-store';
import { askQuery, listProfiles, rowsOf } from '../integration/store-client';
import { startProgram, type Command, type Program } from './program';
import { describeWith } from './ready';
import { startTraceSink, type TraceSink } from './trace-sink';

/** The programs of examples/traces, all at once, as its compose file starts them. */
const names = ['python', 'java', 'go', 'node', 'python-otel', 'java-otel', 'go-otel', 'node-otel'];
const serviceOf = (name: string) => `shop-${name}`;
/** The slowest clients upload once a minute. */
const uploadTimeoutMs = 240_000;
const range = { from: Date.now() - 3_600_000, to: Date.now() + 3_600_000 };

describeWith('the example with traces', 'examples', ({ programs }) => {
  let sink: TraceSink;
  let store: RunningStore;
  let started: Program[] = [];

  beforeAll(async () => {
    sink = await startTraceSink();
    store = await startStore({ flags: ['--upstream-agent', sink.url] });
    started = names.map((name) => startProgram(here(programs[name], store.url, sink.url)));
    await untilListed(store, names.map(serviceOf));
    await Promise.all(started.map((program) => program.stop()));
    await untilInserted(store);
  }, 300_000);
  afterAll(async () => {
    await Promise.all(started.map((program) => program.stop()));
    await store.stop();
    await sink.close();
    removeDataDirs();
  });

  it.each(names)('%s sends traces', (name) => {
    const path = name.endsWith('-otel') ? /^\/v1\/traces/ : /^\/v0\.\d\/traces/;
    expect(sink.requests(path, serviceOf(name))).toBeGreaterThan(0);
  });

  it.each(names)('%s sends profiles whose spans hold the methods that ran in them', async (name) => {
    const selector = `{service="${serviceOf(name)}"}`;
    const [requests] = await askQuery(
      store.url,
      { queryType: 'requests', profileType: 'cpu-time', selector, limit: 1 },
      range
    );
    const [largest] = rowsOf(requests);
    expect(largest).toMatchObject({ endpoint: 'POST /checkout', spanId: expect.stringMatching(/^[0-9a-f]{16}$/) });
    const spanId = [String(largest.spanId)];
    const [hotspots] = await askQuery(
      store.url,
      { queryType: 'hotspots', profileType: 'cpu-time', selector, spanId, order: 'value' },
      range
    );
    const methods = column<string>(hotspots, 'label').filter((label) => /build_?report|sign$/i.test(label));
    expect(methods).not.toEqual([]);
  });
});

/** The command with the addresses of this machine instead of the containers'. */
function here({ env, ...command }: Command, storeUrl: string, sinkUrl: string): Command {
  const addresses = { 'http://store:4140': storeUrl, 'http://collector:4318': sinkUrl };
  const local = Object.entries(env ?? {}).map(([key, value]) => [
    key,
    new Map(Object.entries(addresses)).get(value) ?? value,
  ]);
  return { ...command, env: { ...Object.fromEntries(local), DD_PROFILING_UPLOAD_INTERVAL: '10' } };
}

async function untilListed(store: RunningStore, services: readonly string[]): Promise<void> {
  const end = Date.now() + uploadTimeoutMs;
  for (;;) {
    const listed = new Set((await listProfiles(store.url)).map(({ service }) => service));
    const missing = services.filter((service) => !listed.has(service));
    if (missing.length === 0) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`no profile of ${missing.join(', ')} came\n${store.log()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

import type { Stopwatch } from './checks';
import { testClient, testEndpoints, testSpans } from './client-tests';
import { pyroscopeJava } from './commands';
import { identity, runLive } from './live';
import { describeWith } from './ready';

const cpu: Stopwatch = { profileType: 'cpu-time', clock: 'cpuNs', intervalNs: 10e6, method: (name) => `Shop.${name}` };
/** What the JVM says about every agent. */
const jvmWords = /Sharing is only supported for boot loader classes/;

describeWith('Pyroscope for Java', 'java', (tools) => {
  describe('with JFR', () => {
    const service = 'live-pyroscope-java';
    const { live } = runLive(service, (storeUrl) =>
      pyroscopeJava(tools, service, storeUrl, {
        PYROSCOPE_FORMAT: 'jfr',
        PYROSCOPE_PROFILER_ALLOC: '64k',
        PYROSCOPE_PROFILER_LOCK: '1ms',
      })
    );
    testClient(live, {
      labels: { language: 'java' },
      types: ['cpu-time', 'allocated-memory', 'allocations', 'lock-wait-time', 'lock-acquires'],
      watches: [cpu],
      harmless: jvmWords,
    });
  });

  describe('with OpenTelemetry', () => {
    const service = 'live-pyroscope-java-otel';
    const { live } = runLive(service, (storeUrl) =>
      pyroscopeJava(tools, service, storeUrl, { PYROSCOPE_FORMAT: 'jfr' }, 'PyroscopeOtelShop')
    );
    testClient(live, { labels: { language: 'java' }, types: ['cpu-time'], watches: [cpu], harmless: jvmWords });
    testSpans(live, [cpu]);
    testEndpoints(live, cpu);
  });

  describe('with OTLP', () => {
    // The agent sends no name with OTLP, so the address says it.
    const service = 'live-pyroscope-java-otlp';
    const labels = new URLSearchParams({ service, ...identity, language: 'java' });
    const { live } = runLive(service, (storeUrl) =>
      pyroscopeJava(tools, service, `${storeUrl}?${labels}`, { PYROSCOPE_FORMAT: 'otlp' })
    );
    testClient(live, {
      labels: { language: 'java' },
      types: ['cpu-time'],
      watches: [cpu],
      harmless: new RegExp(`${jvmWords.source}|OTLP export does not include the configured application name`),
    });
  });
});

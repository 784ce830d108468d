import type { Stopwatch } from './checks';
import { testClient, testEndpoints, testSpans } from './client-tests';
import { datadogEnv } from './datadog-env';
import { periodSeconds, runLive } from './live';
import { describeWith } from './ready';

const service = 'live-dd-java';
const cpu: Stopwatch = { profileType: 'cpu-time', clock: 'cpuNs', intervalNs: 10e6, method: (name) => `Shop.${name}` };

describeWith('dd-java-agent', 'java', ({ ddAgent, classPath }) => {
  const { live } = runLive(service, (storeUrl) => ({
    command: 'java',
    args: [
      `-javaagent:${ddAgent}`,
      `-Ddd.profiling.upload.period=${periodSeconds}`,
      '-Ddd.profiling.start-force-first=true',
      '-Ddd.profiling.start-delay=0',
      '-Ddd.profiling.ddprof.enabled=true',
      '-Ddd.profiling.ddprof.alloc.enabled=true',
      '-Ddd.profiling.ddprof.liveheap.enabled=true',
      '-Ddd.profiling.allocation.enabled=true',
      '-Ddd.profiling.heap.enabled=true',
      '-cp',
      classPath,
      'Shop',
    ],
    env: { ...datadogEnv(service, storeUrl), SHOP_WAITS: 'true' },
  }));
  testClient(live, {
    labels: { language: 'java' },
    types: ['cpu-time', 'wall-time', 'allocated-memory', 'allocations', 'thrown-exceptions', 'lock-wait-time'],
    watches: [cpu],
    // What the JVM says about every agent, and settings with names like these in them.
    harmless: /Sharing is only supported for boot loader classes|DATADOG TRACER CONFIGURATION/,
  });
  testSpans(live, [cpu]);
  testEndpoints(live, cpu);
});

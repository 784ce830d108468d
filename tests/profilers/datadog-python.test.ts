import type { Stopwatch } from './checks';
import { testClient, testEndpointCounts, testEndpoints, testSpans } from './client-tests';
import { datadogPython } from './commands';
import { runLive } from './live';
import { describeWith } from './ready';

const service = 'live-dd-python';
const cpu: Stopwatch = { profileType: 'cpu-time', clock: 'cpuNs', intervalNs: 10e6, method: (name) => name };
const wall: Stopwatch = { ...cpu, profileType: 'wall-time', clock: 'wallNs' };
/** ddtrace starts its trace writer at the first trace; when two threads end one at once, the second finds it running and says so. */
const writerRace = /^failed to start writer service$/;

describeWith('ddtrace for Python', 'python', (tools) => {
  const { live } = runLive(service, (storeUrl) => datadogPython(tools, service, storeUrl));
  testClient(live, {
    labels: { language: 'python', runtime: 'CPython' },
    types: [
      ...['cpu-time', 'wall-time', 'heap-live-size', 'allocated-memory', 'allocations'],
      ...['lock-wait-time', 'lock-acquires', 'locked-time', 'lock-releases'],
      ...(tools.minor >= 12 ? ['thrown-exceptions'] : []),
    ],
    watches: [cpu, wall],
    harmless: writerRace,
  });
  testSpans(live, [cpu, wall]);
  testEndpoints(live, cpu);
  testEndpointCounts(live);
});

import path from 'node:path';
import type { Stopwatch } from './checks';
import { testClient, testEndpointCounts, testEndpoints, testSpans } from './client-tests';
import { datadogEnv } from './datadog-env';
import { runLive } from './live';
import { describeWith, programDir } from './ready';

const service = 'live-dd-python';
const cpu: Stopwatch = { profileType: 'cpu-time', clock: 'cpuNs', intervalNs: 10e6, method: (name) => name };
const wall: Stopwatch = { ...cpu, profileType: 'wall-time', clock: 'wallNs' };

describeWith('ddtrace for Python', 'python', ({ bin, minor }) => {
  const { live } = runLive(service, (storeUrl) => ({
    command: path.join(bin, 'ddtrace-run'),
    args: [path.join(bin, 'python'), 'datadog.py'],
    cwd: programDir('python'),
    env: {
      ...datadogEnv(service, storeUrl),
      PYTHONDONTWRITEBYTECODE: '1',
      DD_PROFILING_CAPTURE_PCT: '100',
      DD_PROFILING_EXCEPTION_ENABLED: 'true',
    },
  }));
  testClient(live, {
    labels: { language: 'python', runtime: 'CPython' },
    types: [
      ...['cpu-time', 'wall-time', 'heap-live-size', 'allocated-memory', 'allocations'],
      ...['lock-wait-time', 'lock-acquires', 'locked-time', 'lock-releases'],
      ...(minor >= 12 ? ['thrown-exceptions'] : []),
    ],
    watches: [cpu, wall],
  });
  testSpans(live, [cpu, wall]);
  testEndpoints(live, cpu);
  testEndpointCounts(live);
});

import type { Stopwatch } from './checks';
import { testClient, testEndpointCounts, testEndpoints, testSpans } from './client-tests';
import { datadogEnv } from './datadog-env';
import { periodSeconds, runLive } from './live';
import { describeWith, programDir } from './ready';

const service = 'live-dd-node';
const cpu: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'cpuNs',
  intervalNs: 10e6,
  method: (name) => name,
  collected: ['buildReport'],
};

describeWith('dd-trace for Node', 'node', ({ modules }) => {
  const { live } = runLive(service, (storeUrl) => ({
    command: process.execPath,
    args: ['-r', 'dd-trace/init', 'datadog.js'],
    cwd: programDir('node'),
    env: { ...datadogEnv(service, storeUrl), DD_PROFILING_UPLOAD_PERIOD: String(periodSeconds), NODE_PATH: modules },
  }));
  testClient(live, {
    labels: { language: 'node', runtime: 'nodejs' },
    types: ['cpu-time', 'wall-time', 'heap-live-size', 'heap-live-objects'],
    watches: [cpu],
  });
  testSpans(live, [cpu]);
  testEndpoints(live, cpu);
  testEndpointCounts(live);
});

import type { Stopwatch } from './checks';
import { testClient, testEndpointCounts, testEndpoints, testSpans } from './client-tests';
import { datadogNode } from './commands';
import { runLive } from './live';
import { describeWith } from './ready';

const service = 'live-dd-node';
const cpu: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'cpuNs',
  intervalNs: 10e6,
  method: (name) => name,
  leftOut: ['buildReport'],
};

describeWith('dd-trace for Node', 'node', (tools) => {
  const { live } = runLive(service, (storeUrl) => datadogNode(tools, service, storeUrl));
  testClient(live, {
    labels: { language: 'node', runtime: 'nodejs' },
    types: ['cpu-time', 'wall-time', 'heap-live-size', 'heap-live-objects'],
    watches: [cpu],
  });
  testSpans(live, [cpu]);
  testEndpoints(live, cpu);
  testEndpointCounts(live);
});

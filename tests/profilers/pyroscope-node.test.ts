import type { Stopwatch } from './checks';
import { testClient, testEndpoints, testSpans } from './client-tests';
import { pyroscopeNode } from './commands';
import { runLive } from './live';
import { describeWith } from './ready';

const service = 'live-pyroscope-node';
const cpu: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'cpuNs',
  intervalNs: 10e6,
  method: (name) => name,
  leftOut: ['buildReport'],
};

describeWith('@pyroscope/nodejs', 'node', (tools) => {
  const { live } = runLive(service, (storeUrl) => pyroscopeNode(tools, service, storeUrl));
  testClient(live, {
    labels: { language: 'node' },
    types: ['cpu-time', 'wall-time', 'heap-live-size', 'heap-live-objects'],
    watches: [cpu],
  });
  testSpans(live, [cpu]);
  testEndpoints(live, cpu);
});

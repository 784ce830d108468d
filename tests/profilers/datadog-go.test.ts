import type { Stopwatch } from './checks';
import { testClient, testEndpointCounts, testEndpoints, testSpans } from './client-tests';
import { datadogGo } from './commands';
import { runLive } from './live';
import { describeWith } from './ready';

const service = 'live-dd-go';
const cpu: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'cpuNs',
  intervalNs: 10e6,
  method: (name) => `profilers/shop.${name}`,
};

describeWith('dd-trace-go', 'goDatadog', (tools) => {
  const { live } = runLive(service, (storeUrl) => datadogGo(tools, service, storeUrl));
  testClient(live, {
    labels: { language: 'go', runtime: 'go' },
    types: [
      ...['cpu-time', 'heap-live-size', 'heap-live-objects', 'allocated-memory', 'allocations'],
      ...['mutex', 'mutex-contentions', 'block', 'block-contentions', 'goroutines'],
    ],
    watches: [cpu],
  });
  testSpans(live, [cpu]);
  testEndpoints(live, cpu);
  testEndpointCounts(live);
});

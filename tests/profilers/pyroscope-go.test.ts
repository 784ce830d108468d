import type { Stopwatch } from './checks';
import { testClient, testSpans } from './client-tests';
import { pyroscopeGo } from './commands';
import { runLive } from './live';
import { describeWith } from './ready';

const service = 'live-pyroscope-go';
const cpu: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'cpuNs',
  intervalNs: 10e6,
  method: (name) => `profilers/shop.${name}`,
};

describeWith('pyroscope-go', 'goPyroscope', (tools) => {
  const { live } = runLive(service, (storeUrl) => pyroscopeGo(tools, service, storeUrl));
  testClient(live, {
    labels: { language: 'go' },
    types: [
      ...['cpu-time', 'heap-live-size', 'heap-live-objects', 'allocated-memory', 'allocations'],
      ...['mutex', 'mutex-contentions', 'block', 'block-contentions', 'goroutines'],
    ],
    watches: [cpu],
  });
  testSpans(live, [cpu]);
});

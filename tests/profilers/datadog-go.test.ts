import type { Stopwatch } from './checks';
import { testClient, testEndpointCounts, testEndpoints, testSpans } from './client-tests';
import { datadogEnv } from './datadog-env';
import { periodSeconds, runLive } from './live';
import { describeWith } from './ready';

const service = 'live-dd-go';
const cpu: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'cpuNs',
  intervalNs: 10e6,
  method: (name) => `profilers/shop.${name}`,
};

describeWith('dd-trace-go', 'goDatadog', ({ program }) => {
  const { live } = runLive(service, (storeUrl) => ({
    command: program,
    args: [],
    env: {
      ...datadogEnv(service, storeUrl),
      SHOP_PERIOD: String(periodSeconds),
      DD_PROFILING_ENDPOINT_COUNT_ENABLED: 'true',
    },
  }));
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

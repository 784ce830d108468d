import type { Stopwatch } from './checks';
import { testClient } from './client-tests';
import { pyroscopeRust } from './commands';
import { runLive } from './live';
import { describeWith } from './ready';

const service = 'live-pyroscope-rust';
const cpu: Stopwatch = { profileType: 'cpu-time', clock: 'cpuNs', intervalNs: 10e6, method: (name) => `shop::${name}` };

describeWith('the crate pyroscope for Rust', 'rust', (tools) => {
  const { live } = runLive(service, (storeUrl) => pyroscopeRust(tools, service, storeUrl));
  testClient(live, { labels: { language: 'rust' }, types: ['cpu-time'], watches: [cpu] });
});

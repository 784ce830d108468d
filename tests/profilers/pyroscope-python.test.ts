import type { Stopwatch } from './checks';
import { testClient } from './client-tests';
import { pyroscopePython } from './commands';
import { runLive } from './live';
import { describeWith } from './ready';

const service = 'live-pyroscope-python';
const wall: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'wallNs',
  intervalNs: 10e6,
  method: (name) => name,
  sharesOnly: true,
  // With `oncpu` a thread that waits is mostly left out: of such methods a sixth to a third is found.
  leftOut: ['wait_for_stock'],
};

describeWith('pyroscope-io for Python', 'python', (tools) => {
  const { live } = runLive(service, (storeUrl) => pyroscopePython(tools, service, storeUrl));
  testClient(live, { labels: { language: 'python' }, types: ['cpu-time'], watches: [wall] });
});

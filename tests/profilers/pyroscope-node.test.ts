import type { Stopwatch } from './checks';
import { testClient } from './client-tests';
import { runLive } from './live';
import { pyroscopeEnv } from './pyroscope-env';
import { describeWith, programDir } from './ready';

const service = 'live-pyroscope-node';
const cpu: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'cpuNs',
  intervalNs: 10e6,
  method: (name) => name,
  collected: ['buildReport'],
};

describeWith('@pyroscope/nodejs', 'node', ({ modules }) => {
  const { live } = runLive(service, (storeUrl) => ({
    command: process.execPath,
    args: ['pyroscope.js'],
    cwd: programDir('node'),
    env: { ...pyroscopeEnv(service, storeUrl), NODE_PATH: modules },
  }));
  testClient(live, {
    labels: { language: 'node' },
    types: ['cpu-time', 'wall-time', 'heap-live-size', 'heap-live-objects'],
    watches: [cpu],
  });
});

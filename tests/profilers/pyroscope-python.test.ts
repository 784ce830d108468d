import path from 'node:path';
import type { Stopwatch } from './checks';
import { testClient } from './client-tests';
import { runLive } from './live';
import { pyroscopeEnv } from './pyroscope-env';
import { describeWith, programDir } from './ready';

const service = 'live-pyroscope-python';
const wall: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'wallNs',
  intervalNs: 10e6,
  method: (name) => name,
  sharesOnly: true,
};

describeWith('pyroscope-io for Python', 'python', ({ bin }) => {
  const { live } = runLive(service, (storeUrl) => ({
    command: path.join(bin, 'python'),
    args: ['pyroscope_sdk.py'],
    cwd: programDir('python'),
    env: { ...pyroscopeEnv(service, storeUrl), PYTHONDONTWRITEBYTECODE: '1' },
  }));
  testClient(live, { labels: { language: 'python' }, types: ['cpu-time'], watches: [wall] });
});

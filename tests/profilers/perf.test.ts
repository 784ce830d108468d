import path from 'node:path';
import type { Stopwatch } from './checks';
import { testClient } from './client-tests';
import { workSeconds } from './live';
import { describeWith } from './ready';
import { runRecorded } from './recorded';

const cpu: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'cpuNs',
  intervalNs: 1e9 / 99,
  method: (name) => `shop::${name}`,
};

describeWith('perf', 'perf', ({ program }) => {
  const { live } = runRecorded('live-perf', {
    command: (dir) => ({
      command: 'perf',
      args: ['record', '-q', '-e', 'cpu-clock', '-F', '99', '-g', '-o', path.join(dir, 'perf.data'), program],
      env: { SHOP_SECONDS: String(workSeconds) },
    }),
    convert: (dir) => ({ command: 'perf', args: ['script', '-i', path.join(dir, 'perf.data')], into: 'perf.txt' }),
    file: 'perf.txt',
    piped: true,
    flags: ['--label', 'language=cpp'],
  });
  testClient(live, { labels: { language: 'cpp' }, types: ['cpu-time'], watches: [cpu] });
});

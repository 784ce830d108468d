import path from 'node:path';
import type { Stopwatch } from './checks';
import { testClient } from './client-tests';
import { workSeconds } from './live';
import { describeWith } from './ready';
import { runRecorded } from './recorded';

const cpu: Stopwatch = { profileType: 'cpu-time', clock: 'cpuNs', intervalNs: 10e6, method: (name) => `Shop.${name}` };

describeWith('async-profiler', 'java', ({ asyncProfiler, classPath }) => {
  const command = (options: string, file: string) => (dir: string) => ({
    command: 'java',
    args: [`-agentpath:${asyncProfiler}=start,${options},file=${path.join(dir, file)}`, '-cp', classPath, 'Shop'],
    env: { SHOP_SECONDS: String(workSeconds) },
  });

  describe('with JFR', () => {
    const { live } = runRecorded('live-async-profiler', {
      command: command('event=cpu,interval=10ms,wall=50ms,alloc=512k,live,lock=1ms,jfr', 'shop.jfr'),
      file: 'shop.jfr',
    });
    testClient(live, {
      labels: { language: 'java' },
      types: ['cpu-time', 'wall-time', 'allocated-memory', 'allocations', 'lock-wait-time'],
      watches: [cpu],
    });
  });

  describe('with folded stacks', () => {
    const { live } = runRecorded('live-async-profiler-folded', {
      command: command('event=cpu,interval=10ms,collapsed', 'shop.folded'),
      file: 'shop.folded',
      flags: ['--label', 'language=java'],
    });
    const samples: Stopwatch = { ...cpu, profileType: 'cpu-samples', sharesOnly: true };
    testClient(live, { labels: { language: 'java' }, types: ['cpu-samples'], watches: [samples] });
  });

  describe('with OTLP', () => {
    const { live } = runRecorded('live-async-profiler-otlp', {
      command: command('event=cpu,interval=10ms,otlp', 'shop.otlp'),
      file: 'shop.otlp',
      flags: ['--label', 'language=java'],
    });
    const samples: Stopwatch = { ...cpu, profileType: 'cpu-samples', sharesOnly: true };
    testClient(live, { labels: { language: 'java' }, types: ['cpu-samples'], watches: [samples] });
  });
});

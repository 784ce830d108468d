import path from 'node:path';
import type { Stopwatch } from './checks';
import { testClient } from './client-tests';
import { workSeconds } from './live';
import { describeWith, programDir } from './ready';
import { runRecorded } from './recorded';

/** It takes threads that run, and not those that wait. */
const cpu: Stopwatch = {
  profileType: 'cpu-time',
  clock: 'cpuNs',
  intervalNs: 10e6,
  method: (name) => name,
  sharesOnly: true,
};
/** On a busy machine it says that its samples come late; its last line counts errors. */
const late = /behind in sampling|Errors: 0$/;

describeWith('py-spy', 'python', ({ bin }) => {
  const command = (format: string, file: string) => (dir: string) => ({
    command: path.join(bin, 'py-spy'),
    args: [
      ...['record', '--format', format, '--rate', '100', '--threads', '--output', path.join(dir, file)],
      ...['--', path.join(bin, 'python'), 'plain.py'],
    ],
    cwd: programDir('python'),
    env: { SHOP_SECONDS: String(workSeconds), PYTHONDONTWRITEBYTECODE: '1' },
  });
  const flags = ['--label', 'language=python'];

  describe('with folded stacks', () => {
    const { live } = runRecorded('live-py-spy', { command: command('raw', 'shop.folded'), file: 'shop.folded', flags });
    testClient(live, {
      labels: { language: 'python' },
      types: ['cpu-samples'],
      watches: [{ ...cpu, profileType: 'cpu-samples' }],
      harmless: late,
    });
  });

  describe('with speedscope', () => {
    const { live } = runRecorded('live-py-spy-speedscope', {
      command: command('speedscope', 'shop.json'),
      file: 'shop.json',
      flags,
    });
    testClient(live, { labels: { language: 'python' }, types: ['cpu-time'], watches: [cpu], harmless: late });
  });
});

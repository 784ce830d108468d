import path from 'node:path';
import type { Stopwatch } from './checks';
import { testClient } from './client-tests';
import { identity, periodSeconds, runLive } from './live';
import { pyroscopeEnv } from './pyroscope-env';
import { describeWith } from './ready';

const cpu: Stopwatch = { profileType: 'cpu-time', clock: 'cpuNs', intervalNs: 10e6, method: (name) => `Shop.${name}` };
/** What the JVM says about every agent. */
const jvmWords = /Sharing is only supported for boot loader classes/;
const agentEnv = (service: string, storeUrl: string) => ({
  ...pyroscopeEnv(service, storeUrl),
  PYROSCOPE_APPLICATION_NAME: service,
  PYROSCOPE_UPLOAD_INTERVAL: `${periodSeconds}s`,
  PYROSCOPE_PROFILER_EVENT: 'itimer',
  PYROSCOPE_PROFILING_INTERVAL: '10ms',
  PYROSCOPE_LABELS: `env=${identity.env},version=${identity.version},hostname=${identity.host}`,
  SHOP_WAITS: 'true',
});

describeWith('Pyroscope for Java', 'java', ({ pyroscopeAgent, classPath }) => {
  const args = [
    `-javaagent:${pyroscopeAgent}`,
    '-cp',
    [classPath, pyroscopeAgent].join(path.delimiter),
    'PyroscopeShop',
  ];

  describe('with JFR', () => {
    const service = 'live-pyroscope-java';
    const { live } = runLive(service, (storeUrl) => ({
      command: 'java',
      args,
      env: {
        ...agentEnv(service, storeUrl),
        PYROSCOPE_FORMAT: 'jfr',
        PYROSCOPE_PROFILER_ALLOC: '64k',
        PYROSCOPE_PROFILER_LOCK: '1ms',
      },
    }));
    testClient(live, {
      labels: { language: 'java' },
      types: ['cpu-time', 'allocated-memory', 'allocations', 'lock-wait-time', 'lock-acquires'],
      watches: [cpu],
      harmless: jvmWords,
    });
  });

  describe('with OTLP', () => {
    // The agent sends no name with OTLP, so the address says it.
    const service = 'live-pyroscope-java-otlp';
    const labels = new URLSearchParams({ service, ...identity, language: 'java' });
    const { live } = runLive(service, (storeUrl) => ({
      command: 'java',
      args,
      env: { ...agentEnv(service, `${storeUrl}?${labels}`), PYROSCOPE_FORMAT: 'otlp' },
    }));
    testClient(live, {
      labels: { language: 'java' },
      types: ['cpu-time'],
      watches: [cpu],
      harmless: new RegExp(`${jvmWords.source}|OTLP export does not include the configured application name`),
    });
  });
});

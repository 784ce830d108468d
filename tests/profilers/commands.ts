import path from 'node:path';
import { identity, periodSeconds, workSeconds } from './live';
import type { Command } from './program';
import { programDir, type Ready } from './ready';

/** What a user sets for any of Datadog's tracers to send traces and profiles to the store, and how the program works. */
function datadogEnv(service: string, storeUrl: string): Record<string, string> {
  return {
    DD_TRACE_AGENT_URL: storeUrl,
    DD_PROFILING_ENABLED: 'true',
    DD_PROFILING_UPLOAD_INTERVAL: String(periodSeconds),
    DD_SERVICE: service,
    DD_ENV: identity.env,
    DD_VERSION: identity.version,
    DD_HOSTNAME: identity.host,
    DD_TAGS: `team:shop,host:${identity.host}`,
    SHOP_SECONDS: String(workSeconds),
  };
}

export function datadogPython({ bin }: Ready['python'], service: string, storeUrl: string): Command {
  return {
    command: path.join(bin, 'ddtrace-run'),
    args: [path.join(bin, 'python'), 'datadog.py'],
    cwd: programDir('python'),
    env: {
      ...datadogEnv(service, storeUrl),
      PYTHONDONTWRITEBYTECODE: '1',
      DD_PROFILING_CAPTURE_PCT: '100',
      DD_PROFILING_EXCEPTION_ENABLED: 'true',
    },
  };
}

export function datadogGo({ program }: Ready['goDatadog'], service: string, storeUrl: string): Command {
  const period = { SHOP_PERIOD: String(periodSeconds), DD_PROFILING_ENDPOINT_COUNT_ENABLED: 'true' };
  return { command: program, args: [], env: { ...datadogEnv(service, storeUrl), ...period } };
}

export function datadogNode({ modules }: Ready['node'], service: string, storeUrl: string): Command {
  return {
    command: process.execPath,
    args: ['-r', 'dd-trace/init', 'datadog.js'],
    cwd: programDir('node'),
    env: { ...datadogEnv(service, storeUrl), DD_PROFILING_UPLOAD_PERIOD: String(periodSeconds), NODE_PATH: modules },
  };
}

export function datadogJava({ ddAgent, classPath }: Ready['java'], service: string, storeUrl: string): Command {
  return {
    command: 'java',
    args: [
      `-javaagent:${ddAgent}`,
      `-Ddd.profiling.upload.period=${periodSeconds}`,
      '-Ddd.profiling.start-force-first=true',
      '-Ddd.profiling.start-delay=0',
      '-Ddd.profiling.ddprof.enabled=true',
      '-Ddd.profiling.ddprof.alloc.enabled=true',
      '-Ddd.profiling.ddprof.liveheap.enabled=true',
      '-Ddd.profiling.allocation.enabled=true',
      '-Ddd.profiling.heap.enabled=true',
      '-cp',
      classPath,
      'Shop',
    ],
    env: { ...datadogEnv(service, storeUrl), SHOP_WAITS: 'true' },
  };
}

/** How the programs with a Pyroscope SDK are told where to send, and how they work. */
function pyroscopeEnv(service: string, storeUrl: string): Record<string, string> {
  return {
    PYROSCOPE_SERVER_ADDRESS: storeUrl,
    SHOP_SERVICE: service,
    SHOP_HOST: identity.host,
    SHOP_PERIOD: String(periodSeconds),
    SHOP_SECONDS: String(workSeconds),
  };
}

export function pyroscopeGo({ program }: Ready['goPyroscope'], service: string, storeUrl: string): Command {
  return { command: program, args: [], env: pyroscopeEnv(service, storeUrl) };
}

export function pyroscopeRust({ program }: Ready['rust'], service: string, storeUrl: string): Command {
  return { command: program, args: [], env: pyroscopeEnv(service, storeUrl) };
}

export function pyroscopePython({ bin }: Ready['python'], service: string, storeUrl: string): Command {
  return {
    command: path.join(bin, 'python'),
    args: ['pyroscope_sdk.py'],
    cwd: programDir('python'),
    env: { ...pyroscopeEnv(service, storeUrl), PYTHONDONTWRITEBYTECODE: '1' },
  };
}

export function pyroscopeNode({ modules }: Ready['node'], service: string, storeUrl: string): Command {
  return {
    command: process.execPath,
    args: ['pyroscope.js'],
    cwd: programDir('node'),
    env: { ...pyroscopeEnv(service, storeUrl), NODE_PATH: modules },
  };
}

export function pyroscopeJava(
  { pyroscopeAgent, classPath, otelClassPath }: Ready['java'],
  service: string,
  storeUrl: string,
  more: Readonly<Record<string, string>>,
  program: 'PyroscopeShop' | 'PyroscopeOtelShop' = 'PyroscopeShop'
): Command {
  const jars = [classPath, pyroscopeAgent, otelClassPath].join(path.delimiter);
  return {
    command: 'java',
    args: [`-javaagent:${pyroscopeAgent}`, '-cp', jars, program],
    env: {
      ...pyroscopeEnv(service, storeUrl),
      PYROSCOPE_APPLICATION_NAME: service,
      PYROSCOPE_UPLOAD_INTERVAL: `${periodSeconds}s`,
      PYROSCOPE_PROFILER_EVENT: 'itimer',
      PYROSCOPE_PROFILING_INTERVAL: '10ms',
      PYROSCOPE_LABELS: `env=${identity.env},version=${identity.version},hostname=${identity.host}`,
      SHOP_WAITS: 'true',
      ...more,
    },
  };
}

import type { Chunk } from './chunk';
import type { JfrCursor } from './cursor';
import { type EventReader, readersOf } from './event';

/** What the recording says about how it was made. Intervals in ns. */
export interface Settings {
  /** By event, then by the setting's name: `jdk.FileRead` → `threshold` → `10 ms`. */
  readonly byEvent: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** async-profiler's own options: version, event, interval, … */
  readonly asyncProfiler: ReadonlyMap<string, string>;
  /** Of Datadog's java-profiler. */
  readonly datadogCpuNs: number;
  readonly datadogWallNs: number;
  /** What one `jdk.ExecutionSample` stands for. */
  readonly executionNs: number;
  readonly nativeNs: number;
  /** What one sample of async-profiler's wall clock engine stands for. */
  readonly wallNs: number;
  /** `jdk.ExecutionSample` of async-profiler: see `ExecutionMeaning`. */
  readonly execution: ExecutionMeaning;
}

/**
 * `cpu`: every sample is CPU time. `wall`: the engine takes sleeping threads as well, so every sample is wall time and those of
 * running threads are CPU time, too. `both`: two engines write the same event; the CPU engine's samples have the state
 * STATE_DEFAULT.
 */
export type ExecutionMeaning = 'cpu' | 'wall' | 'both';

const millisecond = 1e6;
/** default.jfc's, async-profiler's and java-profiler's own defaults. */
const defaultJdkPeriodNs = 20 * millisecond;
const defaultAsyncNs = 10 * millisecond;
const defaultWallNs = 50 * millisecond;

export function readSettings(chunks: readonly Chunk[], cursor: JfrCursor): Settings {
  const byEvent = readActiveSettings(chunks, cursor);
  const asyncProfiler = byEvent.get('jdk.ActiveRecording') ?? new Map<string, string>();
  const execution = byEvent.get('jdk.ExecutionSample');
  const datadog = readDatadogConfig(chunks, cursor);
  const interval = Number(execution?.get('interval') ?? 0) || defaultAsyncNs;
  const meaning = executionMeaning(asyncProfiler, execution);
  const wallNs = Number(execution?.get('wall') ?? 0) || (meaning === 'wall' ? interval : defaultWallNs);
  const isAsync = execution?.has('interval') === true || asyncProfiler.has('jstackdepth');
  return {
    byEvent,
    asyncProfiler,
    ...datadog,
    executionNs: isAsync ? interval : (periodOf(execution) ?? defaultJdkPeriodNs),
    nativeNs: periodOf(byEvent.get('jdk.NativeMethodSample')) ?? defaultJdkPeriodNs,
    wallNs,
    execution: meaning,
  };
}

function executionMeaning(
  asyncProfiler: ReadonlyMap<string, string>,
  execution: ReadonlyMap<string, string> | undefined
): ExecutionMeaning {
  if (asyncProfiler.get('event') === 'wall') {
    return 'wall';
  }
  return Number(execution?.get('wall') ?? 0) > 0 && hasEngineStates(asyncProfiler.get('version') ?? '')
    ? 'both'
    : 'cpu';
}

/** Before 2.10 the CPU engines wrote STATE_RUNNABLE as the wall clock engine does. */
function hasEngineStates(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 10);
}

const setting = { id: 0, name: 1, value: 2 };

function readActiveSettings(chunks: readonly Chunk[], cursor: JfrCursor): Map<string, Map<string, string>> {
  const byEvent = new Map<string, Map<string, string>>();
  for (const reader of readersOf(chunks, 'jdk.ActiveSetting', setting, cursor)) {
    while (reader.advance()) {
      const event = reader.chunk.metadata.get(reader.number(setting.id))?.name ?? '';
      const settings = byEvent.get(event) ?? new Map<string, string>();
      byEvent.set(event, settings.set(reader.text(setting.name), reader.text(setting.value)));
    }
  }
  return byEvent;
}

const config = { cpuInterval: 0, wallInterval: 1 };

/** Intervals of `datadog.DatadogProfilerConfig` are milliseconds. */
function readDatadogConfig(chunks: readonly Chunk[], cursor: JfrCursor) {
  let datadogCpuNs = 10 * millisecond;
  let datadogWallNs = defaultWallNs;
  const interval = (reader: EventReader, slot: number, otherwise: number) => {
    const value = reader.number(slot) * millisecond;
    return value > 0 && value < 1e12 ? value : otherwise;
  };
  for (const reader of readersOf(chunks, 'datadog.DatadogProfilerConfig', config, cursor)) {
    while (reader.advance()) {
      datadogCpuNs = interval(reader, config.cpuInterval, datadogCpuNs);
      datadogWallNs = interval(reader, config.wallInterval, datadogWallNs);
    }
  }
  return { datadogCpuNs, datadogWallNs };
}

function periodOf(settings: ReadonlyMap<string, string> | undefined): number | undefined {
  const period = parseTimespan(settings?.get('period') ?? '');
  return period === undefined || period <= 0 ? undefined : period;
}

const unitNs: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9, d: 86_400e9 };

/** `10 ms` → ns; `everyChunk` and the like have no length. */
export function parseTimespan(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,12})\s*(ns|us|ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  return digits === undefined || unit === undefined ? undefined : Number(digits) * unitNs[unit];
}

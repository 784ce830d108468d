import { frameKinds, type Profile } from '../../src/model/profile';
import { profileMetrics } from '../../src/model/profile-metrics';
import { resolveProfileTypes } from '../../src/model/profile-types';

/** What metrics of an upload are made of. */
export interface MetricSources {
  readonly language: string;
  readonly durationNs: number;
  /** Totals of the upload's profile types. */
  readonly totals: ReadonlyMap<string, number>;
  /** Rows of dd-trace-go's `metrics.json`, names without `go_`. */
  readonly reported: ReadonlyMap<string, number>;
  readonly files: ReadonlyArray<{ readonly name: string; readonly profile: Profile }>;
}

const prefixes: Readonly<Record<string, string>> = { python: 'prof_python_', go: 'prof_go_', java: 'prof_jvm_' };

/**
 * Metrics of the process by name, whole numbers. A metric is there when what it is made of is: no file, no metric. Values are those of
 * the profile types, so unlike DataKit's, exceptions of the JVM are all that were thrown and CPU counts whoever recorded it.
 */
export function metricsOf(sources: MetricSources): Map<string, number> {
  const prefix = prefixes[sources.language];
  if (prefix === undefined) {
    return new Map();
  }
  const named = new Map<string, number>();
  for (const [name, value] of [...typeMetrics(sources), ...reportedMetrics(sources), ...fileMetrics(sources)]) {
    named.set(name.startsWith('prof_') ? name : `${prefix}${name}`, Math.round(value));
  }
  const known = profileMetrics.filter(({ id }) => Number.isSafeInteger(named.get(id)));
  return new Map(known.map(({ id }) => [id, named.get(id) ?? 0]));
}

/** Which metrics are the total of a profile type. Names that a language doesn't have are left out. */
const fromTypes: ReadonlyArray<readonly [name: string, type: string]> = [
  ['cpu_cores', 'cpu-time'],
  ['wall_time', 'wall-time'],
  ['alloc_bytes_total', 'allocated-memory'],
  ['alloc_bytes_per_sec', 'allocated-memory'],
  ['allocs_per_sec', 'allocations'],
  ['lifetime_heap_bytes', 'heap-live-size'],
  ['lifetime_heap_objects', 'heap-live-objects'],
  ['exceptions_total', 'thrown-exceptions'],
  ['exceptions_per_sec', 'thrown-exceptions'],
  ['throws_total', 'thrown-exceptions'],
  ['throws_per_sec', 'thrown-exceptions'],
  ['lock_acquisition_time', 'lock-wait-time'],
  ['lock_acquisitions_per_sec', 'lock-acquires'],
  ['lock_hold_time', 'locked-time'],
  ['blocked_time', 'block'],
  ['mutex_delay_time', 'mutex'],
  ['num_goroutine', 'goroutines'],
];

function typeMetrics({ totals }: MetricSources): Array<readonly [string, number]> {
  return fromTypes.flatMap(([name, type]) => {
    const total = totals.get(type);
    return total === undefined ? [] : [[name, total] as const];
  });
}

/** The runtime's own numbers go before what was sampled. Rates become what happened in the window; pauses are a share of the time. */
function reportedMetrics({ reported, durationNs }: MetricSources): Array<readonly [string, number]> {
  const seconds = durationNs / 1e9;
  return [...reported].flatMap(([name, value]): Array<readonly [string, number]> => {
    if (name === 'alloc_bytes_per_sec') {
      return [
        [name, value * seconds],
        ['alloc_bytes_total', value * seconds],
      ];
    }
    return [
      [name, name === 'gc_pause_time' ? value * durationNs : name.endsWith('_per_sec') ? value * seconds : value],
    ];
  });
}

function fileMetrics({ files, language }: MetricSources): Array<readonly [string, number]> {
  const overhead = language === 'go' ? files.flatMap((file) => gcCpuNs(file) ?? []) : [];
  return [
    ...files.flatMap(({ profile }) => [...(profile.metrics ?? [])]),
    ...(overhead.length === 0 ? [] : [['cpu_cores_gc_overhead', overhead.reduce((sum, ns) => sum + ns, 0)] as const]),
  ];
}

/** CPU time below the background workers of Go's garbage collector. */
function gcCpuNs({ name, profile }: MetricSources['files'][number]): number | undefined {
  const { samples, valueTypes, period } = profile;
  const types = resolveProfileTypes(valueTypes, { attachment: name, language: 'go', period });
  const column = types.findIndex(({ id }) => id === 'cpu-time');
  if (column < 0) {
    return undefined;
  }
  const below = belowGcWorkers(profile);
  let sum = 0;
  for (let at = 0; at < samples.length; at++) {
    sum += below[samples.stack[at]] * samples.values[at * valueTypes.length + column];
  }
  return sum * types[column].scale;
}

/** 1 for the stacks that are work of Go's garbage collector. */
function belowGcWorkers({ frames, stacks, strings }: Profile): Uint8Array {
  const isWorker = new Uint8Array(frames.length);
  for (let frame = 0; frame < frames.length; frame++) {
    const isMethod = !frameKinds[frames.kind[frame]].startsWith('detail');
    isWorker[frame] = isMethod && strings[frames.method[frame]] === 'runtime.gcBgMarkWorker' ? 1 : 0;
  }
  const below = new Uint8Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    for (let at = stacks.offset[stack]; at < stacks.offset[stack + 1]; at++) {
      below[stack] |= isWorker[stacks.frame[at]];
    }
  }
  return below;
}

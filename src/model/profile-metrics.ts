/**
 * Numbers of a process that DataKit derives from its profiles, under its names, so that alerts written for it go on. Each is stored with
 * its upload like the total of a profile type, as a whole number: `amount` is what happened in the window and reads as a rate
 * (`prof_go_cpu_cores`: ns of CPU, read in cores), `level` is a number as it is.
 */
export interface ProfileMetric {
  readonly id: string;
  readonly unit: 'ns' | 'bytes' | 'count';
  readonly kind: 'amount' | 'level';
}

function metrics(prefix: string, unit: ProfileMetric['unit'], kind: ProfileMetric['kind'], names: string) {
  return names.split(' ').map((name): ProfileMetric => ({ id: `${prefix}_${name}`, unit, kind }));
}

export const profileMetrics: readonly ProfileMetric[] = [
  ...metrics('prof_python', 'ns', 'amount', 'cpu_cores'),
  ...metrics('prof_python', 'ns', 'level', 'wall_time lock_acquisition_time lock_hold_time'),
  ...metrics('prof_python', 'bytes', 'level', 'alloc_bytes_total lifetime_heap_bytes'),
  ...metrics('prof_python', 'bytes', 'amount', 'alloc_bytes_per_sec'),
  ...metrics('prof_python', 'count', 'level', 'exceptions_total'),
  ...metrics('prof_python', 'count', 'amount', 'allocs_per_sec exceptions_per_sec lock_acquisitions_per_sec'),
  ...metrics('prof_go', 'ns', 'amount', 'cpu_cores cpu_cores_gc_overhead gc_pause_time'),
  ...metrics('prof_go', 'ns', 'level', 'max_gc_pause_time blocked_time mutex_delay_time'),
  ...metrics('prof_go', 'bytes', 'level', 'alloc_bytes_total lifetime_heap_bytes'),
  ...metrics('prof_go', 'bytes', 'amount', 'alloc_bytes_per_sec heap_growth_bytes_per_sec'),
  ...metrics('prof_go', 'count', 'level', 'num_goroutine lifetime_heap_objects'),
  ...metrics('prof_go', 'count', 'amount', 'allocs_per_sec frees_per_sec gcs_per_sec'),
  ...metrics('prof_jvm', 'ns', 'amount', 'cpu_cores'),
  ...metrics(
    'prof_jvm',
    'ns',
    'level',
    'uptime_nanoseconds compilation_time gc_pause_time avg_gc_pause_time max_gc_pause_time locks_max_wait_time file_io_time file_io_read_time file_io_max_read_time file_io_write_time file_io_max_write_time socket_io_read_time socket_io_max_read_time socket_io_write_time socket_io_max_write_time'
  ),
  ...metrics(
    'prof_jvm',
    'bytes',
    'level',
    'alloc_bytes_total lifetime_heap_bytes file_io_read_bytes file_io_max_read_bytes file_io_write_bytes file_io_max_write_bytes socket_io_read_bytes socket_io_max_read_bytes socket_io_write_bytes socket_io_max_write_bytes'
  ),
  ...metrics('prof_jvm', 'bytes', 'amount', 'alloc_bytes_per_sec direct_alloc_bytes_per_sec'),
  ...metrics('prof_jvm', 'count', 'level', 'lifetime_heap_objects throws_total threads_deadlocked'),
  ...metrics(
    'prof_jvm',
    'count',
    'amount',
    'allocs_per_sec class_loads_per_sec context_switches_per_sec throws_per_sec gc_pauses_per_sec locks_per_sec threads_created_per_sec'
  ),
];

const byId = new Map(profileMetrics.map((metric) => [metric.id, metric]));

export function profileMetricOf(id: string): ProfileMetric | undefined {
  return byId.get(id);
}

import type { Chunk } from './chunk';
import type { JfrCursor } from './cursor';
import { type EventReader, readersOf } from './event';

/** How many events there were, and of one number of theirs the sum, the largest, and how far it rose from the first to the last. */
interface Numbers {
  count: number;
  sum: number;
  max: number;
  first: number;
  last: number;
}

type NumberOf = (event: EventReader) => number;

const duration = { duration: 0 };
const ns: NumberOf = (event) => Math.max(0, event.durationNs(0));
const plain: NumberOf = (event) => event.number(0);

/** Beside the samples: events whose numbers become metrics of the process (`src/model/profile-metrics.ts`). */
export const metricEvents: readonly string[] = [
  'jdk.GarbageCollection',
  'jdk.ThreadStart',
  'jdk.ThreadContextSwitchRate',
  'jdk.ClassLoadingStatistics',
  'jdk.ClassLoad',
  'jdk.CompilerStatistics',
  'jdk.Compilation',
  'jdk.JVMInformation',
  'datadog.DeadlockedThread',
  'datadog.DirectAllocationSample',
];

/** What the recording tells of its process. A metric whose events are not recorded is left out; of those recorded none is 0. */
export function readMetrics(
  chunks: readonly Chunk[],
  window: { readonly startNs: bigint; readonly durationNs: number },
  cursor: JfrCursor
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const put = (name: string, value: number | undefined) => {
    if (value !== undefined && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) {
      found.set(`prof_jvm_${name}`, Math.round(value));
    }
  };
  const numbers = (event: string, field: string | Readonly<Record<string, number>>, of: NumberOf = plain) =>
    readNumbers(chunks, event, typeof field === 'string' ? { [field]: 0 } : field, of, cursor);
  addInputOutput(put, numbers);
  addPauses(put, numbers);
  const waits = numbers('jdk.JavaMonitorEnter', duration, ns);
  put('locks_max_wait_time', waits?.max);
  put('locks_per_sec', waits?.count);
  put('threads_created_per_sec', numbers('jdk.ThreadStart', 'startTime')?.count);
  put('threads_deadlocked', numbers('datadog.DeadlockedThread', 'startTime')?.count);
  put('direct_alloc_bytes_per_sec', numbers('datadog.DirectAllocationSample', 'allocated')?.sum);
  const switches = numbers('jdk.ThreadContextSwitchRate', 'switchRate');
  put('context_switches_per_sec', switches && (switches.sum / switches.count) * (window.durationNs / 1e9));
  put(
    'class_loads_per_sec',
    risen(numbers('jdk.ClassLoadingStatistics', 'loadedClassCount')) ?? numbers('jdk.ClassLoad', 'startTime')?.count
  );
  put('compilation_time', compilation(numbers));
  const started = numbers('jdk.JVMInformation', 'jvmStartTime');
  put(
    'uptime_nanoseconds',
    started && Number(window.startNs - BigInt(Math.trunc(started.first)) * 1_000_000n) + window.durationNs
  );
  return found;
}

type Put = (name: string, value: number | undefined) => void;
type ReadOne = (event: string, field: string | Readonly<Record<string, number>>, of?: NumberOf) => Numbers | undefined;

function addInputOutput(put: Put, numbers: ReadOne): void {
  const times: number[] = [];
  for (const [kind, event] of [
    ['file_io', 'File'],
    ['socket_io', 'Socket'],
  ] as const) {
    for (const [way, name, bytes] of [
      ['read', 'Read', 'bytesRead'],
      ['write', 'Write', 'bytesWritten'],
    ] as const) {
      const amount = numbers(`jdk.${event}${name}`, bytes);
      const time = numbers(`jdk.${event}${name}`, duration, ns);
      put(`${kind}_${way}_bytes`, amount?.sum);
      put(`${kind}_max_${way}_bytes`, amount?.max);
      put(`${kind}_${way}_time`, time?.sum);
      put(`${kind}_max_${way}_time`, time?.max);
      if (kind === 'file_io' && time !== undefined) {
        times.push(time.sum);
      }
    }
  }
  put('file_io_time', times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0));
}

function addPauses(put: Put, numbers: ReadOne): void {
  const pauses = numbers('jdk.GarbageCollection', 'sumOfPauses', ns);
  put('gc_pause_time', pauses?.sum);
  put('avg_gc_pause_time', pauses && pauses.sum / pauses.count);
  put('max_gc_pause_time', numbers('jdk.GarbageCollection', 'longestPause', ns)?.max);
  put('gc_pauses_per_sec', pauses?.count);
}

/** The compiler's own account is in ms; single compilations are recorded from a threshold on. */
function compilation(numbers: ReadOne): number | undefined {
  const spentMs = risen(numbers('jdk.CompilerStatistics', 'totalTimeSpent'));
  return spentMs === undefined ? numbers('jdk.Compilation', duration, ns)?.sum : spentMs * 1e6;
}

/** How far a number that only grows has grown: two readings are needed. */
function risen(numbers: Numbers | undefined): number | undefined {
  return numbers === undefined || numbers.count < 2 ? undefined : Math.max(0, numbers.last - numbers.first);
}

function readNumbers(
  chunks: readonly Chunk[],
  event: string,
  fields: Readonly<Record<string, number>>,
  of: NumberOf,
  cursor: JfrCursor
): Numbers | undefined {
  const numbers: Numbers = { count: 0, sum: 0, max: 0, first: 0, last: 0 };
  for (const reader of readersOf(chunks, event, fields, cursor)) {
    while (reader.advance()) {
      const value = of(reader);
      numbers.first = numbers.count++ === 0 ? value : numbers.first;
      numbers.last = value;
      numbers.sum += value;
      numbers.max = Math.max(numbers.max, value);
    }
  }
  return numbers.count === 0 ? undefined : numbers;
}

import type { FrameKind, ValueType } from '../../../src/model/profile';
import type { Chunk } from './chunk';
import type { EventReader } from './event';
import type { Settings } from './settings';

/** Where the fields of a sample lie; a rule names which fields of its event go to the last ones. */
export const slot = {
  startTime: 0,
  duration: 1,
  thread: 2,
  stackTrace: 3,
  spanId: 4,
  rootSpanId: 5,
  operation: 6,
  contextId: 7,
  spanName: 8,
  traceIdHigh: 9,
  traceIdLow: 10,
  /** STATE_RUNNABLE, … */
  state: 11,
  /** Of java-profiler: JAVA, NATIVE, JVM, … */
  mode: 12,
  /** A weight, a number of bytes or of samples. */
  amount: 13,
  size: 14,
  /** What the sample is about: class, type of exception, lock, path, host. */
  detail: 15,
  address: 16,
  port: 17,
  /** The first of what the program attached, see `attributeFields`. */
  attributes: 18,
} as const;

/** Fields that have the same name and meaning in all events. */
export const sharedFields = {
  startTime: slot.startTime,
  duration: slot.duration,
  eventThread: slot.thread,
  sampledThread: slot.thread,
  stackTrace: slot.stackTrace,
  spanId: slot.spanId,
  localRootSpanId: slot.rootSpanId,
  '_dd.trace.operation': slot.operation,
  contextId: slot.contextId,
  spanName: slot.spanName,
  traceIdHi: slot.traceIdHigh,
  traceIdLo: slot.traceIdLow,
} as const;

/** java-profiler takes ten attributes. */
const maxAttributes = 10;

/** Fields of an event that the program named itself, each with a slot. */
export function attributeFields(chunk: Chunk, event: string): Record<string, number> {
  const fields = chunk.events.get(event)?.type.fields ?? [];
  const own = fields.filter(
    ({ name, classId, pooled }) =>
      pooled &&
      chunk.metadata.get(classId)?.name === 'profiler.types.AttributeValue' &&
      !Object.hasOwn(sharedFields, name)
  );
  return Object.fromEntries(own.slice(0, maxAttributes).map(({ name }, at) => [name, slot.attributes + at]));
}

/** The types that JFR events become, in the order of the columns. */
export const valueTypes = {
  'cpu-time': 'nanoseconds',
  'wall-time': 'nanoseconds',
  'native-wall-time': 'nanoseconds',
  'allocated-memory': 'bytes',
  allocations: 'count',
  'heap-live-size': 'bytes',
  'heap-live-objects': 'count',
  'native-allocated-memory': 'bytes',
  'native-allocations': 'count',
  'thrown-exceptions': 'count',
  'thrown-exceptions-unscaled': 'count',
  'lock-wait-time': 'nanoseconds',
  'lock-acquires': 'count',
  synchronization: 'nanoseconds',
  'queue-time': 'nanoseconds',
  'class-load': 'count',
  'file-io-time': 'nanoseconds',
  'file-io-read': 'bytes',
  'file-io-written': 'bytes',
  'socket-io-read-time': 'nanoseconds',
  'socket-io-write-time': 'nanoseconds',
  'socket-io-read': 'bytes',
  'socket-io-written': 'bytes',
} as const;

export type JfrType = keyof typeof valueTypes;

export function valueTypeOf(type: JfrType): ValueType {
  return { type, unit: valueTypes[type] };
}

/** Everything that decides what an event is worth. */
export interface Measuring {
  readonly settings: Settings;
  /** What one sampled exception of this type stands for. */
  exceptionFactor(type: string): number;
}

/** The value of the event at hand; fractions are rounded later, in a way that keeps sums. */
type Measure = (event: EventReader, measuring: Measuring) => number;
type OwnMeasure = (event: EventReader) => number;

export interface EventRule {
  readonly event: string;
  readonly fields: Readonly<Record<string, number>>;
  readonly detail?: FrameKind;
  readonly measures: Partial<Readonly<Record<JfrType, Measure>>>;
  /** The event's thread did not run its span when it began: nothing can be inferred from it. */
  readonly isBeforeSpan?: boolean;
}

const one: Measure = () => 1;
const amount: OwnMeasure = (event) => event.number(slot.amount);
const duration: OwnMeasure = (event) => Math.max(0, event.durationNs(slot.duration));
const amountOfSize: Measure = (event) => event.number(slot.amount) * event.number(slot.size);
const datadogWall: Measure = (event, { settings }) => event.number(slot.amount) * settings.datadogWallNs;

function objects(event: string, amountField: string): EventRule {
  return {
    event,
    fields: { objectClass: slot.detail, [amountField]: slot.amount },
    detail: 'detail:class',
    measures: { 'allocated-memory': amount, allocations: one },
  };
}

function waiting(event: string, lockField: string): EventRule {
  return {
    event,
    fields: { [lockField]: slot.detail },
    detail: 'detail:lock',
    measures: { synchronization: duration },
  };
}

function throwing(event: string): EventRule {
  return {
    event,
    fields: { thrownClass: slot.detail },
    detail: 'detail:exception',
    measures: { 'thrown-exceptions': one },
  };
}

function file(event: string, measures: EventRule['measures'], amountField = ''): EventRule {
  return {
    event,
    fields: { path: slot.detail, [amountField]: slot.amount },
    detail: 'detail:path',
    measures: { 'file-io-time': duration, ...measures },
  };
}

function socket(event: string, amountField: string, measures: EventRule['measures']): EventRule {
  return {
    event,
    fields: { host: slot.detail, address: slot.address, port: slot.port, [amountField]: slot.amount },
    detail: 'detail:peer',
    measures,
  };
}

/** Reads or writes of java-profiler's sampler: each stands for `weight` of its kind. */
function ofNativeSocket(operations: readonly string[], value: OwnMeasure): Measure {
  return (event) => (operations.includes(event.text(slot.mode)) ? event.number(slot.size) * value(event) : 0);
}

const received = ['READ', 'RECV'];
const sent = ['WRITE', 'SEND'];

/** The one table: what every event means. `com.oracle.jdk.X` of version 1.0 is read as `jdk.X`. */
export const eventRules: readonly EventRule[] = [
  {
    event: 'datadog.ExecutionSample',
    fields: { weight: slot.amount },
    measures: { 'cpu-time': (event, { settings }) => event.number(slot.amount) * settings.datadogCpuNs },
  },
  {
    event: 'jdk.CPUTimeSample',
    fields: { samplingPeriod: slot.amount },
    measures: { 'cpu-time': (event) => event.durationNs(slot.amount) },
  },
  {
    event: 'jdk.ExecutionSample',
    fields: { state: slot.state },
    measures: { 'cpu-time': executionCpu, 'wall-time': executionWall },
  },
  {
    event: 'datadog.MethodSample',
    fields: { weight: slot.amount, mode: slot.mode },
    measures: {
      'wall-time': datadogWall,
      'native-wall-time': (event, measuring) =>
        event.text(slot.mode) === 'NATIVE' ? datadogWall(event, measuring) : 0,
    },
  },
  {
    event: 'profiler.WallClockSample',
    fields: { samples: slot.amount, timeSpan: slot.size },
    measures: { 'wall-time': asyncWall },
  },
  {
    event: 'jdk.NativeMethodSample',
    fields: {},
    measures: { 'native-wall-time': (_event, { settings }) => settings.nativeNs },
  },
  {
    event: 'datadog.ObjectSample',
    fields: { objectClass: slot.detail, weight: slot.amount, size: slot.size },
    detail: 'detail:class',
    measures: { 'allocated-memory': amountOfSize, allocations: amount },
  },
  objects('jdk.ObjectAllocationSample', 'weight'),
  objects('jdk.ObjectAllocationInNewTLAB', 'tlabSize'),
  objects('jdk.ObjectAllocationOutsideTLAB', 'allocationSize'),
  {
    event: 'datadog.HeapLiveObject',
    fields: { objectClass: slot.detail, weight: slot.amount, size: slot.size },
    detail: 'detail:class',
    measures: { 'heap-live-size': amountOfSize, 'heap-live-objects': amount },
  },
  {
    event: 'profiler.LiveObject',
    fields: { objectClass: slot.detail, allocationSize: slot.amount, allocationTime: slot.startTime },
    detail: 'detail:class',
    measures: { 'heap-live-size': amount, 'heap-live-objects': one },
  },
  {
    event: 'jdk.OldObjectSample',
    fields: { object: slot.detail, allocationTime: slot.startTime },
    detail: 'detail:class',
    measures: { 'heap-live-objects': one },
  },
  {
    event: 'profiler.Malloc',
    fields: { size: slot.amount },
    measures: { 'native-allocated-memory': amount, 'native-allocations': one },
  },
  {
    event: 'datadog.ExceptionSample',
    fields: { type: slot.detail },
    detail: 'detail:exception',
    measures: {
      'thrown-exceptions': (event, measuring) => measuring.exceptionFactor(event.text(slot.detail)),
      'thrown-exceptions-unscaled': one,
    },
  },
  throwing('jdk.JavaExceptionThrow'),
  throwing('jdk.JavaErrorThrow'),
  {
    event: 'jdk.JavaMonitorEnter',
    fields: { monitorClass: slot.detail },
    detail: 'detail:lock',
    measures: { 'lock-wait-time': duration, 'lock-acquires': one },
  },
  { event: 'profiler.NativeLock', fields: {}, measures: { 'lock-wait-time': duration, 'lock-acquires': one } },
  waiting('jdk.ThreadPark', 'parkedClass'),
  waiting('jdk.JavaMonitorWait', 'monitorClass'),
  {
    event: 'datadog.QueueTime',
    fields: { task: slot.detail },
    detail: 'detail:class',
    measures: { 'queue-time': duration },
    isBeforeSpan: true,
  },
  {
    event: 'jdk.ClassLoad',
    fields: { loadedClass: slot.detail },
    detail: 'detail:class',
    measures: { 'class-load': one },
  },
  file('jdk.FileRead', { 'file-io-read': amount }, 'bytesRead'),
  file('jdk.FileWrite', { 'file-io-written': amount }, 'bytesWritten'),
  file('jdk.FileForce', {}),
  socket('jdk.SocketRead', 'bytesRead', { 'socket-io-read-time': duration, 'socket-io-read': amount }),
  socket('jdk.SocketWrite', 'bytesWritten', { 'socket-io-write-time': duration, 'socket-io-written': amount }),
  {
    event: 'datadog.NativeSocketEvent',
    fields: {
      operation: slot.mode,
      remoteAddress: slot.detail,
      bytesTransferred: slot.amount,
      weight: slot.size,
    },
    detail: 'detail:peer',
    measures: {
      'socket-io-read-time': ofNativeSocket(received, duration),
      'socket-io-write-time': ofNativeSocket(sent, duration),
      'socket-io-read': ofNativeSocket(received, amount),
      'socket-io-written': ofNativeSocket(sent, amount),
    },
  },
];

/**
 * Events that measure the same thing in different ways: where several are in a recording, only the first is used, or values
 * would count twice. Errors are thrown as exceptions as well (JDK 17 records both).
 */
export const alternatives: ReadonlyArray<ReadonlyArray<readonly string[]>> = [
  [['datadog.ExecutionSample'], ['jdk.CPUTimeSample'], ['jdk.ExecutionSample']],
  [['datadog.MethodSample'], ['jdk.NativeMethodSample']],
  [
    ['datadog.ObjectSample'],
    ['jdk.ObjectAllocationSample'],
    ['jdk.ObjectAllocationInNewTLAB', 'jdk.ObjectAllocationOutsideTLAB'],
  ],
  [['datadog.HeapLiveObject'], ['profiler.LiveObject'], ['jdk.OldObjectSample']],
  [['datadog.NativeSocketEvent'], ['jdk.SocketRead', 'jdk.SocketWrite']],
  [['datadog.ExceptionSample'], ['jdk.JavaExceptionThrow'], ['jdk.JavaErrorThrow']],
];

/** The rules of the events that are present, without those that measure again what another does. */
export function rulesFor(isPresent: (event: string) => boolean): EventRule[] {
  const dropped = new Set(
    alternatives.flatMap((group) => {
      const chosen = group.findIndex((events) => events.some(isPresent));
      return group.filter((_, i) => i !== chosen).flat();
    })
  );
  return eventRules.filter(({ event }) => isPresent(event) && !dropped.has(event));
}

function executionCpu(event: EventReader, { settings }: Measuring): number {
  if (!event.has(slot.state)) {
    return settings.executionNs;
  }
  const state = event.text(slot.state);
  return state === 'STATE_SLEEPING' || (settings.execution === 'both' && state === 'STATE_RUNNABLE')
    ? 0
    : settings.executionNs;
}

function executionWall(event: EventReader, { settings }: Measuring): number {
  if (settings.execution === 'wall') {
    return settings.wallNs;
  }
  return settings.execution === 'both' && event.text(slot.state) !== 'STATE_DEFAULT' ? settings.wallNs : 0;
}

function asyncWall(event: EventReader, { settings }: Measuring): number {
  const timeSpan = event.durationNs(slot.size);
  return timeSpan > 0 ? timeSpan : event.number(slot.amount) * settings.wallNs;
}

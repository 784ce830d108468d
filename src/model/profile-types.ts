import { type ValueType } from './profile';
import { profileMetricOf } from './profile-metrics';

export type Unit = 'ns' | 'bytes' | 'count';

/**
 * One thing that profiles count. `merge`: how values of several uploads join: flows add up; points in time (live heap,
 * goroutines) are averaged over time, never added over time.
 */
export interface ProfileType {
  readonly id: string;
  readonly name: string;
  readonly unit: Unit;
  /** Position in pickers and tables, smallest first. */
  readonly order: number;
  readonly merge: 'sum' | 'average';
  /** Queryable, but never offered. */
  readonly hidden: boolean;
  /** A count twin: not offered where this other type is present; see `isHidden`. */
  readonly hiddenBeside?: string;
}

interface TableRow extends ProfileType {
  /** How producers write the type, lower case, `_` as `-`; the id itself is always understood. */
  readonly spellings: readonly string[];
}

function row(
  id: string,
  name: string,
  unit: Unit,
  order: number,
  spelt: string,
  more: Partial<ProfileType> = {}
): TableRow {
  const spellings = [id, ...spelt.split(' ').filter((spelling) => spelling !== '' && spelling !== id)];
  return { id, name, unit, order, merge: 'sum', hidden: false, ...more, spellings };
}

const average = { merge: 'average' } as const;
const hidden = { hidden: true } as const;

/**
 * The one table. A spelling in several rows depends on where it came from: see `resolveProfileType`.
 * Two types of one upload with the same id (TLAB allocations in and outside, file reads and writes) add up.
 */
const table: readonly TableRow[] = [
  row('cpu-time', 'CPU Time', 'ns', 10, 'cpu process-cpu itimer ctimer perf-events'),
  row('cpu-samples', 'CPU Samples', 'count', 11, 'cpu-sample samples sample perf-events', { hiddenBeside: 'cpu-time' }),
  row('wall-time', 'Wall Time', 'ns', 20, 'wall wallclock wall-clock time'),
  row('wall-samples', 'Wall Samples', 'count', 21, 'samples sample', { hiddenBeside: 'wall-time' }),
  row('native-wall-time', 'Wall Time in Native Code', 'ns', 22, ''),
  row('off-cpu-time', 'Off-CPU Time', 'ns', 23, 'off-cpu offcpu'),
  row('heap-live-size', 'Heap Live Size', 'bytes', 30, 'heap-space inuse-space space', average),
  row('heap-live-objects', 'Heap Live Objects', 'count', 31, 'heap-live-samples inuse-objects objects live', average),
  row('mutex', 'Mutex', 'ns', 32, 'delay'),
  row('mutex-contentions', 'Mutex Contentions', 'count', 32.5, 'contentions', { hiddenBeside: 'mutex' }),
  row('block', 'Block', 'ns', 33, 'delay'),
  row('block-contentions', 'Block Contentions', 'count', 33.5, 'contentions', { hiddenBeside: 'block' }),
  row('contention-time', 'Contention Time', 'ns', 33.7, 'delay'),
  row('contentions', 'Contentions', 'count', 33.8, 'contentions', { hiddenBeside: 'contention-time' }),
  row('goroutines', 'Goroutines', 'count', 34, 'goroutine', average),
  row('goroutine-leaks', 'Leaked Goroutines', 'count', 35, 'goroutineleak goroutine-leak', average),
  row('threads-created', 'Threads Created', 'count', 36, 'threadcreate', average),
  row(
    'allocated-memory',
    'Allocated Memory',
    'bytes',
    40,
    'alloc-space alloc-size alloc-in-new-tlab-bytes alloc-outside-tlab-bytes alloc-sample-bytes'
  ),
  row(
    'allocations',
    'Allocations',
    'count',
    50,
    'alloc-samples alloc-sample alloc-objects alloc-in-new-tlab-objects alloc-outside-tlab-objects alloc-sample-objects'
  ),
  row('native-allocated-memory', 'Allocated Native Memory', 'bytes', 52, 'malloc-bytes'),
  row('native-allocations', 'Native Allocations', 'count', 53, 'malloc-objects'),
  row('thrown-exceptions', 'Thrown Exceptions', 'count', 60, 'exception-samples exception exceptions'),
  row('thrown-exceptions-unscaled', 'Thrown Exceptions, As Sampled', 'count', 61, '', hidden),
  row('lock-wait-time', 'Lock Wait Time', 'ns', 70, 'lock-acquire-wait lock-time lock-duration'),
  row('locked-time', 'Locked Time', 'ns', 80, 'lock-release-hold'),
  row('lock-acquires', 'Lock Acquires', 'count', 90, 'lock-acquire lock-count'),
  row('lock-releases', 'Lock Releases', 'count', 100, 'lock-release'),
  row('synchronization', 'Synchronization', 'ns', 105, ''),
  row('queue-time', 'Queue Time', 'ns', 105.5, ''),
  row('class-load', 'Class Load', 'count', 106, ''),
  row('file-io-time', 'File I/O Time', 'ns', 110, 'file-io-read-time file-io-write-time'),
  row('file-io-read', 'File I/O Read', 'bytes', 111, 'file-io-read-size'),
  row('file-io-written', 'File I/O Written', 'bytes', 112, 'file-io-write-size'),
  row('socket-io-read-time', 'Socket I/O Read Time', 'ns', 120, 'socket-read-time'),
  row('socket-io-write-time', 'Socket I/O Write Time', 'ns', 121, 'socket-write-time'),
  row('socket-io-read', 'Socket I/O Read', 'bytes', 122, 'socket-read-size'),
  row('socket-io-written', 'Socket I/O Written', 'bytes', 123, 'socket-write-size'),
  row('gpu-time', 'GPU Time', 'ns', 130, 'gpu-kernel-time'),
  row('gpu-samples', 'GPU Samples', 'count', 131, 'gpu-pcsample', hidden),
  row('gpu-space', 'GPU Memory', 'bytes', 132, ''),
  row('gpu-alloc-samples', 'GPU Allocations', 'count', 133, ''),
  row('gpu-flops', 'GPU FLOPs', 'count', 134, ''),
  row('gpu-flops-samples', 'GPU FLOPs Samples', 'count', 135, '', hidden),
  row('request-time', 'Request Time', 'ns', 140, ''),
  row('timeline', 'Timeline', 'ns', 200, '', hidden),
  row('tracepoint', 'Tracepoints', 'count', 201, 'tracepoints', hidden),
];

const unknownOrder = 150;
const metricOrder = 300;
const rowsById = new Map(table.map((entry) => [entry.id, entry]));
const rowsByName = new Map(table.map((entry) => [entry.name.toLowerCase(), entry]));
const rowsBySpelling = new Map<string, TableRow[]>();
for (const entry of table) {
  for (const spelling of entry.spellings) {
    rowsBySpelling.set(spelling, [...(rowsBySpelling.get(spelling) ?? []), entry]);
  }
}

/** Every type the table knows, in display order. */
export const knownProfileTypes: readonly ProfileType[] = table;

/** How producers write the type, besides its id. */
export function spellingsOf(id: string): readonly string[] {
  return (rowsById.get(id)?.spellings ?? []).filter((spelling) => spelling !== id);
}

/** Declared unit → our unit and the factor to it; what is no time and no size is a count. */
const unitFactors: Readonly<Record<string, readonly [Unit, number]>> = {
  nanoseconds: ['ns', 1],
  nanosecond: ['ns', 1],
  ns: ['ns', 1],
  'lock-nanoseconds': ['ns', 1],
  microseconds: ['ns', 1e3],
  microsecond: ['ns', 1e3],
  us: ['ns', 1e3],
  µs: ['ns', 1e3],
  μs: ['ns', 1e3],
  milliseconds: ['ns', 1e6],
  millisecond: ['ns', 1e6],
  ms: ['ns', 1e6],
  seconds: ['ns', 1e9],
  second: ['ns', 1e9],
  s: ['ns', 1e9],
  bytes: ['bytes', 1],
  byte: ['bytes', 1],
  b: ['bytes', 1],
  kilobytes: ['bytes', 1024],
  kb: ['bytes', 1024],
  kib: ['bytes', 1024],
  megabytes: ['bytes', 1024 ** 2],
  mb: ['bytes', 1024 ** 2],
  mib: ['bytes', 1024 ** 2],
};

function unitOf(declared: string): readonly [Unit, number] {
  return unitFactors[kebab(declared)] ?? ['count', 1];
}

function kebab(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
}

/** Where a value type was found; all of it helps to tell equal spellings apart. */
export interface TypeOrigin {
  /** File or field name of the part, or Pyroscope's `__name__`: `delta-mutex.pprof`, `wall.pprof`, `process_cpu`. */
  readonly attachment: string;
  /** Canonical language, '' = unknown. */
  readonly language: string;
  /** What one sample of a raw count stands for, as the file says it. Give it together with `siblings`. */
  readonly period?: { readonly type: string; readonly unit: string; readonly value: number };
  /** All value types of the same file, default: this one alone. */
  readonly siblings?: readonly ValueType[];
}

export interface ResolvedType {
  readonly id: string;
  /** Multiply the file's values by this to get the profile type's unit. */
  readonly scale: number;
  /** Profile type of the unscaled count, where a count was taken for a time: kept beside it, so that it can be asked for. */
  readonly twin?: string;
}

const countTwins = new Map([
  ['cpu-time', 'cpu-samples'],
  ['wall-time', 'wall-samples'],
]);

/** The profile type that a producer's value type means. Never fails: unknown types become their own id. */
export function resolveProfileType(valueType: ValueType, from: TypeOrigin): ResolvedType {
  const spelling = kebab(valueType.type);
  const [unit, factor] = unitOf(valueType.unit);
  if (isRawSampleCount(spelling, unit)) {
    return resolveRawSamples(from);
  }
  const entries = (rowsBySpelling.get(spelling) ?? []).filter((entry) => entry.unit === unit);
  const entry = entries.length > 1 ? entries.find((one) => fits(one.id, from)) : entries[0];
  return { id: entry?.id ?? unknownId(spelling, unit), scale: factor };
}

/** `resolveProfileType` for all types of a file, each knowing its siblings. */
export function resolveProfileTypes(valueTypes: readonly ValueType[], from: TypeOrigin): ResolvedType[] {
  return valueTypes.map((valueType) => resolveProfileType(valueType, { ...from, siblings: valueTypes }));
}

/** Go's mutex and block profiles have the same types: only the name of the file tells them apart. */
function fits(id: string, from: TypeOrigin): boolean {
  const attachment = from.attachment.toLowerCase();
  const lock = attachment.includes('mutex') ? 'mutex' : attachment.includes('block') ? 'block' : 'contention';
  return id.startsWith(lock);
}

function isRawSampleCount(spelling: string, unit: Unit): boolean {
  return (spelling === 'samples' || spelling === 'sample') && unit === 'count';
}

/**
 * Bare sample counts: twins of the time type beside them; alone, with a period that is a time, they are that time
 * (eBPF agents, OTLP).
 */
function resolveRawSamples(from: TypeOrigin): ResolvedType {
  const siblings = (from.siblings ?? []).filter(({ unit }) => unitOf(unit)[0] === 'ns').map(({ type }) => kebab(type));
  const period = from.period;
  const periodId = period === undefined ? undefined : timeTypeOf(period);
  if (siblings.length === 0 && period !== undefined && periodId !== undefined && period.value > 0) {
    return { id: periodId, scale: period.value * unitOf(period.unit)[1], twin: countTwins.get(periodId) };
  }
  const wall =
    from.attachment.toLowerCase().includes('wall') ||
    from.language === 'php' ||
    periodId === 'wall-time' ||
    siblings.some((type) => rowsById.get('wall-time')?.spellings.includes(type));
  return { id: wall ? 'wall-samples' : 'cpu-samples', scale: 1 };
}

function timeTypeOf(period: { type: string; unit: string }): string | undefined {
  const found = (rowsBySpelling.get(kebab(period.type)) ?? []).find((entry) => entry.unit === 'ns');
  return unitOf(period.unit)[0] === 'ns' ? found?.id : undefined;
}

/** The id must tell the unit again, as only ids are stored: `foo-time`, `foo-bytes`, `foo`, else `foo/ns`. */
function unknownId(spelling: string, unit: Unit): string {
  const id = spelling === '' ? 'unnamed' : spelling.replaceAll('/', '-');
  return unitOfUnknown(id) === unit && !rowsById.has(id) ? id : `${id}/${unit}`;
}

function unitOfUnknown(id: string): Unit {
  const [, declared] = id.split('/');
  if (declared === 'ns' || declared === 'bytes' || declared === 'count') {
    return declared;
  }
  return /(time|delay|duration|nanoseconds)$/.test(id)
    ? 'ns'
    : /(bytes|space|size|memory)$/.test(id)
      ? 'bytes'
      : 'count';
}

/** The type with this id. Ids that the table doesn't know are types under their own name. */
export function profileTypeOf(id: string): ProfileType {
  return (
    rowsById.get(id) ??
    metricType(id) ??
    estimateType(id) ?? {
      id,
      name: id,
      unit: unitOfUnknown(id),
      order: unknownOrder,
      merge: 'sum',
      hidden: /-(unscaled|samples)$/.test(id),
    }
  );
}

const estimateEnding = '-estimate';

/** The type that holds what a sampled type stands for, where a profiler keeps only some of the events. It has totals only. */
export function estimateOf(id: string): string {
  return `${id}${estimateEnding}`;
}

function estimateType(id: string): ProfileType | undefined {
  const base = id.endsWith(estimateEnding) ? rowsById.get(id.slice(0, -estimateEnding.length)) : undefined;
  return base && { ...base, id, name: `${base.name}, Estimated`, order: base.order + 0.5, hidden: true };
}

/** Metrics of a process are asked for like types; only their totals exist. */
function metricType(id: string): ProfileType | undefined {
  const metric = profileMetricOf(id);
  return (
    metric && {
      id,
      name: id,
      unit: metric.unit,
      order: metricOrder,
      merge: metric.kind === 'amount' ? 'sum' : 'average',
      hidden: true,
    }
  );
}

/** Whether a picker leaves the type out, given all ids that are present. */
export function isHidden(id: string, present: readonly string[]): boolean {
  const type = profileTypeOf(id);
  return type.hidden || (type.hiddenBeside !== undefined && present.includes(type.hiddenBeside));
}

/** Sorts ids by display order, then name. */
export function compareProfileTypes(a: string, b: string): number {
  return profileTypeOf(a).order - profileTypeOf(b).order || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * What a query's `profileType` may mean: an id, a display name in any case, `type/unit`, `file:type`, Pyroscope's
 * `name:type:unit:periodType:periodUnit`, or a producer's bare type. `present` are the ids that the data carries: of
 * several candidates the present ones win. None = unknown, several = ambiguous.
 */
export function findProfileTypes(text: string, present: readonly string[]): string[] {
  const wanted = text.trim();
  if (present.includes(wanted) || rowsById.has(wanted) || profileMetricOf(wanted) !== undefined) {
    return [wanted];
  }
  const named = rowsByName.get(wanted.toLowerCase());
  const candidates = named ? [named.id] : candidatesOf(wanted, present);
  const here = candidates.filter((id) => present.includes(id));
  return (here.length > 0 ? here : candidates).sort(compareProfileTypes);
}

/** A type as a query writes it; '' = not said. */
interface WrittenType extends ValueType {
  readonly attachment: string;
  readonly period?: { readonly type: string; readonly unit: string };
}

function candidatesOf(text: string, present: readonly string[]): string[] {
  const written = parseWrittenType(text);
  const spelling = kebab(written.type);
  const unit = written.unit === '' ? undefined : unitOf(written.unit)[0];
  const known = (rowsBySpelling.get(spelling) ?? []).filter((entry) => unit === undefined || entry.unit === unit);
  const own = present.filter((id) => !rowsById.has(id) && isUnknownSpelt(id, spelling, unit));
  const candidates = [...known.map(({ id }) => id), ...own];
  return written.attachment === ''
    ? candidates
    : narrowed(candidates, { ...written, unit: unit ?? known[0]?.unit ?? '' }, present);
}

function parseWrittenType(text: string): WrittenType {
  const parts = text.split(':');
  if (parts.length === 5) {
    const [attachment = '', type = '', unit = '', periodType = '', periodUnit = ''] = parts;
    return { type, unit, attachment, period: { type: periodType, unit: periodUnit } };
  }
  const [attachment, rest] = parts.length === 2 ? [parts[0] ?? '', parts[1] ?? ''] : ['', text];
  const slash = rest.lastIndexOf('/');
  return slash > 0
    ? { type: rest.slice(0, slash), unit: rest.slice(slash + 1), attachment }
    : { type: rest, unit: '', attachment };
}

function isUnknownSpelt(id: string, spelling: string, unit: Unit | undefined): boolean {
  return id.split('/')[0] === spelling && (unit === undefined || profileTypeOf(id).unit === unit);
}

/** Lets the file's name choose; raw samples may have been stored as the time they stand for. */
function narrowed(candidates: string[], written: WrittenType, present: readonly string[]): string[] {
  const stored = written.period && timeTypeOf(written.period);
  if (
    stored !== undefined &&
    isRawSampleCount(kebab(written.type), unitOf(written.unit)[0]) &&
    present.includes(stored) &&
    !candidates.some((id) => present.includes(id))
  ) {
    return [stored];
  }
  const { id } = resolveProfileType(written, { attachment: written.attachment, language: '' });
  return candidates.includes(id) ? [id] : candidates;
}

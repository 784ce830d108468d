import type { RuntimeInfoEntry } from '../../../src/model/profile';
import { profileTypeOf } from '../../../src/model/profile-types';
import type { Chunk } from './chunk';
import type { JfrCursor } from './cursor';
import { EventReader, readersOf } from './event';
import type { JfrField } from './metadata';
import type { EventRule } from './rules';
import { parseTimespan, type Settings } from './settings';

/** Events whose fields are shown as they are. */
const groups: Readonly<Record<string, string>> = {
  'jdk.JVMInformation': 'JVM',
  'jdk.OSInformation': 'Operating system',
  'jdk.VirtualizationInformation': 'Operating system',
  'jdk.CPUInformation': 'CPU',
  'datadog.AvailableProcessorCores': 'CPU',
  'jdk.ContainerConfiguration': 'Container',
  'jdk.GCConfiguration': 'Garbage collector',
  'jdk.GCHeapConfiguration': 'Heap',
  'jdk.YoungGenerationConfiguration': 'Heap',
  'jdk.GCSurvivorConfiguration': 'Heap',
  'jdk.GCTLABConfiguration': 'Heap',
  'jdk.CompilerConfiguration': 'Compiler',
  'jdk.CodeCacheConfiguration': 'Compiler',
  'datadog.DatadogProfilerConfig': 'Profiler',
};

/** Events that hold one setting each: which fields are its name and value. */
const named: Readonly<
  Record<string, { readonly group: string; readonly key: string; readonly value: string; readonly unit?: string }>
> = {
  'jdk.InitialSystemProperty': { group: 'System properties', key: 'key', value: 'value' },
  'datadog.ProfilerSetting': { group: 'Profiler', key: 'name', value: 'value', unit: 'unit' },
};

const flagEvents = ['Boolean', 'Int', 'UnsignedInt', 'Long', 'UnsignedLong', 'Double', 'String'].map(
  (type) => `jdk.${type}Flag`
);
/** Of these only names are kept: the values are none of a profile's business. */
const environment = 'jdk.InitialEnvironmentVariable';
const processes = 'jdk.SystemProcess';
const lost = 'jdk.CPUTimeSamplesLost';

export const infoEvents: readonly string[] = [
  ...Object.keys(groups),
  ...Object.keys(named),
  ...flagEvents,
  environment,
  processes,
  lost,
];

/** What the recording says about the process, without repeating what several chunks say. */
export function readRuntimeInfo(
  chunks: readonly Chunk[],
  settings: Settings,
  rules: readonly EventRule[],
  cursor: JfrCursor
): RuntimeInfoEntry[] {
  const entries = new EntryList();
  for (const [event, group] of Object.entries(groups)) {
    addWholeEvents(entries, group, event, chunks, cursor);
  }
  for (const [key, value] of settings.asyncProfiler) {
    entries.add('Profiler', key, ownSettings.has(key) ? '' : value);
  }
  addThresholds(entries, settings, rules);
  addSampling(entries, settings, rules, chunks, cursor);
  for (const [event, fields] of Object.entries(named)) {
    addNamed(entries, event, fields, chunks, cursor);
  }
  flagEvents.forEach((event) => addFlags(entries, event, chunks, cursor));
  addNames(entries, chunks, cursor);
  return entries.list;
}

/** Settings that the JDK gives every event, this one included. */
const ownSettings = new Set(['enabled', 'stackTrace', 'threshold', 'period', 'throttle', 'cutoff']);

/** A JVM says some hundreds; a hostile file could say millions. */
const maxEntries = 10_000;
/** Of events that are shown as they are: fields, and events per chunk. */
const maxFields = 100;
const maxEvents = 10;

class EntryList {
  readonly list: RuntimeInfoEntry[] = [];
  private readonly known = new Set<string>();

  /** The first value of a key is kept: what a process starts with is said again in every chunk. */
  add(group: string, key: string, value: string): void {
    const id = `${group}\u0000${key}`;
    if (key !== '' && value !== '' && this.list.length < maxEntries && !this.known.has(id)) {
      this.known.add(id);
      this.list.push({ group, key, value });
    }
  }
}

/** Fields that every event has and that say nothing about the process. */
const ownFields = new Set(['startTime', 'duration', 'eventThread', 'stackTrace', 'gcId']);

function addWholeEvents(
  entries: EntryList,
  group: string,
  event: string,
  chunks: readonly Chunk[],
  cursor: JfrCursor
): void {
  for (const chunk of chunks) {
    const set = chunk.events.get(event);
    if (set !== undefined) {
      const fields = set.type.fields.filter(isShown).slice(0, maxFields);
      const slots = Object.fromEntries(fields.map(({ name }, index) => [name, index]));
      const reader = new EventReader(chunk, set, cursor, slots);
      for (let events = 0; events < maxEvents && reader.advance(); events++) {
        fields.forEach((field, i) => entries.add(group, field.name, fieldText(reader, field, i)));
      }
    }
  }
}

function isShown({ name, isArray }: JfrField): boolean {
  return !isArray && !ownFields.has(name) && !name.endsWith('Address');
}

/** A value as people read it. */
function fieldText(reader: EventReader, field: JfrField, slot: number): string {
  const { metadata } = reader.chunk;
  const type = metadata.get(field.classId)?.name ?? '';
  if (field.pooled || type === 'java.lang.String') {
    return reader.text(slot);
  }
  if (!reader.has(slot)) {
    return '';
  }
  if (type === 'boolean') {
    return reader.isNonZero(slot) ? 'true' : 'false';
  }
  const number = reader.number(slot);
  return withUnit(number, field.unit);
}

const unitNames: Readonly<Record<string, string>> = {
  'Timespan NANOSECONDS': ' ns',
  'Timespan MICROSECONDS': ' us',
  'Timespan MILLISECONDS': ' ms',
  'Timespan SECONDS': ' s',
  'DataAmount BYTES': ' bytes',
  'DataAmount ': ' bytes',
};

/** The smallest and largest numbers mean "not set". */
const notSet = 2 ** 62;
const lastTimestampMs = 8.64e15;

function withUnit(value: number, unit: string): string {
  if (Math.abs(value) >= notSet) {
    return '';
  }
  if (unit === 'Timestamp MILLISECONDS_SINCE_EPOCH') {
    return Math.abs(value) < lastTimestampMs ? new Date(value).toISOString() : '';
  }
  return `${value}${unitNames[unit] ?? ''}`;
}

function addNamed(
  entries: EntryList,
  event: string,
  fields: { readonly group: string; readonly key: string; readonly value: string; readonly unit?: string },
  chunks: readonly Chunk[],
  cursor: JfrCursor
): void {
  const slots = { [fields.key]: 0, [fields.value]: 1, [fields.unit ?? '']: 2 };
  for (const reader of readersOf(chunks, event, slots, cursor)) {
    while (reader.advance()) {
      const unit = reader.text(2);
      entries.add(fields.group, reader.text(0), reader.text(1) + (unit === '' ? '' : ` ${unit}`));
    }
  }
}

/** Flags that somebody or something set; a JVM has a thousand more that only say its defaults. */
function addFlags(entries: EntryList, event: string, chunks: readonly Chunk[], cursor: JfrCursor): void {
  for (const reader of readersOf(chunks, event, { name: 0, value: 1, origin: 2 }, cursor)) {
    const field = reader.field(1);
    while (reader.advance()) {
      if (field !== undefined && reader.text(2) !== 'Default') {
        entries.add('JVM flags', reader.text(0), fieldText(reader, field, 1));
      }
    }
  }
}

/** How many names are listed at most. */
const maxNames = 500;

function addNames(entries: EntryList, chunks: readonly Chunk[], cursor: JfrCursor): void {
  const variables = textsOf(chunks, environment, 'key', cursor);
  const commands = textsOf(chunks, processes, 'commandLine', cursor).map(programOf);
  entries.add('Environment', 'variables set (values are not kept)', variables.slice(0, maxNames).sort().join(', '));
  const programs = [...new Set(commands)].filter((name) => name !== '').sort();
  entries.add('Environment', 'processes on the host (names only)', programs.slice(0, maxNames).join(', '));
}

function textsOf(chunks: readonly Chunk[], event: string, field: string, cursor: JfrCursor): string[] {
  const texts = new Set<string>();
  for (const reader of readersOf(chunks, event, { [field]: 0 }, cursor)) {
    while (reader.advance()) {
      texts.add(reader.text(0));
    }
  }
  return [...texts].filter((text) => text !== '');
}

/** The name of a program without its folder and arguments. */
function programOf(commandLine: string): string {
  return /^(?:[^\s"']*[/\\])?([\w.+-]{1,64})(?:\s|$)/.exec(commandLine)?.[1] ?? '';
}

/** Shorter events were not recorded, so the types they make are lower bounds. */
function addThresholds(entries: EntryList, { byEvent }: Settings, rules: readonly EventRule[]): void {
  const cut = new Map<string, string[]>();
  for (const { event, measures } of rules) {
    const threshold = byEvent.get(event)?.get('threshold') ?? '';
    if ((parseTimespan(threshold) ?? 0) > 0) {
      for (const type of Object.keys(measures)) {
        const { name } = profileTypeOf(type);
        cut.set(name, [...(cut.get(name) ?? []), `${event} from ${threshold}`]);
      }
    }
  }
  for (const [name, events] of cut) {
    entries.add('Thresholds', name, `lower bound: only ${events.join(', ')}`);
  }
}

function addSampling(
  entries: EntryList,
  settings: Settings,
  rules: readonly EventRule[],
  chunks: readonly Chunk[],
  cursor: JfrCursor
): void {
  for (const [event, intervalNs] of [
    ['datadog.ExecutionSample', settings.datadogCpuNs],
    ['datadog.MethodSample', settings.datadogWallNs],
    ['jdk.ExecutionSample', settings.executionNs],
    ['jdk.NativeMethodSample', settings.nativeNs],
    ['profiler.WallClockSample', settings.wallNs],
  ] as const) {
    if (rules.some((rule) => rule.event === event)) {
      entries.add('Sampling', event, `one sample stands for ${intervalNs / 1e6} ms`);
    }
  }
  addLosses(entries, chunks, cursor);
}

function addLosses(entries: EntryList, chunks: readonly Chunk[], cursor: JfrCursor): void {
  const stacks = chunks.reduce((sum, { pools }) => sum + pools.stacks.keys.length, 0);
  const truncated = chunks.reduce((sum, { pools }) => sum + pools.stacks.truncated, 0);
  entries.add('Sampling', 'stacks cut by the profiler', truncated === 0 ? '' : `${truncated} of ${stacks}`);
  let lostSamples = 0;
  for (const reader of readersOf(chunks, lost, { lostSamples: 0 }, cursor)) {
    while (reader.advance()) {
      lostSamples += Math.max(0, reader.number(0));
    }
  }
  entries.add('Sampling', 'CPU time samples lost', lostSamples === 0 ? '' : String(lostSamples));
}

import { defaultReaderLimits, frameKinds, type Profile } from '../../../src/model/profile';
import { checkProfile } from '../../../src/model/profile-check';
import { resolveProfileTypes } from '../../../src/model/profile-types';
import { corpusFile, type JfrEventFacts, type JfrUpload, jfrUploads } from '../../../tests/oracle/jfr';
import { totalsOf } from '../../../tests/oracle/totals';
import { jfrReader } from './reader';

function read(bytes: Uint8Array): Profile {
  const profile = jfrReader.read(bytes, defaultReaderLimits);
  checkProfile(profile);
  return profile;
}

/** Totals by canonical type id. */
function totals(profile: Profile): Record<string, number> {
  return Object.fromEntries(profile.valueTypes.map(({ type }, column) => [type, totalsOf(profile, column).total]));
}

function info(profile: Profile, group: string, key: string): string | undefined {
  return profile.runtimeInfo.find((entry) => entry.group === group && entry.key === key)?.value;
}

const ms = 1e6;

/** What a type must add up to, from the oracle's counts and sums. `only`: the event whose methods and threads are its own. */
interface Expectation {
  readonly total: (events: Facts) => number;
  readonly only?: string;
  /** Value of the type per unit of the oracle's weight. */
  readonly scale?: (events: Facts) => number;
  readonly by?: 'count' | 'weight';
}

type Facts = Record<string, JfrEventFacts | undefined>;

const sum = (events: Facts, event: string, field: string) => events[event]?.sums?.[field] ?? 0;
const count = (events: Facts, event: string) => events[event]?.count ?? 0;
const has = (events: Facts, event: string) => count(events, event) > 0;
const interval = (events: Facts, field: string) => sum(events, 'datadog.DatadogProfilerConfig', field) * ms;

/** Periods of `jdk.ActiveSetting`, which the oracle doesn't list, as `jfr print` shows them. */
const executionPeriod: Record<string, number> = {
  'recordings/dd-java-plain-jfr': 9 * ms,
  'recordings/dd-java-old-v3-0-83': 9 * ms,
  'files/jdk17-profile.jfr': 10 * ms,
};
const nativePeriod: Record<string, number> = {
  'recordings/dd-java-old-v3-0-83': 9 * ms,
  'files/jdk17-profile.jfr': 20 * ms,
};

function expectations(name: string, events: Facts): Record<string, Expectation> {
  const native = events['datadog.MethodSample']?.by_mode?.['NATIVE'] ?? 0;
  const execution = executionPeriod[name] ?? 10 * ms;
  const tlab = count(events, 'jdk.ObjectAllocationInNewTLAB') + count(events, 'jdk.ObjectAllocationOutsideTLAB');
  return {
    'cpu-time': has(events, 'datadog.ExecutionSample')
      ? {
          total: () => sum(events, 'datadog.ExecutionSample', 'weight') * interval(events, 'cpuInterval'),
          only: 'datadog.ExecutionSample',
          scale: () => interval(events, 'cpuInterval'),
          by: 'weight',
        }
      : has(events, 'jdk.CPUTimeSample')
        ? { total: () => sum(events, 'jdk.CPUTimeSample', 'samplingPeriod'), only: 'jdk.CPUTimeSample', scale: () => 0 }
        : {
            total: () => count(events, 'jdk.ExecutionSample') * execution,
            only: 'jdk.ExecutionSample',
            scale: () => execution,
          },
    'wall-time': has(events, 'profiler.WallClockSample')
      ? { total: () => sum(events, 'profiler.WallClockSample', 'duration_ns') || NaN }
      : {
          total: () => sum(events, 'datadog.MethodSample', 'weight') * interval(events, 'wallInterval'),
          only: 'datadog.MethodSample',
          scale: () => interval(events, 'wallInterval'),
          by: 'weight',
        },
    'native-wall-time': has(events, 'datadog.MethodSample')
      ? { total: () => native * interval(events, 'wallInterval') }
      : {
          total: () => count(events, 'jdk.NativeMethodSample') * (nativePeriod[name] ?? NaN),
          only: 'jdk.NativeMethodSample',
          scale: () => nativePeriod[name] ?? NaN,
        },
    'allocated-memory': has(events, 'datadog.ObjectSample')
      ? {
          total: () => Math.round(sum(events, 'datadog.ObjectSample', 'weight*size')),
          only: 'datadog.ObjectSample',
          by: 'weight',
        }
      : has(events, 'jdk.ObjectAllocationSample')
        ? { total: () => sum(events, 'jdk.ObjectAllocationSample', 'weight') }
        : {
            total: () =>
              sum(events, 'jdk.ObjectAllocationInNewTLAB', 'tlabSize') +
              sum(events, 'jdk.ObjectAllocationOutsideTLAB', 'allocationSize'),
          },
    allocations: has(events, 'datadog.ObjectSample')
      ? { total: () => Math.round(sum(events, 'datadog.ObjectSample', 'weight')) }
      : has(events, 'jdk.ObjectAllocationSample')
        ? { total: () => count(events, 'jdk.ObjectAllocationSample'), only: 'jdk.ObjectAllocationSample' }
        : { total: () => tlab },
    'heap-live-size': has(events, 'datadog.HeapLiveObject')
      ? {
          total: () => Math.round(sum(events, 'datadog.HeapLiveObject', 'weight*size')),
          only: 'datadog.HeapLiveObject',
          by: 'weight',
        }
      : { total: () => sum(events, 'profiler.LiveObject', 'allocationSize') },
    'heap-live-objects': has(events, 'datadog.HeapLiveObject')
      ? { total: () => Math.round(sum(events, 'datadog.HeapLiveObject', 'weight')) }
      : { total: () => count(events, 'profiler.LiveObject') || count(events, 'jdk.OldObjectSample') },
    'thrown-exceptions': {
      total: () =>
        Math.max(sum(events, 'datadog.ExceptionCount', 'count'), count(events, 'datadog.ExceptionSample')) ||
        count(events, 'jdk.JavaExceptionThrow') ||
        count(events, 'jdk.JavaErrorThrow'),
    },
    'thrown-exceptions-unscaled': {
      total: () => count(events, 'datadog.ExceptionSample'),
      only: 'datadog.ExceptionSample',
    },
    'lock-wait-time': {
      total: () => sum(events, 'jdk.JavaMonitorEnter', 'duration_ns'),
      only: 'jdk.JavaMonitorEnter',
      by: 'weight',
    },
    'lock-acquires': { total: () => count(events, 'jdk.JavaMonitorEnter'), only: 'jdk.JavaMonitorEnter' },
    synchronization: {
      total: () => sum(events, 'jdk.ThreadPark', 'duration_ns') + sum(events, 'jdk.JavaMonitorWait', 'duration_ns'),
    },
    'class-load': { total: () => count(events, 'jdk.ClassLoad') },
    'file-io-time': {
      total: () =>
        sum(events, 'jdk.FileRead', 'duration_ns') +
        sum(events, 'jdk.FileWrite', 'duration_ns') +
        sum(events, 'jdk.FileForce', 'duration_ns'),
    },
    'file-io-read': { total: () => sum(events, 'jdk.FileRead', 'bytesRead') },
    'file-io-written': { total: () => sum(events, 'jdk.FileWrite', 'bytesWritten') },
    'socket-io-read-time': {
      total: () => sum(events, 'jdk.SocketRead', 'duration_ns'),
      only: 'jdk.SocketRead',
      by: 'weight',
    },
    'socket-io-write-time': {
      total: () => sum(events, 'jdk.SocketWrite', 'duration_ns'),
      only: 'jdk.SocketWrite',
      by: 'weight',
    },
    'socket-io-read': { total: () => sum(events, 'jdk.SocketRead', 'bytesRead') },
    'socket-io-written': { total: () => sum(events, 'jdk.SocketWrite', 'bytesWritten') },
  };
}

/** Threads, and spans that events themselves said, of the samples of one type. */
function contextsOf(
  profile: Profile,
  column: number
): { threads: Set<string>; spans: Set<bigint>; roots: Set<bigint> } {
  const { samples, contexts, strings, valueTypes } = profile;
  const found = { threads: new Set<string>(), spans: new Set<bigint>(), roots: new Set<bigint>() };
  for (let i = 0; i < samples.length; i++) {
    const context = samples.context[i];
    if (samples.values[i * valueTypes.length + column] !== 0) {
      found.threads.add(strings[contexts.thread[context]]);
      if (contexts.inferred?.[context] !== 1) {
        found.spans.add(contexts.spanId[context]);
        found.roots.add(contexts.rootSpanId[context]);
      }
    }
  }
  for (const set of [found.spans, found.roots]) {
    set.delete(0n);
  }
  found.threads.delete('');
  return found;
}

/** How many samples of a type have each detail value. */
function detailsOf(profile: Profile, column: number): Record<string, number> {
  const { samples, stacks, frames, strings, valueTypes } = profile;
  const counts: Record<string, number> = {};
  for (let i = 0; i < samples.length; i++) {
    const start = stacks.offset[samples.stack[i]];
    const leaf = stacks.frame[start];
    const isDetail = start < stacks.offset[samples.stack[i] + 1] && frameKinds[frames.kind[leaf]].startsWith('detail:');
    if (samples.values[i * valueTypes.length + column] !== 0 && isDetail) {
      const name = strings[frames.method[leaf]];
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}

function compareMethods(profile: Profile, column: number, facts: JfrEventFacts, { by, scale }: Expectation): void {
  const flat = totalsOf(profile, column).flat;
  const rounding = Number.isInteger(facts.sums?.['weight'] ?? 0) ? 0 : facts.count;
  const factor = scale?.({}) ?? 1;
  for (const { name, value } of (by === 'weight' ? facts.top5_flat_by_weight : facts.top5_flat_by_count) ?? []) {
    const found = flat.get(name) ?? NaN;
    const fine = factor === 0 ? found > 0 : Math.abs(found - value * factor) <= rounding;
    expect([name, fine ? value : found]).toEqual([name, value]);
  }
}

describe('recorded uploads', () => {
  let uploads: JfrUpload[] = [];
  beforeAll(async () => {
    uploads = await jfrUploads();
  });

  it('are all there', () => {
    expect(uploads.map(({ name }) => name)).toHaveLength(12);
  });

  function forEachType(check: (profile: Profile, column: number, expected: Expectation, events: Facts) => void): void {
    for (const { name, bytes, events } of uploads) {
      const profile = read(bytes);
      const all = expectations(name, events);
      profile.valueTypes.forEach(({ type }, column) => {
        try {
          check(profile, column, all[type], events);
        } catch (error) {
          throw new Error(`${name} ${type}: ${String(error)}`);
        }
      });
    }
  }

  it('add up to what the oracle counted', () => {
    forEachType((profile, column, { total }, events) => {
      const expected = total(events);
      if (!Number.isNaN(expected)) {
        expect(totalsOf(profile, column).total).toBe(expected);
      }
    });
  });

  it('have a type for every event that means one', () => {
    for (const { name, bytes, events } of uploads) {
      const types = new Set(read(bytes).valueTypes.map(({ type }) => type));
      for (const [type, { total }] of Object.entries(expectations(name, events))) {
        if (total(events) > 0) {
          expect([name, type, types.has(type)]).toEqual([name, type, true]);
        }
      }
    }
  });

  it('have the same methods, threads and spans', () => {
    forEachType((profile, column, expected, events) => {
      const facts = expected.only === undefined ? undefined : events[expected.only];
      if (facts !== undefined) {
        compareMethods(profile, column, facts, expected);
        const found = contextsOf(profile, column);
        expect([...found.threads].sort()).toEqual([...(facts.threads ?? [])].sort());
        expect(found.spans.size).toBe(facts.distinct_span_ids ?? 0);
        expect(found.roots.size).toBe(facts.distinct_local_root_span_ids ?? 0);
      }
    });
  });

  it('name exceptions, classes and locks in a frame of their own', () => {
    const details: Record<string, keyof JfrEventFacts> = {
      'thrown-exceptions-unscaled': 'by_type',
      'allocated-memory': 'by_objectClass',
      'heap-live-size': 'by_objectClass',
      'lock-acquires': 'by_monitorClass',
    };
    forEachType((profile, column, { only }, events) => {
      const field = details[profile.valueTypes[column].type];
      const expected = only === undefined || field === undefined ? undefined : events[only]?.[field];
      if (typeof expected === 'object' && !Array.isArray(expected)) {
        const found = detailsOf(profile, column);
        for (const [name, value] of Object.entries(expected)) {
          expect([name, found[readable(name)]]).toEqual([name, value]);
        }
      }
    });
  });

  it('know the endpoints of local roots, and count them', () => {
    for (const { name, bytes, events } of uploads) {
      const { contexts, strings, endpointCounts } = read(bytes);
      expect([name, Object.fromEntries(endpointCounts ?? [])]).toEqual([
        name,
        events['datadog.Endpoint']?.by_endpoint ?? {},
      ]);
      const found = new Set([...contexts.endpoint].map((index) => strings[index]));
      for (const endpoint of Object.keys(events['datadog.Endpoint']?.by_endpoint ?? {})) {
        expect([name, endpoint, found.has(endpoint)]).toEqual([name, endpoint, true]);
      }
    }
  });

  it('become types that the store knows', () => {
    for (const { bytes } of uploads) {
      const { valueTypes } = read(bytes);
      const ids = resolveProfileTypes(valueTypes, { attachment: 'main.jfr', language: 'java' });
      expect(ids).toEqual(valueTypes.map(({ type }) => ({ id: type, scale: 1 })));
    }
  });

  function profileOf(name: string): Profile {
    return read(uploads.find((upload) => upload.name === name)!.bytes);
  }

  it('infer spans from the timeline where samples say none', () => {
    const profile = profileOf('recordings/dd-java-plain-jfr');
    const { contexts, samples } = profile;
    const inferred = [...samples.context].filter((context) => contexts.inferred?.[context] === 1);
    expect(inferred.length).toBeGreaterThan(250);
    expect(inferred.every((context) => contexts.spanId[context] !== 0n)).toBe(true);
    expect(inferred.every((context) => profile.strings[contexts.thread[context]].startsWith('web-'))).toBe(true);
  });

  it('infer spans from scopes of old agents and from wall samples', () => {
    for (const name of ['recordings/dd-java-old-v3-0-83', 'recordings/dd-java-ddprof-2']) {
      const { contexts } = profileOf(name);
      const marked = [...contexts.spanId].filter((id, i) => id !== 0n && contexts.inferred?.[i] === 1);
      expect([name, marked.length > 10]).toEqual([name, true]);
    }
  });

  it('keep live objects that were allocated before the window', () => {
    expect(totals(profileOf('recordings/dd-java-ddprof-2'))['heap-live-size']).toBe(89_623_340);
  });

  it('tell native frames from Java methods', () => {
    const { frames, strings } = profileOf('recordings/dd-java-ddprof-2');
    const kinds = new Map([...frames.method].map((method, i) => [strings[method], frameKinds[frames.kind[i]]]));
    expect(kinds.get('.sha256_implCompress')).toBe('native');
    expect(kinds.get('Shop.fib')).toBe('method');
  });

  it('say how they were made and about which process', () => {
    const profile = profileOf('recordings/dd-java-ddprof-2');
    expect(info(profile, 'JVM', 'jvmVersion')).toContain('17.0.15');
    expect(info(profile, 'Profiler', 'cpuInterval')).toBe('10 ms');
    expect(info(profile, 'Profiler', 'Upload Period')).toBe('8 seconds');
    expect(info(profile, 'Thresholds', 'Lock Wait Time')).toBe('lower bound: only jdk.JavaMonitorEnter from 10 ms');
    expect(info(profile, 'System properties', 'dd.service.name')).toBe('demo-java');
    expect(info(profile, 'JVM flags', 'UseG1GC')).toBe('true');
  });
});

/** `[B` and `[Ljava.util.HashMap$Node;` as people write them. */
function readable(name: string): string {
  const primitives: Record<string, string> = {
    '[B': 'byte[]',
    '[I': 'int[]',
    '[J': 'long[]',
    '[C': 'char[]',
    '[S': 'short[]',
    '[Z': 'boolean[]',
    '[D': 'double[]',
    '[F': 'float[]',
  };
  const element = /^\[L(.*);$/.exec(name)?.[1];
  return element === undefined ? (primitives[name] ?? name) : `${element}[]`;
}

describe('corpus', () => {
  it('scales sampled exceptions to those that were counted', () => {
    const found = totals(read(corpusFile('java-ddtrace.jfr')));
    expect(found).toMatchObject({ 'thrown-exceptions': 874_571, 'thrown-exceptions-unscaled': 5932 });
  });

  it('counts one source of allocations only', () => {
    const sampled = totals(read(corpusFile('java-object-allocation-sample.jfr.gz')));
    expect(sampled['allocations']).toBe(10_694);
    const tlab = totals(read(corpusFile('java-kafka-cpu-lock-alloc.jfr.gz')));
    expect(tlab).toMatchObject({ allocations: 7972 + 2238, 'allocated-memory': 1_598_335_640 + 43_715_768 });
  });

  it('tells CPU from wall samples of old async-profiler recordings', () => {
    const found = totals(read(corpusFile('java-async-profiler.jfr.gz')));
    expect(found).toMatchObject({ 'cpu-time': 110 * 10 * ms, 'wall-time': (199_549 + 2) * 200 * ms });
  });

  it('reads wall samples that stand for several', () => {
    expect(totals(read(corpusFile('java-wall.jfr.gz')))).toEqual({ 'wall-time': 26_246 * 10 * ms });
  });

  it('reads native allocations', () => {
    const found = totals(read(corpusFile('java-nativemem.jfr.gz')));
    expect(found).toEqual({ 'native-allocated-memory': 34_861, 'native-allocations': 57 });
  });

  it('reads version 1.0', () => {
    const found = totals(read(corpusFile('java-jmc-allocation-10s.jfr')));
    expect(found).toMatchObject({ 'cpu-time': 756 * 10 * ms, allocations: 3321 });
  });

  it('keeps names of environment variables and processes, but not their values', () => {
    const profile = read(corpusFile('java-jdk-heavy.jfr'));
    expect(info(profile, 'Environment', 'variables set (values are not kept)')).toContain('PATH');
    expect(JSON.stringify(profile.runtimeInfo)).not.toContain('/usr/local/bin:');
  });

  it('refuses version 0.9 and says so', () => {
    expect(() => read(corpusFile('java-ddtrace-guance-prof.jfr'))).toThrow(/JFR version 0\.9 of Oracle JDK 7 and 8/);
  });
});

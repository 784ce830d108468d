import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultReaderLimits, frameKinds, type Profile } from '../../../src/model/profile';
import { checkProfile } from '../../../src/model/profile-check';
import { fixtures, plain } from '../../../tests/oracle/uploads';
import { jfrReader } from './reader';

/** Recordings made for these tests; their numbers come from `jdk.jfr.consumer`. */
function read(name: string): Profile {
  const file = path.join(__dirname, '../../../tests/fixtures/readers', name);
  return jfrReader.read(new Uint8Array(readFileSync(file)), defaultReaderLimits);
}

/** Sum of a type over the samples that `isMeant` takes. */
function sum(profile: Profile, type: string, isMeant: (sample: number) => boolean = () => true): number {
  const { samples, valueTypes } = profile;
  const column = valueTypes.findIndex((one) => one.type === type);
  return Array.from({ length: samples.length }, (_, at) => at)
    .filter(isMeant)
    .reduce((all, at) => all + samples.values[at * valueTypes.length + column], 0);
}

function peersOf({ frames, strings }: Profile): string[] {
  const peer = frameKinds.indexOf('detail:peer');
  return Array.from(frames.method, (method) => strings[method]).filter((_, at) => frames.kind[at] === peer);
}

describe('datadog.NativeSocketEvent', () => {
  const profile = read('java-profiler-native-socket.jfr');

  it('stands for weight times its bytes', () => {
    expect(sum(profile, 'socket-io-read')).toBe(Math.round(4.0759964779296875e8 + 4.972494648515625e8));
    expect(sum(profile, 'socket-io-written')).toBe(Math.round(4.7445890185546875e8 + 3.3541078641796875e8));
  });

  it('takes no longer than two threads can wait', () => {
    const bothNs = sum(profile, 'socket-io-read-time') + sum(profile, 'socket-io-write-time');
    expect(bothNs).toBeGreaterThan(0);
    expect(bothNs).toBeLessThan(2 * profile.durationNs);
  });

  it('names its peer as the JDK does', () => {
    expect(peersOf(profile)).toEqual(['127.0.0.1:*']);
  });
});

describe('profiler.Span', () => {
  it('names what its thread ran for', () => {
    const profile = read('async-profiler-spans.jfr');
    const { contexts, samples, strings } = profile;
    const counts: Record<string, number> = {};
    for (const context of samples.context.subarray(0, samples.length)) {
      const name = strings[contexts.endpoint[context]];
      counts[name] = (counts[name] ?? 0) + 1;
    }
    // `jfr print`: so many jdk.ExecutionSample lie between start and end of the spans.
    expect(counts).toEqual({ '': 20, '/cart': 20, '/pay': 18 });
    expect(sum(profile, 'cpu-time', (at) => contexts.endpoint[samples.context[at]] !== 0)).toBe(38 * 5_000_000);
  });
});

describe('attributes of java-profiler', () => {
  // The tracer's own attribute, under another name of equal length, is one that a program made up.
  const [own, free] = ['_dd.trace.operation', 'customer.of.request'];
  const bytes = plain(readFileSync(path.join(fixtures, 'corpus/java-ddtrace-guance-main.jfr')));

  function renamed(): Uint8Array<ArrayBuffer> {
    const copy = Buffer.from(bytes);
    for (let at = copy.indexOf(own); at >= 0; at = copy.indexOf(own, at)) {
      copy.write(free, at);
    }
    return new Uint8Array(copy);
  }

  /** What each sample says, '' where its span is only inferred. */
  function textsOf({ contexts, samples, strings }: Profile, column: 'operation' | 'labels'): string[] {
    return Array.from(samples.context, (context) =>
      contexts.inferred?.[context] === 1 ? '' : strings[contexts[column]?.[context] ?? 0]
    );
  }

  it('are labels of samples', () => {
    const profile = jfrReader.read(renamed(), defaultReaderLimits);
    checkProfile(profile);
    const labels = textsOf(profile, 'labels');
    expect(new Set(labels).size).toBeGreaterThan(2);
    // Samples that say none have the operation of their root span, where that is known.
    const ofRoots = textsOf(profile, 'operation');
    const found = labels.map((label, at) => (label === '' ? ofRoots[at] : label.replace(`${free}=`, '')));
    expect(found).toEqual(textsOf(jfrReader.read(bytes, defaultReaderLimits), 'operation'));
  });
});

import { defaultReaderLimits, type Profile, ReaderError } from '../../src/model/profile';
import { checkProfile } from '../../src/model/profile-check';
import { jfrReader } from '../../store/readers/jfr/reader';
import { corpusFile, jfrCorpus } from '../oracle/jfr';
import { randomNumbers } from '../random';
import { type Element, field, recording, sized, text, type, varint, withSize } from './hand-made-jfr';
import { flipBits, spliceNoise } from './mutations';

const rounds = Number(process.env.FUZZ_ROUNDS ?? 30);
const corpus = jfrCorpus().filter(({ bytes, rows }) => rows.length > 0 && bytes.length < 400_000);

/** Reads; a profile must be whole and of a size that its file explains, an error must say what is wrong and where. */
function tryRead(bytes: Uint8Array, limits = defaultReaderLimits): Profile | ReaderError {
  try {
    const profile = jfrReader.read(bytes, limits);
    checkProfile(profile);
    expect(profile.samples.length).toBeLessThanOrEqual(bytes.length / 2);
    expect(profile.stacks.frame.length).toBeLessThanOrEqual(Math.max(1_100_000, bytes.length * 2));
    return profile;
  } catch (error) {
    if (!(error instanceof ReaderError)) {
      throw error;
    }
    expect(error.reason).not.toBe('');
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
    return error;
  }
}

function refusal(bytes: Uint8Array): ReaderError {
  const result = tryRead(bytes);
  expect(result).toBeInstanceOf(ReaderError);
  return result as ReaderError;
}

describe.each(corpus)('$name', ({ bytes }) => {
  it('cut at 200 points is refused', () => {
    const random = randomNumbers(bytes.length);
    for (let i = 0; i < 200; i++) {
      const cut = bytes.subarray(0, random(bytes.length));
      expect(refusal(cut).reason).toMatch(/cut off|empty|not a JFR/);
    }
  });

  it(`survives ${rounds} bit flips`, () => {
    const random = randomNumbers(bytes.length + 1);
    for (let i = 0; i < rounds; i++) {
      tryRead(flipBits(bytes, random));
    }
  });

  it(`survives ${rounds} damaged headers, types and pools`, () => {
    const random = randomNumbers(bytes.length + 2);
    const view = new DataView(bytes.buffer);
    const spots = [16, 24].map((at) => Number(view.getBigInt64(at)));
    for (let i = 0; i < rounds; i++) {
      const damaged = bytes.slice();
      const spot = [0, ...spots][random(3)];
      damaged[(spot + random(Math.min(2000, bytes.length - spot))) % bytes.length] = random(256);
      tryRead(damaged);
    }
  });

  it(`survives ${rounds} splices of random bytes`, () => {
    const random = randomNumbers(bytes.length + 3);
    for (let i = 0; i < rounds; i++) {
      tryRead(spliceNoise(bytes, random));
    }
  });
});

const long = type(1, 'long');
const string = type(2, 'java.lang.String');
const plainSample = type(10, 'jdk.ExecutionSample', field('startTime', 1));

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

describe('hand-made recordings', () => {
  const whole = recording({ types: [long, plainSample], events: sized([10, 0]) });

  it('are read', () => {
    expect(tryRead(whole)).toMatchObject({ samples: { length: 1 }, valueTypes: [{ type: 'cpu-time' }] });
  });

  it('with chunk sizes that can not be', () => {
    for (const size of [-1n, 1n, 67n, 2n ** 62n, -(2n ** 63n), BigInt(whole.length + 1)]) {
      expect(refusal(withSize(whole, size)).kind).toBe('broken');
    }
  });

  it('whose only chunk was never finished', () => {
    expect(refusal(withSize(whole, 0n)).reason).toContain('never finished');
  });

  it('whose last chunk was never finished are read up to it', () => {
    const result = tryRead(joined(whole, withSize(whole, 0n)));
    expect(result).toMatchObject({ samples: { length: 1 } });
    expect(JSON.stringify((result as Profile).runtimeInfo)).toContain('did not finish');
  });

  it('that their JVM still wrote to are read up to the last flush', () => {
    const live = whole.slice();
    live[64] = 6;
    const result = tryRead(joined(live, Uint8Array.of(1, 2, 3)));
    expect(result).toMatchObject({ samples: { length: 1 } });
    expect(JSON.stringify((result as Profile).runtimeInfo)).toContain('3 bytes of a last chunk');
  });

  it('with something else behind the last chunk', () => {
    expect(refusal(joined(whole, Uint8Array.of(1, 2, 3))).reason).toContain('no chunk starts here');
  });

  it('of 1,000 chunks, but not of more', () => {
    expect(tryRead(joined(...Array.from({ length: 1000 }, () => whole)))).toMatchObject({
      samples: { length: 1000 },
    });
    expect(refusal(joined(...Array.from({ length: 10_000 }, () => whole))).kind).toBe('tooLarge');
  });

  it('with pools of 2^31 and 2^63 entries', () => {
    for (const count of [2n ** 31n, 2n ** 63n]) {
      const pools = [1, ...varint(2), ...varint(count)];
      expect(refusal(recording({ types: [long, string], pools })).kind).toBe('broken');
      expect(refusal(recording({ types: [long, string], pools: varint(count) })).kind).toBe('broken');
    }
  });

  it('with a pool of a type without fields', () => {
    const pools = [1, ...varint(3), ...varint(2n ** 31n)];
    expect(refusal(recording({ types: [type(3, 'nothing')], pools })).reason).toContain('cut off');
  });

  it('with a type that holds itself', () => {
    const loop = type(3, 'a', field('b', 4));
    const event = type(10, 'jdk.ExecutionSample', field('startTime', 3), field('stackTrace', 1));
    const types = [long, loop, type(4, 'b', field('a', 3)), event];
    expect(refusal(recording({ types, events: sized([10, 0, 0]) })).reason).toContain('holds itself');
  });

  it('with a chain of thousands of types, each read before the one that holds it', () => {
    const chain = Array.from({ length: 5000 }, (_, i) => type(100 + i, `t${i}`, field('inner', i === 0 ? 1 : 99 + i)));
    const pools = [...varint(5000), ...chain.flatMap((_, i) => [...varint(100 + i), 1, 1, 1])];
    expect(refusal(recording({ types: [long, ...chain], pools })).reason).toContain('nested too deeply');
  });

  it('with one long class name and many methods', () => {
    const pooled = { constantPool: 'true' };
    const types = [
      string,
      long,
      type(5, 'java.lang.Class', field('name', 2)),
      type(6, 'jdk.types.Method', field('type', 5, pooled), field('name', 2)),
      type(7, 'jdk.types.StackFrame', field('method', 6, pooled)),
      type(8, 'jdk.types.StackTrace', field('frames', 7, { dimension: '1' })),
      type(10, 'jdk.ExecutionSample', field('stackTrace', 8, pooled)),
    ];
    const methods = Array.from({ length: 3000 }, (_, i) => i + 1);
    const pools = [
      3,
      ...[...varint(5), 1, 1, ...text('x'.repeat(20_000))],
      ...[...varint(6), ...varint(methods.length), ...methods.flatMap((i) => [...varint(i), 1, ...text(`m${i}`)])],
      ...[...varint(8), 1, 1, ...varint(methods.length), ...methods.flatMap((i) => varint(i))],
    ];
    expect(refusal(recording({ types, pools, events: sized([10, 1]) })).kind).toBe('tooLarge');
  });

  it('with an event of 30,000 fields that is shown as it is', () => {
    const fields = Array.from({ length: 30_000 }, (_, i) => field(`f${i}`, 99));
    const events = Array.from({ length: 1000 }, () => sized([10, 0])).flat();
    const result = tryRead(recording({ types: [{ ...type(10, 'jdk.JVMInformation'), children: fields }], events }));
    expect(result).toMatchObject({ samples: { length: 0 } });
  });

  it('with types that double at every level', () => {
    const levels = Array.from({ length: 14 }, (_, i) =>
      type(20 + i, `level${i}`, ...Array.from({ length: 8 }, (_unused, j) => field(`f${j}`, i === 13 ? 99 : 21 + i)))
    );
    const event = type(10, 'jdk.ExecutionSample', field('deep', 20), field('startTime', 1));
    expect(tryRead(recording({ types: [long, event, ...levels], events: sized([10, 0]) }))).toMatchObject({
      samples: { length: 1 },
    });
  });

  it('with arrays of 2^62 elements, of something and of nothing', () => {
    for (const element of [1, 99]) {
      const event = type(10, 'jdk.ExecutionSample', field('list', element, { dimension: '1' }), field('startTime', 1));
      tryRead(recording({ types: [long, event], events: sized([10, ...varint(2n ** 62n), 0]) }));
    }
  });

  it('with text that refers to itself', () => {
    const thread = type(5, 'java.lang.Thread', field('javaName', 2));
    const event = type(10, 'jdk.ExecutionSample', field('sampledThread', 5, { constantPool: 'true' }));
    const pools = [2, ...varint(2), 1, 7, 2, 7, ...varint(5), 1, 1, 2, 7];
    expect(tryRead(recording({ types: [string, thread, event], pools, events: sized([10, 1]) }))).toMatchObject({
      samples: { length: 1 },
    });
  });

  it('with stacks that are too deep', () => {
    const frame = type(6, 'jdk.types.StackFrame', field('lineNumber', 1));
    const stack = type(7, 'jdk.types.StackTrace', field('frames', 6, { dimension: '1' }));
    const pools = [1, ...varint(7), 1, 1, ...varint(10_001), ...Array<number>(10_001).fill(1)];
    expect(refusal(recording({ types: [long, frame, stack], pools })).kind).toBe('tooLarge');
  });

  it('with few bytes that make many different deep stacks', () => {
    const frame = type(6, 'jdk.types.StackFrame', field('lineNumber', 1));
    const stack = type(7, 'jdk.types.StackTrace', field('frames', 6, { dimension: '1' }));
    const event = type(10, 'jdk.FileRead', field('stackTrace', 7, { constantPool: 'true' }), field('path', 2));
    const pools = [1, ...varint(7), 1, 1, ...varint(10_000), ...Array<number>(10_000).fill(1)];
    const events = Array.from({ length: 499 }, (_, i) => sized([10, 1, ...text(`p${i}`)])).flat();
    expect(refusal(recording({ types: [long, string, frame, stack, event], pools, events })).kind).toBe('tooLarge');
  });

  it('with metadata that is nested without end', () => {
    let tree: Element = { name: 'x' };
    for (let i = 0; i < 40; i++) {
      tree = { name: 'x', children: [tree] };
    }
    expect(refusal(recording({ types: [tree] })).reason).toContain('nested too deeply');
  });

  it('of tasks that waited: none of their spans ran on the thread before', () => {
    const pooled = { constantPool: 'true' };
    const types = [
      string,
      long,
      type(5, 'java.lang.Class', field('name', 2)),
      type(6, 'java.lang.Thread', field('javaName', 2)),
      type(
        10,
        'datadog.QueueTime',
        ...['startTime', 'duration'].map((name) => field(name, 1)),
        field('eventThread', 6, pooled),
        field('task', 5, pooled),
        field('spanId', 1)
      ),
      type(11, 'jdk.ExecutionSample', field('startTime', 1), field('sampledThread', 6, pooled)),
    ];
    const pools = [2, ...varint(5), 1, 1, ...text('shop/Job'), ...varint(6), 1, 1, ...text('pool-1')];
    const waits = [10, 30].flatMap((start) => sized([10, start, 100, 1, 1, 7]));
    const profile = tryRead(recording({ types, pools, events: [...waits, ...sized([11, 20, 1])] })) as Profile;
    expect(profile.valueTypes.map(({ type: name }) => name)).toEqual(['cpu-time', 'queue-time']);
    expect(Array.from(profile.samples.values.subarray(0, 6))).toEqual([0, 100, 0, 100, 20_000_000, 0]);
    const spans = Array.from(profile.samples.context.subarray(0, 3), (context) => profile.contexts.spanId[context]);
    expect(spans).toEqual([7n, 7n, 0n]);
  });

  it('with events without a size', () => {
    expect(refusal(recording({ types: [long, plainSample], events: [0, 0, 0] })).reason).toContain(
      'an event of 0 bytes'
    );
  });

  it('with more samples than allowed', () => {
    const events = Array.from({ length: 20 }, () => sized([10, 0])).flat();
    const result = tryRead(recording({ types: [long, plainSample], events }), { ...defaultReaderLimits, samples: 10 });
    expect(result).toMatchObject({ kind: 'tooLarge' });
  });

  it('with values that no double holds', () => {
    const event = type(10, 'jdk.ObjectAllocationSample', field('weight', 1));
    const events = sized([10, ...varint(2n ** 62n)]);
    expect(refusal(recording({ types: [long, event], events })).reason).toContain('2^53');
  });

  it('with property names of objects as types and fields', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const types = names.map((name, i) =>
      type(30 + i, name, field(name, 1), field('x', 30 + i, { constantPool: 'true' }))
    );
    const event = type(10, 'jdk.ExecutionSample', ...names.map((name) => field(name, 1)));
    const pools = [1, ...varint(30), 1, 1, 1, 1];
    expect(
      tryRead(recording({ types: [long, event, ...types], pools, events: sized([10, 1, 1, 1, 1]) }))
    ).toMatchObject({
      samples: { length: 1 },
    });
  });
});

it('names the version that can not be read', () => {
  expect(refusal(corpusFile('java-ddtrace-guance-prof.jfr')).reason).toContain('JFR version 0.9');
});

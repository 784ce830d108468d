import { defaultReaderLimits, type Profile } from '../../../src/model/profile';
import { readerFixtures } from '../../../tests/oracle/readers';
import { writeVarint } from '../../../tests/oracle/pprof-rewrite';
import { otlpReader, readOtlp } from './reader';

const fixture = (name: string) => readerFixtures().find((one) => one.name === name)!.bytes;
const read = (bytes: Uint8Array) => otlpReader.read(bytes, defaultReaderLimits);

/** Protobuf fields; numbers may be padded with bytes that add nothing, as async-profiler does. */
const number = (field: number, value: number | bigint, padding = 0) => [
  ...writeVarint(BigInt(field * 8), 0),
  ...writeVarint(BigInt(value), padding),
];
const message = (field: number, ...parts: number[][]) => {
  const content = parts.flat();
  return [...writeVarint(BigInt(field * 8 + 2), 0), ...writeVarint(BigInt(content.length), 0), ...content];
};
const text = (field: number, value: string) => message(field, [...new TextEncoder().encode(value)]);

/** A message whose resource has the given attribute, and whose one sample has thread `web`, by reference to the strings. */
function written(resourceAttribute: number[], padding = 0): Uint8Array {
  const sample = message(2, number(1, 1, padding), message(2, [1]), message(4, writeVarint(5n, padding)));
  const profile = message(2, message(1, number(1, 1), number(2, 2)), sample);
  const strings = ['', 'alloc_space', 'bytes', 'work', 'thread.name', 'web', 'service.name', 'orders'];
  const dictionary = message(
    2,
    message(1),
    message(2),
    message(2, message(3, number(1, 1, padding), number(2, 7))),
    message(3),
    message(3, number(1, 3)),
    message(4),
    strings.flatMap((string) => text(5, string)),
    message(6),
    message(6, number(1, 4), message(2, number(8, 5))),
    message(7),
    message(7, message(1, [1]))
  );
  return Uint8Array.from([...message(1, message(1, resourceAttribute), message(2, profile)), ...dictionary]);
}

function describeSample(profile: Profile, sample: number): string {
  const { stacks, samples, frames, strings, contexts } = profile;
  const stack = stacks.frame.subarray(stacks.offset[samples.stack[sample]], stacks.offset[samples.stack[sample] + 1]);
  const names = [...stack].map((frame) => `${strings[frames.method[frame]]}:${frames.line[frame]}`);
  return `${names.join(' < ')} [${strings[contexts.thread[samples.context[sample]]]}]`;
}

describe('references to strings of the dictionary (1.10)', () => {
  const byReference = message(1, number(3, 6), message(2, number(8, 7)));
  const inline = message(1, text(1, 'service.name'), message(2, text(1, 'orders')));

  it.each([
    ['by reference', written(byReference)],
    ['inline', written(inline)],
    ['with padded numbers', written(inline, 2)],
  ])('%s', (_, bytes) => {
    const [{ profile, resource }] = readOtlp(bytes, defaultReaderLimits);
    expect(Object.fromEntries(resource)).toEqual({ 'service.name': 'orders' });
    expect(profile.valueTypes).toEqual([{ type: 'alloc_space', unit: 'bytes' }]);
    expect([...profile.samples.values]).toEqual([5]);
    expect(describeSample(profile, 0)).toBe('work:7 [web]');
  });

  it('beyond the table are refused', () => {
    expect(() => read(written(message(1, number(3, 99), message(2, number(8, 7)))))).toThrow(
      'string 99 is beyond the table of 8'
    );
  });
});

describe('links, times and addresses', () => {
  const profile = read(fixture('otlp-links-times.otlp'));

  it('give spans and traces', () => {
    const { contexts } = profile;
    const at = contexts.spanId.findIndex((id) => id !== 0n);
    expect(contexts.spanId[at].toString(16)).toBe('ff01020304050607');
    expect(contexts.traceIdHigh[at].toString(16)).toBe('f001020304050607');
    expect(contexts.traceIdLow[at].toString(16)).toBe('f8090a0b0c0d0e0f');
  });

  it('expand inlined calls and name what has no name by its place in the binary', () => {
    expect(describeSample(profile, 0)).toBe('price:10 < cart:11 < Shop.handle:10 [web-1]');
    expect(describeSample(profile, 1)).toBe('shop+0x3abc:0 < Shop.handle:10 [web-2]');
  });

  it('are the same in JSON', () => {
    expect(read(fixture('otlp-links-times.json'))).toEqual(profile);
  });
});

it('keeps the resources of a request apart', () => {
  const uploads = readOtlp(fixture('otlp-two-resources.otlp'), defaultReaderLimits);
  expect(uploads.map(({ resource }) => Object.fromEntries(resource))).toEqual([
    { 'service.name': 'orders', 'process.pid': '41' },
    { 'service.name': 'billing', 'process.pid': '42' },
  ]);
  const types = uploads.map(({ profile }) => profile.valueTypes.map(({ type }) => type));
  expect(types).toEqual([
    ['samples', 'off_cpu', 'cpu'],
    ['samples', 'off_cpu', 'cpu'],
  ]);
});

it('names a message without profiles', () => {
  expect(readOtlp(new TextEncoder().encode('{"resourceProfiles":[]}'), defaultReaderLimits)).toEqual([]);
});

describe('times of samples', () => {
  const request = (sample: object) =>
    new TextEncoder().encode(
      JSON.stringify({
        resourceProfiles: [
          {
            scopeProfiles: [
              {
                profiles: [
                  {
                    sampleType: { typeStrindex: 1, unitStrindex: 2 },
                    timeUnixNano: '1700000000000000000',
                    samples: [{ stackIndex: 0, ...sample }],
                  },
                ],
              },
            ],
          },
        ],
        dictionary: { stringTable: ['', 'cpu', 'nanoseconds'], stackTable: [{}] },
      })
    );
  const timestampsUnixNano = ['1700000000000000000', '1700000000000005000'];
  const read = (sample: object, sampleTimes: boolean) => {
    const { values, timeNs } = otlpReader.read(request(sample), { ...defaultReaderLimits, sampleTimes }).samples;
    return [[...values], timeNs && [...timeNs]];
  };

  it('are kept where they are asked for, one sample per time', () => {
    expect(read({ values: ['7', '9'], timestampsUnixNano }, true)).toEqual([
      [7, 9],
      [0, 5000],
    ]);
    expect(read({ timestampsUnixNano }, true)).toEqual([
      [1, 1],
      [0, 5000],
    ]);
    expect(read({ values: ['7'] }, true)).toEqual([[7], undefined]);
  });

  it('are not in the usual reading', () => {
    expect(read({ values: ['7', '9'], timestampsUnixNano }, false)).toEqual([[16], undefined]);
  });
});

import fc from 'fast-check';
import { Function, Label, Line, Location, Mapping, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { defaultReaderLimits, type Profile as OurProfile, ReaderError } from '../../../src/model/profile';
import { checkProfile } from '../../../src/model/profile-check';
import { drawProfile } from '../../../src/model/profile-text';
import { rewritePprof } from '../../../tests/oracle/pprof-rewrite';
import { pprofCorpus } from '../../../tests/oracle/uploads';
import { sniffReader } from '../readers';
import { pprofReader } from './reader';

type Num = number | bigint;
interface DrawnLine {
  name: string;
  file?: string;
  line?: Num;
}
interface DrawnSample {
  /** Leaf first; a location is its lines, innermost first. */
  stack: DrawnLine[][];
  values: Num[];
  labels?: Record<string, string | Num>;
}

/** Encodes with pprof-format, every location and function apart. */
function write(types: string[], samples: DrawnSample[], more: Partial<ConstructorParameters<typeof Profile>[0]> = {}) {
  const strings = new StringTable();
  const text = (value: string) => strings.dedup(value);
  const functions: Function[] = [];
  const locations: Location[] = [];
  const addLine = ({ name, file = '', line = 0 }: DrawnLine) => {
    functions.push(new Function({ id: functions.length + 1, name: text(name), filename: text(file) }));
    return new Line({ functionId: functions.length, line });
  };
  const addLocation = (lines: DrawnLine[]) => {
    locations.push(new Location({ id: locations.length + 1, line: lines.map(addLine) }));
    return locations.length;
  };
  const addLabel = ([key, value]: [string, string | Num]) =>
    typeof value === 'string'
      ? new Label({ key: text(key), str: text(value) })
      : new Label({ key: text(key), num: value });
  const sample = samples.map(
    ({ stack, values, labels = {} }) =>
      new Sample({ locationId: stack.map(addLocation), value: values, label: Object.entries(labels).map(addLabel) })
  );
  const sampleType = types.map(
    (name) => new ValueType({ type: text(name.split('/')[0]), unit: text(name.split('/')[1]) })
  );
  return new Uint8Array(
    new Profile({
      stringTable: strings,
      sampleType,
      sample,
      location: locations,
      function: functions,
      ...more,
    }).encode()
  );
}

function read(bytes: Uint8Array): OurProfile {
  const profile = pprofReader.read(bytes, defaultReaderLimits);
  checkProfile(profile);
  return profile;
}

function draw(bytes: Uint8Array): string[] {
  return drawProfile(read(bytes)).trimEnd().split('\n').slice(1);
}

function failure(bytes: Uint8Array, limits = defaultReaderLimits): ReaderError {
  try {
    pprofReader.read(bytes, limits);
  } catch (error) {
    if (error instanceof ReaderError) {
      return error;
    }
    throw error;
  }
  throw new Error('was read');
}

const main: DrawnLine[] = [{ name: 'main' }];

describe('frames', () => {
  it('expands inlined lines, innermost first', () => {
    const stack = [
      [
        { name: 'inlined', line: 7 },
        { name: 'caller', line: 9 },
      ],
      main,
    ];
    expect(draw(write(['cpu/ns'], [{ stack, values: [5] }]))).toEqual([
      '5 | main; caller [file=:9]; inlined [file=:7]',
    ]);
  });

  it('masks the column that JavaScript producers pack above the line', () => {
    const stack = [[{ name: 'handler', file: '/app/server.js', line: (17n << 32n) | 42n }]];
    expect(draw(write(['wall/ns'], [{ stack, values: [1] }]))).toEqual([
      '1 | handler [lib="(own code)" file=/app/server.js:42]',
    ]);
  });

  it('shows code without a name as binary and address', () => {
    const strings = new StringTable();
    const bytes = new Profile({
      stringTable: strings,
      sampleType: [new ValueType({ type: strings.dedup('cpu'), unit: strings.dedup('ns') })],
      mapping: [
        new Mapping({
          id: 1,
          memoryStart: 0x7f0000000000n,
          memoryLimit: 0x7f0000010000n,
          fileOffset: 0x1000,
          filename: strings.dedup('/usr/lib/libfoo.so'),
        }),
      ],
      location: [
        new Location({ id: 1, mappingId: 1, address: 0x7f0000000234n }),
        new Location({ id: 2, address: 0xffffffff81000000n }),
        new Location({ id: 0xcbf29ce484222325n, mappingId: 99, address: 16 }),
      ],
      sample: [new Sample({ locationId: [1, 2, 0xcbf29ce484222325n], value: [1] })],
    }).encode();
    expect(draw(new Uint8Array(bytes))).toEqual([
      '1 | 0x10 [kind=native]; 0xffffffff81000000 [kind=native]; libfoo.so+0x1234 [lib=libfoo.so kind=native]',
    ]);
  });

  it('makes one frame and one stack of equal ones', () => {
    const stack = [main, main];
    const profile = read(
      write(
        ['cpu/ns'],
        [1, 2, 3].map((value) => ({ stack, values: [value] }))
      )
    );
    expect([profile.frames.length, profile.stacks.length, profile.samples.length]).toEqual([1, 2, 3]);
  });
});

describe('labels', () => {
  const drawLabels = (labels: Record<string, string | Num>) =>
    draw(write(['cpu/ns'], [{ stack: [main], values: [1], labels }]))[0];

  it.each<[string, Record<string, string | Num>, string]>([
    ['thread names before ids', { 'thread id': 17, 'thread name': 'web' }, 'thread=web'],
    ['thread ids without a name', { 'thread id': 139830620051136n }, 'thread=139830620051136'],
    ['wide thread ids', { 'thread id': -1n }, 'thread=18446744073709551615'],
    ['other spellings', { thread_name: 'a', 'os thread id': 5 }, 'thread=a'],
    ['decimal text', { 'span id': '10024748461221672726' }, 'span=8b1f2d1f3d9d3f16'],
    ['negative int64', { 'span id': -2n, 'local root span id': -1n }, 'span=fffffffffffffffe root=ffffffffffffffff'],
    [
      '16 hex digits',
      { span_id: '1234567890123456', trace_id: '0000000000000001000000000000000f' },
      'span=1234567890123456 trace=1000000000000000f',
    ],
    ['endpoints', { 'trace endpoint': 'GET /', span_name: 'other' }, 'endpoint="GET /"'],
    ['labels of the program', { route: 'GET /', customer: 'c1' }, 'labels="customer=c1\\nroute=GET /"'],
    ['named tasks', { 'task name': 'poll', 'task id': '7' }, 'labels="task name=poll"'],
    ['endpoints from span names', { span_name: 'GET /', profile_id: '00000000000000ff' }, 'endpoint="GET /" span=ff'],
  ])('%s', (_, labels, expected) => {
    const context = drawLabels(labels).split(' | ')[2];
    expect(context).toBe(expected.replace('8b1f2d1f3d9d3f16', 10024748461221672726n.toString(16)));
  });

  it('does not make contexts of times, numbers and numbered tasks', () => {
    const samples = [1n, 2n].map((number) => ({
      stack: [main],
      values: [1],
      labels: { end_timestamp_ns: number, bytes: number, 'task name': `Task-${number}` },
    }));
    expect(read(write(['cpu/ns'], samples)).contexts.length).toBe(1);
  });

  it('keeps the labels of the program of each sample, one context for equal ones', () => {
    const labelled: Array<Record<string, string>> = [
      { route: 'a', customer: 'c1' },
      { customer: 'c1', route: 'a' },
      {},
      { 'thread name': 'web', route: 'a' },
      Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`key${String(at).padStart(2, '0')}`, 'x'])),
      { route: 'a', customer: 'c1' },
    ];
    const { contexts, strings, samples } = read(
      write(
        ['cpu/ns'],
        labelled.map((labels) => ({ stack: [main], values: [1], labels }))
      )
    );
    const texts = Array.from(samples.context, (context) => strings[contexts.labels?.[context] ?? 0]);
    const both = 'customer=c1\nroute=a';
    expect(texts.filter((_, at) => at !== 4)).toEqual([both, both, '', 'route=a', both]);
    expect(texts[4].split('\n')).toEqual(
      Object.keys(labelled[4])
        .slice(0, 16)
        .map((key) => `${key}=x`)
    );
    expect(contexts.length).toBe(4);
  });

  it.each([
    ['exception type', 'KeyError', 'exception'],
    ['lock name', 'app.py:8:stock_lock', 'lock'],
    ['allocation class', 'System.String', 'class'],
  ])('%s becomes a leaf frame', (label, value, kind) => {
    expect(drawLabels({ [label]: value })).toBe(`1 | main; ${value} [kind=detail:${kind}]`);
  });

  it('gives the leaf the class that Python says apart', () => {
    expect(drawLabels({ 'class name': 'Cart' })).toBe('1 | main [class=Cart]');
  });

  it('keeps at most 500 values of a kind', () => {
    const samples = Array.from({ length: 600 }, (_, i) => ({
      stack: [main],
      values: [1],
      labels: { 'lock name': `lock ${i}` },
    }));
    const drawn = draw(write(['lock-acquire/count'], samples));
    expect(new Set(drawn).size).toBe(501);
    expect(drawn[599]).toBe('1 | main; (other) [kind=detail:lock]');
  });

  it('puts a detail on samples without a stack', () => {
    expect(draw(write(['a/count'], [{ stack: [], values: [1], labels: { 'lock name': 'l' } }]))).toEqual([
      '1 | l [kind=detail:lock]',
    ]);
  });
});

describe('facts', () => {
  it('keeps time, duration and period', () => {
    const strings = new StringTable();
    const bytes = new Profile({
      stringTable: strings,
      timeNanos: 1795346815900184288n,
      durationNanos: 8_000_000_000n,
      periodType: new ValueType({ type: strings.dedup('cpu'), unit: strings.dedup('nanoseconds') }),
      period: 10_000_000,
    }).encode();
    const { startNs, durationNs, period } = read(new Uint8Array(bytes));
    expect([startNs, durationNs]).toEqual([1795346815900184288n, 8_000_000_000]);
    expect(period).toEqual({ type: 'cpu', unit: 'nanoseconds', value: 10_000_000 });
  });

  it('reads a profile without samples', () => {
    expect(draw(write(['cpu/ns'], []))).toEqual([]);
  });

  it('keeps text of any language', () => {
    expect(draw(write(['cpu/ns'], [{ stack: [[{ name: 'größe_計算' }]], values: [1] }]))).toEqual(['1 | größe_計算']);
  });
});

describe('what is refused', () => {
  const good = write(['cpu/ns', 'wall/ns'], [{ stack: [main], values: [1, 2], labels: { 'thread name': 'a' } }]);

  const largestId = [0x22, 11, 0x08, ...Array<number>(9).fill(0xff), 1];

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'empty file'],
    ['too few values', write(['cpu/ns', 'wall/ns'], [{ stack: [main], values: [1] }]), '1 values for 2 types'],
    ['too many values', write(['cpu/ns'], [{ stack: [main], values: [1, 2] }]), '2 values for 1 types'],
    ['no types', write([], [{ stack: [main], values: [] }]), 'no sample type'],
    ['values that a double can not hold', write(['a/count'], [{ stack: [], values: [2n ** 53n] }]), 'beyond 2^53 - 1'],
    ['the same below zero', write(['a/count'], [{ stack: [], values: [-(2n ** 53n)] }]), 'beyond 2^53 - 1'],
    ['zeros behind the end', Uint8Array.of(...good, 0, 0, 0), 'not a protobuf field'],
    ['a location of id 0', Uint8Array.of(...good, 0x22, 2, 0x08, 0), 'a location has the id 0'],
    ['a function of id 0', Uint8Array.of(...good, 0x2a, 0), 'a function has the id 0'],
    ['an id of 2^64 - 1 twice', Uint8Array.of(...good, ...largestId, ...largestId), 'two locations have the same id'],
    [
      'a length beyond the end',
      Uint8Array.of(...good, 0x32, 0xff, 0xff, 0xff, 0xff, 0x0f),
      '4294967295 bytes announced, 0 left',
    ],
    [
      'a number of eleven bytes',
      Uint8Array.of(...good, 0x48, ...Array<number>(10).fill(0xff), 1),
      'more than ten bytes',
    ],
    ['text behind the end', Uint8Array.of(...good, ...Buffer.from('</html>')), ''],
    ['a first string that is not empty', rewriteStrings(good), 'first string is not empty'],
  ])('%s', (_, bytes, reason) => {
    const error = failure(bytes);
    expect(error.reason).toContain(reason);
    expect(error.format).toBe('pprof');
  });

  function rewriteStrings(bytes: Uint8Array): Uint8Array {
    return Uint8Array.of(0x32, 1, 0x61, ...bytes);
  }

  it.each([
    ['location', { location: [] }, 'names a location that is not there'],
    ['function', { function: [] }, 'names no known function'],
    [
      'two locations of one id',
      { location: [1, 1].map((id) => new Location({ id })) },
      'two locations have the same id',
    ],
    ['string', { function: [new Function({ id: 1, name: 99 })] }, 'string 99 is beyond the table'],
  ])('a missing or double %s', (_, change, reason) => {
    expect(failure(write(['cpu/ns'], [{ stack: [main], values: [1] }], change)).reason).toContain(reason);
  });

  it('says which limit was met', () => {
    const deep = write(['cpu/ns'], [{ stack: Array.from({ length: 40 }, () => main), values: [1] }]);
    const limits = { ...defaultReaderLimits, stackDepth: 39 };
    expect(failure(deep, limits)).toMatchObject({ kind: 'tooLarge', reason: 'a stack deeper than 39 frames' });
    expect(failure(good, { ...defaultReaderLimits, samples: 0 }).kind).toBe('tooLarge');
    expect(failure(good, { ...defaultReaderLimits, strings: 3 }).kind).toBe('tooLarge');
    expect(failure(good, { ...defaultReaderLimits, locations: 0 }).kind).toBe('tooLarge');
    expect(failure(good, { ...defaultReaderLimits, labelsPerSample: 0 }).kind).toBe('tooLarge');
  });

  it('leaves other formats to others', () => {
    for (const text of [
      '',
      '{"a": 1}',
      'main;foo;bar 10\n',
      'heap profile: 1: 2 [3: 4] @',
      '<html>',
      'process 1:"python"',
      '"quoted"',
      'FLR\0',
    ]) {
      expect([text, sniffReader(new TextEncoder().encode(text))?.format]).not.toEqual([text, 'pprof']);
    }
    expect(failure(new TextEncoder().encode('{}')).kind).toBe('notMine');
  });
});

describe('every legal encoding means the same', () => {
  const orders = [
    [6, 5, 4, 3, 2, 1],
    [2, 4, 1, 5, 6],
    [2, 11, 9, 10, 12],
  ];
  const variants = [
    ...orders.map((fieldOrder) => ({ fieldOrder })),
    { packing: 'unpacked' },
    { packing: 'packed' },
    { padding: 1 },
    { padding: 9, packing: 'unpacked', fieldOrder: [2, 4, 5, 1, 6] },
  ] as const;

  it.each(pprofCorpus().filter(({ bytes }) => bytes.length < 60_000))('$name', ({ bytes }) => {
    const expected = drawProfile(read(bytes));
    for (const variant of variants) {
      expect(drawProfile(read(rewritePprof(bytes, variant))) === expected).toBe(true);
    }
  });
});

describe('any profile', () => {
  const line = fc.record({
    name: fc.string({ unit: 'grapheme', minLength: 1 }),
    file: fc.string(),
    line: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  });
  const value = fc.oneof(fc.integer({ min: -3, max: 300 }), fc.maxSafeInteger());
  const sample = fc.record({
    stack: fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
    values: fc.tuple(value, value),
    labels: fc.record({
      'thread name': fc.string({ minLength: 1 }),
      'span id': fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
      customer: fc.stringMatching(/^[a-z =]{0,3}$/),
    }),
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 20 }), (samples) => {
        const bytes = write(['cpu/ns', 'wall/ns'], samples);
        const profile = read(rewritePprof(bytes, { fieldOrder: [2, 4, 5, 1, 6], padding: 2 }));
        expect([...profile.samples.values]).toEqual(samples.flatMap(({ values }) => values.map((one) => one + 0)));
        samples.forEach(({ stack, labels }, i) => {
          const { offset, frame } = profile.stacks;
          const frames = [...frame.subarray(offset[profile.samples.stack[i]], offset[profile.samples.stack[i] + 1])];
          expect(frames.map((index) => profile.strings[profile.frames.method[index]])).toEqual(
            stack.flat().map(({ name }) => name)
          );
          expect(frames.map((index) => profile.frames.line[index])).toEqual(stack.flat().map((one) => one.line));
          const context = profile.samples.context[i];
          expect(profile.strings[profile.contexts.thread[context]]).toBe(labels['thread name']);
          expect(profile.contexts.spanId[context]).toBe(labels['span id']);
          const own = labels.customer.trim() === '' ? '' : `customer=${labels.customer.trim()}`;
          expect(profile.strings[profile.contexts.labels?.[context] ?? 0]).toBe(own);
        });
      }),
      { numRuns: 200 }
    );
  });
});

import { defaultReaderLimits, type Profile } from '../../src/model/profile';
import { checkProfile } from '../../src/model/profile-check';
import { readerFixtures } from '../../tests/oracle/readers';
import { totalsOf } from '../../tests/oracle/totals';
import { sniffReader } from './readers';

/** Forms of files that no fixture has. */
function read(file: string | Uint8Array): Profile {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  const profile = sniffReader(bytes)!.read(bytes, defaultReaderLimits);
  checkProfile(profile);
  return profile;
}

const json = (value: unknown) => read(JSON.stringify(value));
const flat = (profile: Profile, type = 0) => Object.fromEntries(totalsOf(profile, type, true).flat);
const cumulative = (profile: Profile, type = 0) => Object.fromEntries(totalsOf(profile, type, true).cumulative);
const threads = (profile: Profile) => Object.fromEntries(totalsOf(profile, 0).byThread);

describe('folded', () => {
  it('takes a semicolon inside a command line for a part of it', () => {
    const profile = read('process 1:"sh -c a;b";main 2\nprocess 2:"c";main 1\n');
    expect(cumulative(profile)).toEqual({ main: 3, 'process "sh -c a;b"': 2, 'process "c"': 1 });
  });

  it('leaves out the one process', () => {
    const profile = read('process 7:"app";thread (0x1F): io;read (a b.py:3) 4\n');
    expect([cumulative(profile), threads(profile)]).toEqual([{ read: 4 }, { io: 4 }]);
    expect(profile.runtimeInfo).toEqual([{ group: 'Process', key: 'process 7', value: 'app' }]);
  });

  it('knows the frames of the kernel by their mark', () => {
    const { frames, strings } = read('main;sys_read_[k] 1');
    expect([...frames.kind].map((kind, i) => [strings[frames.method[i]], kind])).toEqual([
      ['main', 0],
      ['sys_read', 2],
    ]);
  });

  it('says which line is none', () => {
    expect(() => read('a;b 1\r\na;c\r\n')).toThrow('folded: a line without a stack and a count (at byte 7)');
  });
});

describe('speedscope', () => {
  const file = (profile: object) => ({ shared: { frames: [{ name: 'a' }, { name: 'b' }] }, profiles: [profile] });

  it('gives an open frame the time until the end', () => {
    const events = [
      { type: 'O', at: 1, frame: 0 },
      { type: 'O', at: 2.5, frame: 1 },
    ];
    const profile = json(file({ type: 'evented', unit: 'milliseconds', startValue: 0, endValue: 4, events }));
    expect(profile.valueTypes).toEqual([{ type: 'time', unit: 'nanoseconds' }]);
    expect(flat(profile)).toEqual({ a: 1_500_000, b: 1_500_000 });
  });

  it.each([
    [
      'events that close another frame',
      {
        type: 'evented',
        events: [
          { type: 'O', at: 0, frame: 0 },
          { type: 'C', at: 1, frame: 1 },
        ],
      },
      'another one is the innermost',
    ],
    ['a frame that is not there', { type: 'sampled', samples: [[2]], weights: [1] }, 'frame 2 is beyond the list of 2'],
    ['weights that are missing', { type: 'sampled', samples: [[0], [1]], weights: [1] }, '2 samples, but 1 weights'],
    [
      'time that goes back',
      {
        type: 'evented',
        events: [
          { type: 'O', at: 2, frame: 0 },
          { type: 'C', at: 1, frame: 0 },
        ],
      },
      'go back in time',
    ],
  ])('refuses %s', (_, profile, reason) => {
    expect(() => json(file(profile))).toThrow(reason);
  });
});

describe('V8', () => {
  const node = (id: number, functionName: string, parent?: number) => ({ id, parent, callFrame: { functionName } });

  it('reads nodes that name their parents, and time that steps back', () => {
    const nodes = [node(1, '(root)'), node(2, 'a', 1), node(3, '', 2)];
    const profile = json({ nodes, samples: [2, 3, 2], timeDeltas: [10, -4, 6], startTime: 0, endTime: 12 });
    expect(flat(profile, 1)).toEqual({ a: 12_000 });
    expect(flat(profile)).toEqual({ a: 2, '(anonymous)': 1 });
  });

  it('refuses nodes in a circle', () => {
    expect(() => json({ nodes: [node(1, 'a', 2), node(2, 'b', 1)], samples: [1], timeDeltas: [1] })).toThrow(
      'own ancestors'
    );
  });
});

describe('Chrome trace', () => {
  it('nests events with a duration, whatever their order', () => {
    const x = (name: string, ts: number, dur: number) => ({ ph: 'X', name, ts, dur, pid: 1, tid: 5 });
    const named = { ph: 'M', name: 'thread_name', pid: 1, tid: 5, args: { name: 'io' } };
    const profile = json({ traceEvents: [x('inner', 2, 3), x('outer', 0, 10), named] });
    expect([flat(profile), threads(profile)]).toEqual([{ outer: 7000, inner: 3000 }, { io: 10_000 }]);
  });

  it('refuses traces of browsers and says what to save instead', () => {
    expect(() => json([{ ph: 'P', name: 'ProfileChunk', ts: 1 }])).toThrow('.cpuprofile');
  });
});

it('stackprof without stacks says how to record them', () => {
  expect(() => json({ mode: 'cpu', samples: 1, frames: {} })).toThrow('raw: true');
});

describe('perf script', () => {
  it('reads names with spaces, inlined calls, deleted binaries and perf maps', () => {
    const profile = read(
      'Web Content 12/34 [003] 1.5: 100 cycles:uP: \n' +
        '\t1a f(int, char)+0x3 (inlined)\n\t1b g+0x1 (/opt/x (deleted))\n\t1c JS:~h /a b.js:3+0x1 (/tmp/perf-12.map)\n\n'
    );
    expect(profile.valueTypes).toEqual([
      { type: 'samples', unit: 'count' },
      { type: 'cycles', unit: 'count' },
    ]);
    expect(cumulative(profile, 1)).toEqual({ 'f(int, char)': 100, g: 100, 'JS:~h /a b.js:3': 100 });
    expect(threads(profile)).toEqual({ 'Web Content': 1 });
  });
});

describe('gperftools', () => {
  const raw = readerFixtures().find(({ name }) => name === 'gperftools-cpu.prof')!.bytes;
  const oracle = read(raw);

  /** The same profile as a machine with other words writes it; addresses must fit. */
  function rewritten(bytesPerWord: 4 | 8, littleEndian: boolean): Uint8Array {
    const view = new DataView(raw.buffer, raw.byteOffset);
    const words: bigint[] = [];
    let end = 0;
    for (let at = 0; end === 0; at += 8) {
      words.push(view.getBigUint64(at, true));
      end = words.length > 6 && words.at(-3) === 0n && words.at(-2) === 1n && words.at(-1) === 0n ? at + 8 : 0;
    }
    const result = new Uint8Array(words.length * bytesPerWord + raw.length - end);
    const out = new DataView(result.buffer);
    words.forEach((word, i) =>
      bytesPerWord === 8
        ? out.setBigUint64(i * 8, word, littleEndian)
        : out.setUint32(i * 4, Number(BigInt.asUintN(32, word)), littleEndian)
    );
    result.set(raw.subarray(end), words.length * bytesPerWord);
    return result;
  }

  it('is read in the other byte order', () => {
    expect(flat(read(rewritten(8, false)), 1)).toEqual(flat(oracle, 1));
  });

  it.each([true, false])('is read in 32-bit words, little endian %s', (littleEndian) => {
    const profile = read(rewritten(4, littleEndian));
    expect(totalsOf(profile, 1).total).toBe(1_490_000_000);
    // Addresses of the program itself fit into 32 bits.
    const own = Object.entries(cumulative(oracle)).filter(([name]) => name.startsWith('demo-gperf+'));
    expect(own.length).toBeGreaterThan(5);
    expect(cumulative(profile)).toMatchObject(Object.fromEntries(own));
  });

  it('refuses the other profiles of tcmalloc', () => {
    expect(() => read('heap profile: 1: 2 [1: 2] @ growth\n1: 2 [1: 2] @ 0x10\n')).toThrow('which is no heap profile');
  });
});

it('Go text without names shows addresses', () => {
  expect(flat(read('goroutine profile: total 2\n2 @ 0x10 0x20\n'))).toEqual({ '0x10': 2 });
});

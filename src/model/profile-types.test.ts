import { resolveLanguage } from './language';
import {
  compareProfileTypes,
  findProfileTypes,
  isHidden,
  knownProfileTypes,
  profileTypeOf,
  resolveProfileType,
  resolveProfileTypes,
} from './profile-types';

function resolve(text: string, attachment = '', language = '') {
  const [type = '', unit = ''] = text.split('/');
  const { id, scale } = resolveProfileType({ type, unit }, { attachment, language });
  return scale === 1 ? id : `${id} x ${scale}`;
}

function types(...texts: string[]) {
  return texts.map((text) => {
    const [type = '', unit = ''] = text.split('/');
    return { type, unit };
  });
}

describe('the table', () => {
  it('has unique ids and names, and ids that are their own spelling', () => {
    const ids = knownProfileTypes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(knownProfileTypes.map(({ name }) => name.toLowerCase())).size).toBe(ids.length);
    for (const { id, unit } of knownProfileTypes) {
      expect(resolve(`${id}/${unit}`)).toBe(id);
    }
  });

  it('averages what is a point in time and sums all else', () => {
    const averaged = knownProfileTypes.filter(({ merge }) => merge === 'average').map(({ id }) => id);
    expect(averaged).toEqual([
      'heap-live-size',
      'heap-live-objects',
      'goroutines',
      'goroutine-leaks',
      'threads-created',
    ]);
  });

  it('orders as users know it', () => {
    const ids = ['goroutines', 'lock-releases', 'my-own', 'cpu-time', 'timeline', 'wall-time', 'block', 'mutex'];
    expect(ids.sort(compareProfileTypes)).toEqual([
      'cpu-time',
      'wall-time',
      'mutex',
      'block',
      'goroutines',
      'lock-releases',
      'my-own',
      'timeline',
    ]);
  });
});

describe('resolveProfileType', () => {
  it.each([
    ['cpu-time/nanoseconds', 'profile.pprof', 'cpu-time'],
    ['cpu/nanoseconds', 'cpu.pprof', 'cpu-time'],
    ['cpu-samples/count', 'profile.pprof', 'cpu-samples'],
    ['samples/count', 'cpu.pprof', 'cpu-samples'],
    ['sample/count', 'wall.pprof', 'wall-samples'],
    ['wall/nanoseconds', 'wall.pprof', 'wall-time'],
    ['time/nanoseconds', 'fgprof', 'wall-time'],
    ['heap-space/bytes', 'profile.pprof', 'heap-live-size'],
    ['heap-live-samples/count', 'profile.pprof', 'heap-live-objects'],
    ['space/bytes', 'space.pprof', 'heap-live-size'],
    ['inuse_objects/count', 'delta-heap.pprof', 'heap-live-objects'],
    ['alloc_space/bytes', 'heap.pprof', 'allocated-memory'],
    ['alloc-size/bytes', 'auto.pprof', 'allocated-memory'],
    ['alloc_in_new_tlab_objects/count', 'memory', 'allocations'],
    ['exception-samples/count', 'profile.pprof', 'thrown-exceptions'],
    ['exception/count', 'auto.pprof', 'thrown-exceptions'],
    ['lock-acquire-wait/nanoseconds', 'profile.pprof', 'lock-wait-time'],
    ['lock-release-hold/nanoseconds', 'profile.pprof', 'locked-time'],
    ['lock-count/count', 'auto.pprof', 'lock-acquires'],
    ['delay/nanoseconds', 'delta-mutex.pprof', 'mutex'],
    ['contentions/count', 'delta-mutex.pprof', 'mutex-contentions'],
    ['delay/nanoseconds', 'block.pprof', 'block'],
    ['contentions/count', 'block_count', 'block-contentions'],
    ['delay/nanoseconds', 'profile', 'contention-time'],
    ['contentions/lock_samples', 'mutex', 'mutex-contentions'],
    ['delay/lock_nanoseconds', 'mutex', 'mutex'],
    ['goroutine/count', 'goroutines.pprof', 'goroutines'],
    ['goroutines/count', '', 'goroutines'],
    ['threadcreate/count', '', 'threads-created'],
    ['file-io-read-size/bytes', 'profile.pprof', 'file-io-read'],
    ['timeline/nanoseconds', 'events.pprof', 'timeline'],
    ['cpu/microseconds', 'cpu.pprof', 'cpu-time x 1000'],
    ['cpu/Nanoseconds', 'cpu.pprof', 'cpu-time'],
    ['wall/ms', 'wall.pprof', 'wall-time x 1000000'],
    ['My Thing/widgets', 'x', 'my-thing'],
    ['my_time/ms', 'x', 'my-time x 1000000'],
    ['odd/bytes', 'x', 'odd/bytes'],
    ['cpu/count', 'x', 'cpu'],
    ['/', 'x', 'unnamed'],
  ])('%s of %s is %s', (text, attachment, expected) => {
    expect(resolve(text, attachment)).toBe(expected);
  });

  it('lets php samples be wall samples', () => {
    expect(resolve('sample/count', 'profile.pprof', 'php')).toBe('wall-samples');
  });

  it('turns raw samples into time by their period only where no time type stands beside them', () => {
    const period = { type: 'cpu', unit: 'nanoseconds', value: 50_000_000 };
    const from = { attachment: '', language: '', period };
    expect(resolveProfileTypes(types('samples/count'), from)).toEqual([
      { id: 'cpu-time', scale: 50_000_000, twin: 'cpu-samples' },
    ]);
    expect(resolveProfileTypes(types('samples/count', 'cpu/nanoseconds'), from)).toEqual([
      { id: 'cpu-samples', scale: 1 },
      { id: 'cpu-time', scale: 1 },
    ]);
  });

  it('sees that samples beside wall and cpu time are wall samples', () => {
    const resolved = resolveProfileTypes(types('samples/count', 'wall/nanoseconds', 'cpu/nanoseconds'), {
      attachment: '',
      language: 'node',
    });
    expect(resolved.map(({ id }) => id)).toEqual(['wall-samples', 'wall-time', 'cpu-time']);
  });

  it('gives unknown types an id that tells their unit again', () => {
    for (const [text, unit] of [
      ['foo/count', 'count'],
      ['foo/ns', 'ns'],
      ['foo/bytes', 'bytes'],
      ['foo-time/ns', 'ns'],
      ['foo-time/bytes', 'bytes'],
    ] as const) {
      expect(profileTypeOf(resolve(text)).unit).toBe(unit);
    }
    expect(profileTypeOf('alloc-samples-unscaled').hidden).toBe(true);
  });
});

describe('isHidden', () => {
  it('hides a count only beside its time', () => {
    expect(isHidden('cpu-samples', ['cpu-samples', 'cpu-time'])).toBe(true);
    expect(isHidden('cpu-samples', ['cpu-samples'])).toBe(false);
    expect(isHidden('timeline', ['timeline'])).toBe(true);
  });
});

describe('findProfileTypes', () => {
  const go = ['cpu-time', 'cpu-samples', 'mutex', 'mutex-contentions', 'block', 'block-contentions', 'goroutines'];

  it.each([
    ['cpu-time', ['cpu-time']],
    ['CPU Time', ['cpu-time']],
    ['cpu time', ['cpu-time']],
    ['mutex', ['mutex']],
    ['cpu/nanoseconds', ['cpu-time']],
    ['cpu', ['cpu-time']],
    ['delta-mutex.pprof:delay', ['mutex']],
    ['delta-block.pprof:contentions', ['block-contentions']],
    ['cpu.pprof:cpu', ['cpu-time']],
    ['process_cpu:cpu:nanoseconds:cpu:nanoseconds', ['cpu-time']],
    ['mutex:delay:nanoseconds:contentions:count', ['mutex']],
    ['block:contentions:count:contentions:count', ['block-contentions']],
    ['memory:alloc_space:bytes:space:bytes', ['allocated-memory']],
    ['delay', ['mutex', 'block']],
    ['delay/nanoseconds', ['mutex', 'block']],
    ['samples', ['cpu-samples']],
    ['nonsense', []],
    ['', []],
    ['__proto__', []],
  ])('%s', (text, expected) => {
    expect(findProfileTypes(text, go)).toEqual(expected);
  });

  it('prefers what is there and knows own types', () => {
    expect(findProfileTypes('delay', ['block'])).toEqual(['block']);
    expect(findProfileTypes('my-own', ['my-own/bytes'])).toEqual(['my-own/bytes']);
    expect(findProfileTypes('my_own/bytes', ['my-own/bytes'])).toEqual(['my-own/bytes']);
    expect(findProfileTypes('my-own', ['my-own', 'my-own/bytes'])).toEqual(['my-own']);
    expect(findProfileTypes('process_cpu:samples:count:cpu:nanoseconds', ['cpu-time'])).toEqual(['cpu-time']);
    expect(findProfileTypes('heap live size', [])).toEqual(['heap-live-size']);
  });
});

describe('resolveLanguage', () => {
  it.each([
    ['python', ['python']],
    ['python', ['', 'CPython']],
    ['node', ['javascript']],
    ['node', ['Node.js']],
    ['node', [undefined, 'nodejs', 'javascript']],
    ['java', ['OpenJDK 64-Bit Server VM']],
    ['java', ['jvm']],
    ['go', ['go1.21']],
    ['go', ['gospy']],
    ['', ['mongodb']],
    ['cpp', ['c++']],
    ['cpp', ['', '', 'native']],
    ['dotnet', ['.NET Core']],
    ['dotnet', ['C#']],
    ['php', ['php8.2']],
    ['ruby', ['jruby']],
    ['rust', ['pyroscope-rs']],
    ['', []],
  ])('%s from %j', (expected, texts) => {
    expect(resolveLanguage(...texts)).toBe(expected);
  });
});

import { mergeSums, RecentUploads, type UploadSums } from './recent-uploads';

const sums = (...rows: Array<readonly [key: number, value: number, samples: number]>): UploadSums => ({
  key: Uint32Array.from(rows, ([key]) => key),
  value: Float64Array.from(rows, ([, value]) => value),
  samples: Float64Array.from(rows, ([, , samples]) => samples),
});

describe('RecentUploads', () => {
  it('keeps sums by type, key and upload, and forgets those asked least recently', () => {
    const recent = new RecentUploads(2400);
    const large = sums(...Array.from({ length: 30 }, (_, at) => [at, 1, 1] as const));
    recent.keep('cpu-time', 'stack', 1n, large);
    recent.keep('cpu-time', 'thread', 1n, sums([7, 1, 1]));
    expect(recent.find('cpu-time', 'stack', 1n)).toBe(large);
    expect(recent.find('wall-time', 'stack', 1n)).toBeUndefined();
    recent.keep('cpu-time', 'stack', 2n, large);
    expect(recent.find('cpu-time', 'thread', 1n)).toBeUndefined();
    expect(recent.find('cpu-time', 'stack', 1n)).toBe(large);
    recent.keep('cpu-time', 'stack', 3n, large);
    expect([1n, 2n, 3n].map((profile) => recent.find('cpu-time', 'stack', profile) === large)).toEqual([
      true,
      false,
      true,
    ]);
    expect(recent.sizeBytes).toBeLessThanOrEqual(2400);
  });

  it('forgets threads and sums by them when there are too many names, and nothing else', () => {
    const recent = new RecentUploads(16_000);
    const first = recent.threadKeys(['a', 'b', 'a']);
    recent.keep('cpu-time', 'thread', 1n, { ...sums([0, 1, 1], [1, 2, 1]), key: first });
    recent.keep('cpu-time', 'stack', 1n, sums([9, 1, 1]));
    const before = recent.threads;
    recent.threadKeys(Array.from({ length: 40 }, (_, at) => `worker-${at}`));
    expect(recent.find('cpu-time', 'thread', 1n)).toBeDefined();
    const after = recent.threadKeys(['b', 'a']);
    expect(recent.find('cpu-time', 'thread', 1n)).toBeUndefined();
    expect(recent.find('cpu-time', 'stack', 1n)).toBeDefined();
    expect(Array.from(first, (key) => before[key])).toEqual(['a', 'b', 'a']);
    expect(Array.from(after, (key) => recent.threads[key])).toEqual(['b', 'a']);
    expect(recent.threads).toHaveLength(2);
  });

  it('lets who asks for the same wait, also after a failure', async () => {
    const recent = new RecentUploads();
    const done: string[] = [];
    const failing = recent.inTurn('a', async () => {
      await Promise.resolve();
      done.push('first');
      throw new Error('gone');
    });
    const next = recent.inTurn('a', async () => done.push('second'));
    await expect(failing).rejects.toThrow('gone');
    await next;
    expect(done).toEqual(['first', 'second']);
  });
});

describe('mergeSums', () => {
  it('adds up by key', () => {
    const merged = mergeSums([sums([5, 1, 1], [2, 10, 2]), sums(), sums([2, -4, 1], [9, 3, 3])]);
    expect([...merged.key]).toEqual([5, 2, 9]);
    expect([...merged.value]).toEqual([1, 6, 3]);
    expect([...merged.samples]).toEqual([1, 3, 3]);
  });
});

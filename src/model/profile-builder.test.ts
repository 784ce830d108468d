import { ProfileBuilder } from './profile-builder';
import { checkProfile } from './profile-check';

const types = [
  { type: 'cpu', unit: 'nanoseconds' },
  { type: 'wall', unit: 'nanoseconds' },
];

function add(builder: ProfileBuilder, name: string, value: number, threads = 1): void {
  const fields = { className: 0, packageName: 0, library: 0, file: 0, line: value, kind: 'native' } as const;
  const frame = builder.frame({ ...fields, method: builder.string(name) });
  const stack = builder.stack(Uint32Array.of(frame, frame), 2);
  for (let i = 0; i < threads; i++) {
    const base = builder.sample(stack, builder.context({ thread: `${name}-${i}`, spanId: BigInt(value) }));
    builder.values[base + 1] = value;
  }
}

describe('builders that share tables', () => {
  it('keep apart when they work at the same time', () => {
    const a = new ProfileBuilder(types);
    const b = new ProfileBuilder(types);
    for (let i = 1; i <= 100; i++) {
      add(a, `a${i}`, i);
      add(b, `b${i}`, 1000 + i);
    }
    const [first, second] = [a.finish(), b.finish()];
    [first, second].forEach(checkProfile);
    expect(first.strings[first.frames.method[99]]).toBe('a100');
    expect(second.frames.line[99]).toBe(1100);
    expect(second.contexts.spanId[100]).toBe(1100n);
    expect([...first.samples.values.subarray(196)]).toEqual([0, 99, 0, 100]);
  });

  it('leave finished profiles alone and begin with zeros', () => {
    const a = new ProfileBuilder(types);
    add(a, 'a', 7, 50);
    const first = a.finish();
    const before = structuredClone(first);
    const b = new ProfileBuilder(types, { samples: 100, frames: 1, stackFrames: 1 });
    b.sample(0, 0);
    const second = b.finish();
    expect(structuredClone(first)).toEqual(before);
    checkProfile(second);
    expect([...second.samples.values]).toEqual([0, 0]);
    expect(second.frames.length).toBe(0);
    expect(second.stacks.length).toBe(1);
    expect([...second.contexts.spanId]).toEqual([0n]);
  });

  it('hand out large tables whole', () => {
    const builder = new ProfileBuilder(types);
    const values = 600_000;
    for (let i = 0; i < values; i++) {
      builder.values[builder.sample(0, 0)] = i;
    }
    const profile = builder.finish();
    checkProfile(profile);
    expect(profile.samples.values.length).toBe(values * 2);
    expect(profile.samples.values[2 * values - 2]).toBe(values - 1);
  });
});

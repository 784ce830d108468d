import fc from 'fast-check';
import { frameKinds } from './profile';
import { ProfileBuilder, maxDetailValues } from './profile-builder';
import { checkProfile } from './profile-check';
import { drawProfile, parseDrawnProfile } from './profile-text';

const drawn = `types: cpu-time/nanoseconds, wall-time/nanoseconds
start: 1795346815900184288
duration: 8000000000
period: cpu/nanoseconds 10000000
info: "process" "pid" "17"
10 20 | main; checkout [class=Cart pkg=shop lib=shop file=shop/cart.py:12]; sleep [kind=native] | thread=web-0 endpoint="GET /orders" span=1f root=ffffffffffffffff trace=10000000000000001
0 5 | (no stack)
-1 2 | main; "a;b|c"; stock_lock [kind=detail:lock] | thread="my thread"
10 20 | main; checkout [class=Cart pkg=shop lib=shop file=shop/cart.py:12]; sleep [kind=native]
`;

describe('drawn profiles', () => {
  it('are read and drawn without loss', () => {
    const profile = parseDrawnProfile(drawn);
    checkProfile(profile);
    expect(drawProfile(profile)).toBe(drawn);
    expect(profile.stacks.length).toBe(3);
    expect(profile.contexts.length).toBe(3);
    expect(profile.frames.length).toBe(5);
    expect(profile.contexts.rootSpanId[1]).toBe(0xffffffffffffffffn);
    expect(profile.contexts.traceIdHigh[1]).toBe(1n);
  });

  it('refuse a line with too few values', () => {
    expect(() => parseDrawnProfile('types: a/count, b/count\n1 | main')).toThrow('2 whole numbers expected');
  });

  it('keep any text', () => {
    const text = fc.string({ unit: 'binary' });
    const frame = fc.record({
      method: text,
      file: text,
      className: text,
      line: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(frame)), text, (stacks, thread) => {
        const builder = new ProfileBuilder([{ type: 'cpu', unit: 'ns' }]);
        for (const stack of stacks) {
          const frames = stack.map(({ method, file, className, line }) =>
            builder.frame({
              method: builder.string(method),
              className: builder.string(className),
              packageName: 0,
              library: 0,
              file: builder.string(file),
              line,
              kind: 'method',
            })
          );
          builder.sample(builder.stack(Uint32Array.from(frames), frames.length), builder.context({ thread }));
        }
        const profile = builder.finish();
        checkProfile(profile);
        const once = drawProfile(profile);
        expect(drawProfile(parseDrawnProfile(once))).toBe(once);
      })
    );
  });
});

describe('ProfileBuilder', () => {
  it('keeps 500 detail values of a kind apart and joins the others', () => {
    const builder = new ProfileBuilder([]);
    const frames = new Set(Array.from({ length: 700 }, (_, i) => builder.detailFrame('detail:lock', `lock ${i}`)));
    expect(frames.size).toBe(maxDetailValues + 1);
    expect(builder.detailFrame('detail:lock', 'lock 3')).toBe(builder.detailFrame('detail:lock', 'lock 3'));
    expect(builder.detailFrame('detail:exception', 'KeyError')).not.toBe(builder.detailFrame('detail:lock', 'other'));
    const { strings } = builder.finish();
    expect(strings).toContain('(other)');
    expect(strings).not.toContain('lock 600');
  });

  it('gives a frame a class only when it has none', () => {
    const builder = new ProfileBuilder([]);
    const bare = builder.frame({
      method: builder.string('run'),
      className: 0,
      packageName: 0,
      library: 0,
      file: 0,
      line: 3,
      kind: 'method',
    });
    const classed = builder.frameWithClass(bare, builder.string('Worker'));
    expect(classed).not.toBe(bare);
    expect(builder.frameWithClass(classed, builder.string('Other'))).toBe(classed);
    const { frames, strings } = builder.finish();
    expect(strings[frames.className[classed]]).toBe('Worker');
    expect(frames.line[classed]).toBe(3);
  });
});

describe('checkProfile', () => {
  const good = parseDrawnProfile('types: a/count\n1 | main; work | thread=t\n2 | (no stack)');

  it.each([
    ['frames.method', { frames: { ...good.frames, method: Uint32Array.of(9, 9) } }],
    ['frames.kind', { frames: { ...good.frames, kind: Uint8Array.of(0, frameKinds.length) } }],
    ['stacks.frame', { stacks: { ...good.stacks, frame: Uint32Array.of(0, 2) } }],
    ['empty stack', { stacks: { ...good.stacks, offset: Uint32Array.of(0, 1, 2) } }],
    ['goes back', { stacks: { ...good.stacks, length: 3, offset: Uint32Array.of(0, 0, 2, 1) } }],
    ['contexts[0]', { contexts: { ...good.contexts, thread: Uint32Array.of(1, 1) } }],
    ['samples.context', { samples: { ...good.samples, context: Uint32Array.of(0, 2) } }],
    ['one value per sample', { samples: { ...good.samples, values: Float64Array.of(1) } }],
    ['safe integer', { samples: { ...good.samples, values: Float64Array.of(1, 0.5) } }],
    ['strings[0]', { strings: ['x', ...good.strings.slice(1)] }],
    ['startNs', { startNs: -1n }],
  ])('refuses broken %s', (message, change) => {
    expect(() => checkProfile({ ...good, ...change })).toThrow(message);
  });

  it('accepts a good one', () => {
    expect(() => checkProfile(good)).not.toThrow();
  });
});

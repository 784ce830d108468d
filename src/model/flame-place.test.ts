import fc from 'fast-check';
import { type FlameState, colourWays, readPlace, sameTexts, startState, wholeWidth, writePlace } from './flame-place';

const key = fc.stringMatching(/^[a-z0-9]{1,7}(-[1-9]\d{0,2})?$/);
const path = fc
  .array(fc.tuple(key, fc.integer({ min: 1, max: 40 })), { maxLength: 20 })
  .map((runs) => runs.flatMap(([name, times]) => Array<string>(times).fill(name)));
const names = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 3 });
const state: fc.Arbitrary<FlameState> = fc.record({
  place: fc.oneof(
    fc.record({
      mode: fc.constantFrom('top' as const, 'bottom' as const),
      method: fc.constant(''),
      focus: path,
      callers: fc.constant([]),
    }),
    fc.record({
      mode: fc.constant('sandwich' as const),
      method: fc.string({ minLength: 1 }),
      focus: path,
      callers: path,
    })
  ),
  rules: fc.record({ hide: names, exclude: names, only: fc.string(), recursion: fc.boolean(), chains: fc.boolean() }),
  search: fc.string(),
  look: fc.record({
    window: fc
      .tuple(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 1, max: 1_000_000 }))
      .map(([from, width]) => ({ from: from / 1e6, to: Math.min(1_000_000, from + width) / 1e6 })),
    colour: fc.constantFrom(undefined, ...colourWays),
    root: fc.constantFrom(undefined, 'top' as const, 'bottom' as const),
  }),
});

const again = (given: FlameState) => {
  const texts = writePlace(given);
  return readPlace((name) => texts[name]);
};

it('comes back from the address as it was', () => {
  fc.assert(fc.property(state, (given) => expect(again(given)).toEqual(given)));
});

it('writes nothing for the whole graph, and short paths for recursion', () => {
  expect(Object.values(writePlace(startState)).flat()).toEqual([]);
  const focus = Array<string>(5000).fill('abc');
  const texts = writePlace({ ...startState, place: { ...startState.place, focus } });
  expect(texts.focus).toEqual(['abc*5000']);
  expect(sameTexts(texts, writePlace(startState))).toBe(false);
});

it.each(['<b>', 'a..b', 'a*', 'a*999999', '.', 'A'])('takes the path %s for none', (focus) => {
  expect(readPlace((name) => (name === 'focus' ? [focus] : [])).place.focus).toEqual([]);
});

it('leaves names that are too long for an address out', () => {
  const long = 'x'.repeat(65_536);
  const place = { ...startState.place, mode: 'sandwich' as const, method: long };
  const rules = { ...startState.rules, hide: [long, 'a'], exclude: [long], only: long };
  expect(again({ ...startState, place, rules, search: long })).toEqual({
    ...startState,
    rules: { ...startState.rules, hide: ['a'] },
  });
});

it('leaves a path that is too long out', () => {
  const focus = Array.from({ length: 3000 }, (_, i) => String(i));
  expect(again({ ...startState, place: { ...startState.place, focus } }).place.focus).toEqual([]);
});

it.each(['', '0.5', '0.5..0.5', '0.6..0.5', '-1..2', '0..2', 'a..b', '1..', '0.1..NaN', '0.1..0.2..0.3'])(
  'takes the window %j for the whole width',
  (window) => {
    expect(readPlace((name) => (name === 'window' ? [window] : [])).look.window).toEqual(wholeWidth);
  }
);

it('takes colours and roots that it does not know for none', () => {
  expect(readPlace(() => ['<b>']).look).toEqual({ window: wholeWidth, colour: undefined, root: undefined });
});

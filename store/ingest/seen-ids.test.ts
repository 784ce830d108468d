import fc from 'fast-check';
import { IdSet, SeenIds, SharedIds } from './seen-ids';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Few different values, so that ids repeat and slots clash. */
const ids = fc.array(fc.tuple(fc.oneof(fc.constantFrom(0, 1, 1024, 2048), word), fc.constantFrom(0, 1, 7)), {
  maxLength: 300,
});

it('is a set, whatever it is asked and however it grows', () => {
  fc.assert(
    fc.property(ids, ids, (added, asked) => {
      const set = new IdSet(4);
      const model = new Set<string>();
      for (const [low, high] of added) {
        if (!set.has(low, high)) {
          set.add(low, high);
        }
        model.add(`${low}/${high}`);
      }
      expect(set.size).toBe(model.size);
      for (const [low, high] of [...added, ...asked]) {
        expect(set.has(low, high)).toBe(model.has(`${low}/${high}`));
      }
    })
  );
});

it('remembers at least the last ids and never invents one', () => {
  const seen = new SeenIds(100);
  for (let id = 1; id <= 1000; id++) {
    seen.add(id, 0);
  }
  for (let id = 901; id <= 1000; id++) {
    expect(seen.has(id, 0)).toBe(true);
  }
  expect(seen.has(1, 0)).toBe(false);
  expect(seen.has(1001, 0)).toBe(false);
});

it('shows other threads what it holds, and nothing else', () => {
  fc.assert(
    fc.property(ids, ids, (added, asked) => {
      const seen = new SeenIds(1000);
      const shared = new SharedIds(seen.memory);
      // A zero would end the search for others early, which only makes them unknown.
      const plain = added.map(([low, high]) => [low || 5, high || 5]);
      plain.forEach(([low, high]) => seen.add(low, high));
      expect(plain.filter(([low, high]) => !shared.has(low, high))).toEqual([]);
      expect(asked.filter(([low, high]) => shared.has(low, high) && !seen.has(low, high))).toEqual([]);
    })
  );
});

import fc from 'fast-check';
import { frameLabel } from '../../src/model/stack-dictionary';
import { halves, IdTable } from './id-table';
import { StackStore } from './stack-store';

const id = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

it('finds ids like a map of bigints', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(id, fc.bigInt({ min: 0n, max: 30n })), { maxLength: 3000 }), (ids) => {
      const table = new IdTable();
      const map = new Map<bigint, number>();
      const keys = halves(ids);
      ids.forEach((one, at) => {
        table.set(keys[at * 2], keys[at * 2 + 1], at);
        map.set(one, at);
      });
      ids.forEach((one, at) => expect(table.get(keys[at * 2], keys[at * 2 + 1])).toBe(map.get(one)));
      expect(table.get(0x12345678, 0x9abcdef0)).toBe(map.get(0x9abcdef012345678n) ?? -1);
    }),
    { numRuns: 30 }
  );
});

it('keeps frames and stacks through its growth; earlier views stay true', () => {
  const store = new StackStore();
  const early = store.view();
  const frames = Array.from({ length: 3000 }, (_, at) =>
    store.addFrame(at, 7, {
      method: `m${at % 100}`,
      className: '',
      packageName: '',
      library: '',
      file: `f${at}`,
      line: at,
      kind: 'native',
    })
  );
  const stacks = frames.map((_, at) => store.addStack(at, 9, frames.slice(at, at + 5)));
  const { strings, frames: table, stacks: lists } = store.view();
  for (const [at, stack] of stacks.entries()) {
    expect(store.indexOfStack(at, 9)).toBe(stack);
    const held = Array.from(lists.frame.subarray(lists.offset[stack], lists.offset[stack + 1]));
    expect(held).toEqual(frames.slice(at, at + 5));
    expect(strings[table.file[frames[at]]]).toBe(`f${at}`);
    expect(table.line[frames[at]]).toBe(at);
  }
  expect(store.indexOfStack(1, 1)).toBe(-1);
  expect(early.stacks.length).toBe(2);
  expect(frameLabel(store.view(), 0)).toBe('(unknown)');
  expect(store.sizeBytes).toBeGreaterThan(3000 * 30);
});

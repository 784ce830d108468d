import { ContentFilter, frameOwner, KnownContent, stackOwner } from './content-filter';
import type { ContentRows } from './encode-upload';

/** Rows of one byte each: the low half of their id. */
function rows(...ids: readonly bigint[]): ContentRows {
  return {
    ids: BigUint64Array.from(ids),
    offsets: Uint32Array.from({ length: ids.length + 1 }, (_, index) => index),
    bytes: Uint8Array.from(ids, (id) => Number(id & 0xffn)),
  };
}

const id = (number: number) => (0x1234n << 32n) | BigInt(number);
const shop = stackOwner('default', 'shop', 20_000);

function written(filter: ContentFilter, owner: string, ...ids: readonly number[]) {
  const pieces: Uint8Array[] = [];
  const draft = filter.draft();
  draft.addUnseen(owner, rows(...ids.map(id)), pieces);
  return { draft, bytes: pieces.map((piece) => [...piece]) };
}

it('leaves out what was inserted, and gives neighbours as one piece', () => {
  const filter = new ContentFilter(1000);
  const first = written(filter, shop, 1, 2, 3);
  expect(first.bytes).toEqual([[1, 2, 3]]);
  first.draft.commit();
  expect(written(filter, shop, 4, 1, 5, 6, 3, 6).bytes).toEqual([[4], [5, 6]]);
});

it('remembers nothing of a batch that was not inserted', () => {
  const filter = new ContentFilter(1000);
  expect(written(filter, shop, 1).bytes).toEqual([[1]]);
  expect(written(filter, shop, 1).bytes).toEqual([[1]]);
});

it('tells owners and days apart', () => {
  const filter = new ContentFilter(1000);
  written(filter, shop, 1).draft.commit();
  for (const other of [
    stackOwner('default', 'pay', 20_000),
    stackOwner('default', 'shop', 20_001),
    frameOwner('default', 20_000),
  ]) {
    expect(written(filter, other, 1).bytes).toEqual([[1]]);
  }
});

it('lets workers know what was inserted, not what waits', () => {
  const filter = new ContentFilter(1000);
  const known = new KnownContent(filter.memory);
  const { draft } = written(filter, shop, 1);
  const asked = () => known.of(shop)(1, 0x1234);
  expect(asked()).toBe(false);
  draft.commit();
  expect(asked()).toBe(true);
  expect(known.of(frameOwner('default', 20_000))(1, 0x1234)).toBe(false);
  expect(known.of(shop)(2, 0x1234)).toBe(false);
});

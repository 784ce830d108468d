import type { Columns, Statement } from '../engines/engine';
import { StackCache } from './stack-cache';

/** Stacks of a day that are many by their count, and none of which is found. */
const manyRows: Columns = {
  rows: 0,
  names: [],
  numbers: () => [6000],
  bigints: () => [],
  strings: () => [],
  arrays: () => [],
  maps: () => [],
};

const placesOf = (tenant: string) => ({ uploads: { tenant }, services: ['shop'], firstHour: 0, lastHour: 0 });

it('reads no stacks ahead for a store that is gone', async () => {
  const asked: string[] = [];
  let whenBothAsked = () => undefined as void;
  const bothAsked = new Promise<void>((resolve) => (whenBothAsked = resolve));
  const select = async ({ params = {} }: Statement) => {
    const tenant = Object.values(params).includes('first') ? 'first' : 'second';
    asked.push(tenant);
    if (tenant === 'second') {
      whenBothAsked();
    }
    return manyRows;
  };
  const cache = new StackCache({ select }, 1);
  for (const tenant of ['first', 'second']) {
    cache.readDayAhead(cache.open(tenant), placesOf(tenant));
  }
  await bothAsked;
  expect(asked).toEqual(['first', 'second']);
});

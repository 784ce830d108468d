import { Duplicates } from './duplicates';

const never = () => Promise.reject(new Error('stored twice'));

it('stores the first and gives its id to those that come meanwhile and later', async () => {
  const duplicates = new Duplicates(1000, 10);
  let finish: (id: string) => void = () => undefined;
  const first = duplicates.once('k', 0, () => new Promise((resolve) => (finish = resolve)));
  const second = duplicates.once('k', 0, never);
  finish('one');
  expect(await first).toEqual({ id: 'one', repeated: false });
  expect(await second).toEqual({ id: 'one', repeated: true });
  expect(await duplicates.once('k', 999, never)).toEqual({ id: 'one', repeated: true });
  expect(await duplicates.once('k', 2000, async () => 'two')).toEqual({ id: 'two', repeated: false });
});

it('tries again after a failure, and fails those that waited', async () => {
  const duplicates = new Duplicates(1000, 10);
  const broken = () => Promise.reject(new Error('disk'));
  const both = await Promise.allSettled([duplicates.once('k', 0, broken), duplicates.once('k', 0, never)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await duplicates.once('k', 0, async () => 'one')).toEqual({ id: 'one', repeated: false });
});

it('forgets the oldest keys beyond its size', async () => {
  const duplicates = new Duplicates(1000, 2);
  ['a', 'b', 'c', 'd'].forEach((key) => duplicates.remember(key, key, 0));
  expect(await duplicates.once('d', 0, never)).toMatchObject({ repeated: true });
  expect(await duplicates.once('a', 0, async () => 'new')).toMatchObject({ repeated: false });
});

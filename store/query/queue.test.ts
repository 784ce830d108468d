import { QueryQueue } from './queue';

const never = new AbortController().signal;

/** A piece of work that ends when told. */
function work(log: string[], name: string) {
  let finish = () => undefined as void;
  const ended = new Promise<void>((resolve) => (finish = resolve));
  const run = async () => {
    log.push(name);
    await ended;
  };
  return { run, finish: () => finish() };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it('lets owners take turns', async () => {
  const queue = new QueryQueue(1, 10);
  const log: string[] = [];
  const jobs = ['a1', 'a2', 'a3', 'b1', 'c1'].map((name) => ({ name, ...work(log, name) }));
  const all = jobs.map(({ name, run }) => queue.run(name[0], never, run));
  for (const _ of jobs) {
    await settle();
    jobs.find(({ name }) => name === log[log.length - 1])?.finish();
  }
  await Promise.all(all);
  expect(log).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
});

it('refuses when too many wait, and goes on after failures', async () => {
  const queue = new QueryQueue(1, 1);
  const log: string[] = [];
  const first = work(log, 'first');
  const running = queue.run('a', never, first.run);
  const waiting = queue.run('a', never, () => Promise.reject(new Error('broken')));
  await expect(queue.run('b', never, async () => undefined)).rejects.toMatchObject({ code: 'too_many_requests' });
  first.finish();
  await running;
  await expect(waiting).rejects.toThrow('broken');
  await expect(queue.run('b', never, async () => 7)).resolves.toBe(7);
});

it('forgets who went away while waiting, and never starts their work', async () => {
  const queue = new QueryQueue(1, 10);
  const log: string[] = [];
  const first = work(log, 'first');
  const running = queue.run('a', never, first.run);
  const client = new AbortController();
  const left = queue.run('a', client.signal, work(log, 'left').run);
  client.abort();
  await expect(left).rejects.toMatchObject({ code: 'cancelled' });
  await expect(queue.run('a', client.signal, work(log, 'gone').run)).rejects.toMatchObject({ code: 'cancelled' });
  first.finish();
  await running;
  expect(log).toEqual(['first']);
});

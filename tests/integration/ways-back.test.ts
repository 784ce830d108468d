import type { StoreQuery } from '../../src/api/query';
import { openQueryStore, type QueryStore } from './query-store';
import { removeDataDirs } from './start-store';
import { rowsOf } from './store-client';

// From a method, library or thread to the requests that ran it, over two services: one whose profiler knows trace ids, one without.
const noon = Date.UTC(2026, 10, 22, 12);
const time = { from: noon - 60_000, to: noon + 600_000 };
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const cart = `types: cpu-time/nanoseconds
  30 | main; pay; hash [lib=crypto] | thread=web-0 endpoint=/pay span=a1 root=a0 trace=${traceId}
  10 | main; pay; hash [lib=crypto] | thread=web-1 endpoint=/pay span=a2 root=a2 trace=${traceId.replace('4b', '5b')}
  50 | main; list | thread=web-0 endpoint=/list span=a3 root=a3 trace=${traceId.replace('4b', '6b')}
  5 | main; idle | thread=web-0`;
const users = `types: cpu-time/nanoseconds
  20 | serve; login; hash [lib=crypto] | thread=worker endpoint=/login span=b1 root=b1
  7 | serve; login | thread=worker endpoint=/login span=b1 root=b1
  9 | serve; queue | thread=worker endpoint=/job root=c0 inferred=1`;

let store: QueryStore;
jest.setTimeout(60_000);
beforeAll(async () => {
  store = await openQueryStore();
  await store.putAll(
    Object.entries({ cart, users }).map(([service, profile]) => ({
      ...{ startMs: noon, endMs: noon + 60_000, labels: { service }, profile },
    }))
  );
}, 60_000);
afterAll(async () => {
  await store.close();
  removeDataDirs();
});

type Filter = NonNullable<StoreQuery['stackFilter']>[number];

async function requests(query: Partial<StoreQuery>): Promise<Array<Record<string, unknown>>> {
  const { frames } = await store.query(time, { queryType: 'requests', profileType: 'cpu-time', ...query });
  return rowsOf(frames[0]);
}

const through = (dimension: Filter['dimension'], value: string): Filter[] => [
  { dimension, match: 'any', values: [value] },
];
const short = ({ service, spanId, endpoint, value, traceId: trace }: Record<string, unknown>) =>
  [service, String(spanId).replace(/^0+/, ''), endpoint, value, trace] as const;

const hashed = [
  ['cart', 'a1', '/pay', 30, traceId],
  ['users', 'b1', '/login', 20, ''],
  ['cart', 'a2', '/pay', 10, traceId.replace('4b', '5b')],
];

it('finds the requests of every service that ran a method, with their part of it and the trace where it is known', async () => {
  const rows = await requests({ stackFilter: through('method', 'hash') });
  expect(rows.map(short)).toEqual(hashed);
  expect(rows.map(({ share }) => share)).toEqual([30, 20, 10].map((value) => value / 60));
});

it('finds those of a library, a thread and one service alike', async () => {
  expect((await requests({ stackFilter: through('library', 'crypto') })).map(short)).toEqual(hashed);
  expect((await requests({ stackFilter: through('thread', 'web-0') })).map(short)).toEqual([
    ['cart', 'a3', '/list', 50, traceId.replace('4b', '6b')],
    hashed[0],
  ]);
  const ofUsers = await requests({ selector: '{service="users"}', stackFilter: through('method', 'hash') });
  expect(ofUsers.map(short)).toEqual([hashed[1]]);
});

it('sums them by endpoint', async () => {
  const rows = await requests({ requestsBy: 'endpoint', stackFilter: through('method', 'hash') });
  expect(rows.map(({ endpoint, value }) => [endpoint, value])).toEqual([
    ['/pay', 40],
    ['/login', 20],
  ]);
});

it('opens the root where the profiler could not tell the span', async () => {
  const stackFilter = through('method', 'queue');
  expect((await requests({ requestsBy: 'endpoint', stackFilter })).map(short)).toEqual([
    ['users', 'c0', '/job', 9, ''],
  ]);
  expect(await requests({ stackFilter })).toEqual([]);
});

import { pino } from 'pino';
import { EngineUnavailable, type TableName } from '../engines/engine';
import { profileRow } from '../engines/engine.rows';
import { startBatcher, type InsertItem } from './batcher';
import { ContentFilter } from './content-filter';

interface Insert {
  readonly table: TableName;
  readonly bytes: number;
  readonly token: string;
}

/** Takes everything down; a table that is in `failing` fails once. */
function recorder(failing: Set<TableName> = new Set()) {
  const inserts: Insert[] = [];
  const engine = {
    insert: async (table: TableName, rows: Uint8Array, token: string) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (failing.delete(table)) {
        throw new EngineUnavailable('not now');
      }
      inserts.push({ table, bytes: rows.length, token });
    },
  };
  return { inserts, engine };
}

const row = profileRow();

function item(sampleBytes: number, inserted: () => void, stack = 1n): InsertItem {
  const content = { ids: BigUint64Array.of(stack), offsets: Uint32Array.of(0, 1), bytes: Uint8Array.of(1) };
  return {
    row,
    encoded: { samples: new Uint8Array(sampleBytes), spans: new Uint8Array(0), stacks: content, frames: content },
    inserted,
  };
}

interface Starting {
  readonly most?: { readonly uploads: number; readonly bytes: number };
  readonly fullBytes?: number;
  readonly whenReady?: Promise<void>;
}

function start(engine: ReturnType<typeof recorder>['engine'], starting: Starting = {}) {
  const logger = pino({ level: 'silent' });
  return startBatcher({ engine, logger, content: new ContentFilter(1000), whenReady: Promise.resolve(), ...starting });
}

it('inserts profiles last, and content once', async () => {
  const { inserts, engine } = recorder();
  const batcher = start(engine, { most: { uploads: 2, bytes: 2 ** 20 } });
  let done = 0;
  for (let i = 0; i < 4; i++) {
    batcher.add(item(10, () => done++));
  }
  expect(await batcher.drain(10_000)).toBe(true);
  expect(done).toBe(4);
  expect(inserts.map(({ table, bytes }) => [table, table === 'profiles' ? 0 : bytes])).toEqual([
    ['samples', 20],
    ['stacks', 1],
    ['frames', 1],
    ['profiles', 0],
    ['samples', 20],
    ['profiles', 0],
  ]);
});

it('makes batches of as many bytes as it may', async () => {
  const { inserts, engine } = recorder();
  const batcher = start(engine, { most: { uploads: 100, bytes: 100 } });
  for (const size of [40, 40, 40, 300, 10]) {
    batcher.add(item(size, () => undefined));
  }
  expect(await batcher.drain(10_000)).toBe(true);
  expect(inserts.filter(({ table }) => table === 'samples').map(({ bytes }) => bytes)).toEqual([80, 40, 300, 10]);
});

it.each<TableName>(['samples', 'stacks', 'profiles'])(
  'sends a batch again as it was when %s could not be inserted',
  async (table) => {
    const { inserts, engine } = recorder(new Set([table]));
    const batcher = start(engine);
    let done = 0;
    batcher.add(item(10, () => done++));
    expect(await batcher.drain(10_000)).toBe(true);
    expect(done).toBe(1);
    const tokens = new Set(inserts.map(({ token }) => token.slice(0, 36)));
    expect(tokens.size).toBe(1);
    expect(inserts[inserts.length - 1].table).toBe('profiles');
    expect(new Set(inserts.map((insert) => insert.table))).toEqual(
      new Set(['samples', 'stacks', 'frames', 'profiles'])
    );
  }
);

it('lists an upload with a row that no column takes without its samples, and inserts the others', async () => {
  const { inserts, engine } = recorder();
  const batcher = start(engine);
  let done = 0;
  const bad = item(10, () => done++);
  batcher.add({ ...bad, row: { ...row, types: ['cpu-time'], totals: [2 ** 53], counts: [1] } });
  batcher.add(item(20, () => done++));
  expect(await batcher.drain(10_000)).toBe(true);
  expect(done).toBe(2);
  expect(inserts.filter(({ table }) => table === 'samples').map(({ bytes }) => bytes)).toEqual([20]);
  expect(inserts.filter(({ table }) => table === 'profiles')).toHaveLength(2);
});

it('says that it is full while rows wait for the engine, and gives room one batch after another', async () => {
  const { inserts, engine } = recorder();
  let tablesExist = () => undefined as void;
  const whenReady = new Promise<void>((resolve) => (tablesExist = resolve));
  const batcher = start(engine, { most: { uploads: 1, bytes: 2 ** 20 }, fullBytes: 200, whenReady });
  batcher.add(item(100, () => undefined));
  expect(batcher.isFull()).toBe(false);
  await batcher.room();
  batcher.add(item(300, () => undefined));
  expect(batcher.isFull()).toBe(true);
  const added = [50, 60].map(async (size) => {
    await batcher.room();
    batcher.add(item(size, () => undefined));
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(batcher.size()).toBe(2);
  tablesExist();
  await Promise.all(added);
  expect(await batcher.drain(10_000)).toBe(true);
  expect(inserts.filter(({ table }) => table === 'samples').map(({ bytes }) => bytes)).toEqual([100, 300, 50, 60]);
});

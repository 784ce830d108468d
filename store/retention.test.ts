import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { startChdbEngine, type ChdbEngine } from './engines/chdb';
import { frameBytes, profileBytes, sampleBytes, spanBytes, stackBytes } from './engines/engine.rows';
import { migrate } from './engines/schema/migrate';
import { applyRetention, planRetention } from './retention';

const day = 86_400_000;
const at = (text: string) => Date.parse(`${text}Z`);
const ids = (plan: ReturnType<typeof planRetention>) => plan.map(({ table, id }) => `${table} ${id}`);

describe('planRetention', () => {
  it('keeps a day until its last moment is older than its class', () => {
    const partitions = [{ table: 'samples', id: '20261110-7' }];
    expect(planRetention(partitions, at('2026-11-17T23:59:59'))).toEqual([]);
    expect(planRetention(partitions, at('2026-11-18T00:00:00'))).toEqual(partitions);
  });

  it('goes by the class of each partition', () => {
    const partitions = ['1', '3', '7', '30'].map((days) => ({ table: 'samples', id: `20261110-${days}` }));
    expect(ids(planRetention(partitions, at('2026-11-15T12:00:00')))).toEqual([
      'samples 20261110-1',
      'samples 20261110-3',
    ]);
  });

  it('keeps class 0 and its stacks for ever', () => {
    const partitions = [
      { table: 'samples', id: '20000101-0' },
      { table: 'stacks', id: '20000101' },
    ];
    expect(planRetention(partitions, at('2026-11-15T12:00:00'))).toEqual([]);
  });

  it('keeps stacks and frames two days longer than the longest class that is there', () => {
    const partitions = [
      { table: 'samples', id: '20261118-1' },
      { table: 'samples', id: '20261118-7' },
      { table: 'stacks', id: '20261110' },
      { table: 'frames', id: '20261110' },
    ];
    expect(ids(planRetention(partitions, at('2026-11-19T23:00:00')))).toEqual([]);
    expect(ids(planRetention(partitions, at('2026-11-20T00:00:00')))).toEqual([
      'samples 20261118-1',
      'stacks 20261110',
      'frames 20261110',
    ]);
  });

  it('drops profiles before the rest, and touches nothing it does not know', () => {
    const partitions = [
      { table: 'samples', id: '20200101-1' },
      { table: 'profiles', id: '20200101-1' },
      { table: 'profiles', id: 'all' },
      { table: 'profiles', id: "x' OR 1" },
      { table: 'schema_migrations', id: '20200101' },
    ];
    expect(ids(planRetention(partitions, at('2026-11-19T00:00:00')))).toEqual([
      'profiles 20200101-1',
      'samples 20200101-1',
    ]);
  });

  it('never drops stacks that kept data may use, whenever it was received', () => {
    const start = at('2026-01-01T00:00:00');
    const id = (dayNumber: number) => new Date(start + dayNumber * day).toISOString().slice(0, 10).replaceAll('-', '');
    // An upload received on a day may start up to one day later, or any time before.
    const upload = fc.record({
      received: fc.nat(60),
      early: fc.integer({ min: -1, max: 30 }),
      days: fc.constantFrom(1, 3, 7, 14, 30),
    });
    fc.assert(
      fc.property(fc.array(upload, { minLength: 1, maxLength: 20 }), fc.nat(120), (uploads, now) => {
        const partitions = uploads.flatMap(({ received, early, days }) => [
          { table: 'samples', id: `${id(received - early)}-${days}` },
          { table: 'stacks', id: id(received) },
        ]);
        const dropped = new Set(ids(planRetention(partitions, start + now * day)));
        for (const { received, early, days } of uploads) {
          if (!dropped.has(`samples ${id(received - early)}-${days}`)) {
            expect(dropped).not.toContain(`stacks ${id(received)}`);
          }
        }
      })
    );
  });
});

describe('applyRetention', () => {
  jest.setTimeout(60_000);
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-retention-'));
  let engine: ChdbEngine;

  beforeAll(async () => {
    const childFile = path.resolve(__dirname, '../build/store/chdb-child.mjs');
    engine = await startChdbEngine({ dataDir, childFile, logger: { info: () => undefined, warn: () => undefined } });
    await migrate(engine);
  });
  afterAll(async () => {
    await engine.close();
    fs.rmSync(dataDir, { recursive: true, force: true });
  });

  const today = at('2026-11-24T00:00:00');
  const seconds = (daysAgo: number) => today / 1000 - daysAgo * 86_400;

  /** One upload of a class that started and came so many days ago. */
  async function insertUpload(daysAgo: number, retentionDays: number): Promise<void> {
    const token = `${daysAgo}-${retentionDays}`;
    const tenant = 't';
    const startNs = BigInt(seconds(daysAgo)) * 1_000_000_000n;
    const seenDays = today / day - daysAgo;
    await engine.insert('profiles', profileBytes({ tenant, startNs, retentionDays }), token);
    await engine.insert(
      'samples',
      sampleBytes({ tenant, hourSeconds: seconds(daysAgo), retentionDays, stacks: [5n], values: [1] }),
      token
    );
    await engine.insert(
      'profile_spans',
      spanBytes({ tenant, spans: [1n], startSeconds: seconds(daysAgo), retentionDays }),
      token
    );
    await engine.insert('stacks', stackBytes({ tenant, seenDays }), token);
    await engine.insert('frames', frameBytes({ tenant, seenDays }), token);
  }

  async function daysLeft(table: string, column: string): Promise<number[]> {
    const { numbers } = await engine
      .select({ sql: `SELECT DISTINCT toDate(${column}) AS day FROM ${table} ORDER BY day DESC` })
      .then((columns) => ({ numbers: Array.from(columns.numbers('day')) }));
    return numbers.map((dayNumber) => today / day - dayNumber);
  }

  it('drops what is over in every table, tells the raw uploads, and has nothing left to do then', async () => {
    for (const [daysAgo, retentionDays] of [
      [0, 7],
      [7, 7],
      [8, 7],
      [8, 30],
      [20, 7],
      [31, 30],
      [34, 30],
    ]) {
      await insertUpload(daysAgo, retentionDays);
    }
    const raw: number[] = [];
    const nowMs = today + 3_600_000;
    const dropped = await applyRetention(engine, nowMs, (ms) => raw.push(ms));
    expect(await daysLeft('profiles', 'start')).toEqual([0, 7, 8]);
    expect(await daysLeft('samples', 'hour')).toEqual([0, 7, 8]);
    expect(await daysLeft('profile_spans', 'start')).toEqual([0, 7, 8]);
    expect(await daysLeft('stacks', 'seen')).toEqual([0, 7, 8, 20, 31]);
    expect(await daysLeft('frames', 'seen')).toEqual([0, 7, 8, 20, 31]);
    expect(dropped.filter(({ table }) => table === 'samples')).toHaveLength(4);
    expect(raw).toEqual([nowMs]);
    expect(await applyRetention(engine, nowMs)).toEqual([]);
  });
});

import { EngineError, type Engine } from './engine';
import { migrate, NewerSchemaError } from './schema/migrate';
import { migrations } from './schema/migrations';
import { frameBytes, profileBytes, sampleBytes, sampleHour, spanBytes, stackBytes, big } from './engine.rows';

/**
 * What every engine must do; run by `chdb.test.ts` on the embedded engine and, with HOTSPAN_TEST_CLICKHOUSE_URL, by
 * `clickhouse.test.ts` on a server. `open` gives an engine on an empty database.
 */
export function describeEngine(name: string, open: () => Promise<Engine>): void {
  describe(`engine contract: ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await open();
      await migrate(engine);
    }, 60_000);
    afterAll(() => engine.close());

    const count = async (sql: string, params = {}) =>
      Number((await engine.select({ sql: `SELECT count() AS c FROM ${sql}`, params })).bigints('c')[0]);

    it('answers ping and version and is ready', async () => {
      await engine.ping();
      expect(await engine.version()).toMatch(/^\d+\.\d+/);
      expect(engine.ready).toBe(true);
    });

    describe('rows', () => {
      it('keeps a row of profiles', async () => {
        const labels = new Map([
          ['team', "o'neill"],
          ['git.commit.sha', 'ünï\tcode\n\\'],
        ]);
        await engine.insert('profiles', profileBytes({ tenant: 'rows', labels, profile: big }), 'rows-profiles');
        const row = await engine.select({ sql: `SELECT * FROM profiles WHERE tenant = 'rows'` });
        expect(row.rows).toBe(1);
        expect(row.bigints('profile')[0]).toBe(big);
        expect(row.strings('id')).toEqual(['61f0c404-5cb3-11e7-907b-a6006ad3dba0']);
        expect(row.strings('upload_key')).toEqual(['0123456789abcdef0123456789abcdef']);
        expect(row.bigints('start')[0]).toBe(1_764_000_000_123_456_789n);
        expect(row.bigints('received')[0]).toBe(1_764_000_061_001n);
        expect(row.maps('labels')).toEqual([labels]);
        expect(row.maps('endpoint_counts')).toEqual([new Map([['GET /', '12']])]);
        expect(row.arrays('types')).toEqual([['cpu-time', 'heap-live-size']]);
        expect(row.arrays('totals')).toEqual([BigInt64Array.of(9007199254740991n, -1n)]);
        expect(row.arrays('counts')).toEqual([Uint32Array.of(3, 4)]);
        expect(row.numbers('retention_days')[0]).toBe(400);
        expect(row.strings('runtime_info')).toEqual(['[["jvm","x","y"]]']);
        expect(row.bigints('raw_offset')[0]).toBe(123_456_789_012n);
      });

      it('keeps rows of samples', async () => {
        await engine.insert(
          'samples',
          sampleBytes({ tenant: 'rows', stacks: [1n, big], values: [-5, 2 ** 53 - 1] }),
          'rows-samples'
        );
        const rows = await engine.select({ sql: `SELECT * FROM samples WHERE tenant = 'rows' ORDER BY stack` });
        expect([...(rows.bigints('stack') as BigUint64Array)]).toEqual([1n, big]);
        expect([...(rows.bigints('value') as BigInt64Array)]).toEqual([-5n, 9007199254740991n]);
        expect(rows.strings('thread')).toEqual(['main', 'worker']);
        expect(Array.from(rows.numbers('context'))).toEqual([0, 1]);
        expect(Array.from(rows.numbers('hour'))).toEqual([sampleHour, sampleHour]);
        expect(rows.strings('profile_type')).toEqual(['cpu-time', 'cpu-time']);
      });

      it('keeps a row of profile_spans', async () => {
        await engine.insert('profile_spans', spanBytes({ tenant: 'rows', spans: [big, 0n] }), 'rows-spans');
        const rows = await engine.select({
          sql: 'SELECT * FROM profile_spans WHERE tenant = {t:String} AND has(span, {s:UInt64})',
          params: { t: 'rows', s: big },
        });
        expect(rows.arrays('span')).toEqual([BigUint64Array.of(big, 0n)]);
        expect(rows.arrays('endpoint')).toEqual([['GET /a', '']]);
        expect(rows.arrays('operation')).toEqual([['servlet.request', '']]);
        expect(rows.arrays('labels')).toEqual([['customer=c1\nroute=/a', '']]);
        expect(Array.from<unknown>(rows.arrays('inferred')[0])).toEqual([1, 0]);
      });

      it('gives rows of profile_spans from before their operations were kept as many as they have spans', async () => {
        await engine.command({ sql: `INSERT INTO profile_spans (tenant, span) VALUES ('older', [1, 2])` });
        const rows = await engine.select({
          sql: `SELECT operation, inferred, labels FROM profile_spans WHERE tenant = 'older'`,
        });
        expect(rows.arrays('labels')).toEqual([[]]);
        expect(rows.arrays('operation')).toEqual([['', '']]);
        expect(Array.from<unknown>(rows.arrays('inferred')[0])).toEqual([0, 0]);
      });

      it('keeps rows of stacks and frames', async () => {
        await engine.insert('stacks', stackBytes({ tenant: 'rows' }), 'rows-stacks');
        await engine.insert('frames', frameBytes({ tenant: 'rows' }), 'rows-frames');
        const stacks = await engine.select({ sql: `SELECT * FROM stacks WHERE tenant = 'rows' ORDER BY stack` });
        expect(stacks.arrays('frames')).toEqual([BigUint64Array.of(11n, big), BigUint64Array.of(big)]);
        const frames = await engine.select({ sql: `SELECT * FROM frames WHERE tenant = 'rows' ORDER BY frame` });
        expect(frames.strings('method')).toEqual(['main', 'run']);
        expect(frames.strings('class')).toEqual(['', 'App']);
        expect(Array.from(frames.numbers('line'))).toEqual([7, -1]);
        expect(frames.strings('kind')).toEqual(['method', 'native']);
      });

      it('keeps the rows of several uploads in one insert', async () => {
        const bytes = Buffer.concat(
          [1n, 2n, 3n].map((profile) => sampleBytes({ tenant: 'joined', profile, stacks: [9n], values: [1] }))
        );
        await engine.insert('samples', new Uint8Array(bytes), 'joined');
        expect(await count(`samples WHERE tenant = 'joined'`)).toBe(3);
      });

      it('counts a repeated insert with one token once, over several partitions too', async () => {
        const bytes = new Uint8Array(
          Buffer.concat(
            [1, 7, 30].map((retentionDays) =>
              sampleBytes({ tenant: 'token', retentionDays, stacks: [1n], values: [1] })
            )
          )
        );
        await engine.insert('samples', bytes, 'token-1');
        await engine.insert('samples', bytes, 'token-1');
        expect(await count(`samples WHERE tenant = 'token'`)).toBe(3);
        await engine.insert('samples', bytes, 'token-2');
        expect(await count(`samples WHERE tenant = 'token'`)).toBe(6);
      });

      it('refuses rows that are cut off and keeps none of them', async () => {
        const bytes = sampleBytes({ tenant: 'cut', stacks: [1n, 2n], values: [1, 2] });
        await expect(engine.insert('samples', bytes.subarray(0, bytes.length - 3), 'cut')).rejects.toMatchObject({
          kind: 'other',
        });
        expect(await count(`samples WHERE tenant = 'cut'`)).toBe(0);
      });

      it('takes an insert without rows as done', async () => {
        await engine.insert('samples', new Uint8Array(0), 'nothing');
      });
    });

    describe('parameters', () => {
      const hostile = [
        "'; DROP TABLE profiles; --",
        "a'b\\'c\\",
        'tab\tline\nreturn\rnul\0end',
        '{p:String}',
        '\\N',
        'ünï漢😀',
        '',
        '[1,2]',
        '%s ${x} \\x41',
      ];

      it.each(hostile)('bring %j unchanged', async (value) => {
        const { strings } = await engine
          .select({ sql: 'SELECT {p:String} AS v', params: { p: value } })
          .then((columns) => ({
            strings: columns.strings('v'),
          }));
        expect(strings).toEqual([value]);
      });

      it('bring arrays of such strings unchanged, short and long', async () => {
        for (const times of [1, 200]) {
          const values = Array.from({ length: times }, () => hostile).flat();
          const columns = await engine.select({
            sql: 'SELECT arrayJoin({p:Array(String)}) AS v',
            params: { p: values },
          });
          expect(columns.strings('v')).toEqual(values);
        }
      });

      it('bring a long string beside short ones unchanged', async () => {
        const long = hostile.join('').repeat(500);
        const columns = await engine.select({
          sql: 'SELECT {long:String} AS a, {short:String} AS b, {n:Int64} AS n',
          params: { long, short: "x'y", n: -7 },
        });
        expect([columns.strings('a')[0], columns.strings('b')[0], columns.bigints('n')[0]]).toEqual([long, "x'y", -7n]);
      });

      it.each([1, 100])('arrive all when there are 2,000 with values of %i characters', async (length) => {
        const values = Array.from({ length: 2000 }, (_, at) => String(at).padStart(length, 'x'));
        const params = Object.fromEntries(values.map((value, at) => [`p${at}`, value]));
        const list = values.map((_, at) => `{p${at}:String}`).join(', ');
        const columns = await engine.select({ sql: `SELECT arrayJoin([${list}]) AS v`, params });
        expect(columns.strings('v')).toEqual(values);
      });

      it('bring 64-bit ids, floats and booleans unchanged', async () => {
        const columns = await engine.select({
          sql: 'SELECT {u:UInt64} AS u, {f:Float64} AS f, {b:Bool} AS b, {s:Array(UInt64)} AS s',
          params: { u: big, f: 0.1, b: true, s: [big, 2n ** 64n - 1n] },
        });
        expect(columns.bigints('u')[0]).toBe(big);
        expect(columns.numbers('f')[0]).toBe(0.1);
        expect(columns.numbers('b')[0]).toBe(1);
        expect(columns.arrays('s')).toEqual([BigUint64Array.of(big, 2n ** 64n - 1n)]);
      });

      it('bring 50,000 ids at once', async () => {
        const ids = Array.from({ length: 50_000 }, (_, i) => big + BigInt(i));
        const columns = await engine.select({
          sql: 'SELECT length({ids:Array(UInt64)}) AS n, {ids:Array(UInt64)}[50000] AS last',
          params: { ids },
        });
        expect(columns.bigints('n')[0]).toBe(50_000n);
        expect(columns.bigints('last')[0]).toBe(big + 49_999n);
      });

      it('are not mixed up between queries at the same time', async () => {
        const answers = await Promise.all(
          Array.from({ length: 100 }, (_, i) =>
            engine.select({ sql: 'SELECT {i:UInt32} AS i, sleep(0.002)', params: { i } })
          )
        );
        expect(answers.map((columns) => columns.numbers('i')[0])).toEqual(Array.from({ length: 100 }, (_, i) => i));
      });
    });

    describe('select', () => {
      it('reads every type that answers have', async () => {
        const columns = await engine.select({
          sql: `SELECT toInt128('-170141183460469231731687303715884105728') AS i128, toUInt64(18446744073709551615) AS u64,
            toNullable(toUInt8(3)) AS some, CAST(NULL, 'Nullable(Float64)') AS none, toDate('2026-11-24') AS day,
            toDateTime('2026-11-24 00:00:01', 'UTC') AS at, true AS yes, map('a', 'b') AS m, [toInt16(-3)] AS a,
            toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0') AS id, toFixedString('ab', 4) AS f, toLowCardinality('lc') AS l`,
        });
        expect(columns.bigints('i128')).toEqual([-(2n ** 127n)]);
        expect(columns.bigints('u64')[0]).toBe(2n ** 64n - 1n);
        expect(columns.numbers('some')[0]).toBe(3);
        expect(columns.numbers('none')[0]).toBeNaN();
        expect(columns.numbers('day')[0]).toBe(Date.UTC(2026, 10, 24) / 86_400_000);
        expect(columns.numbers('at')[0]).toBe(Date.UTC(2026, 10, 24) / 1000 + 1);
        expect(columns.numbers('yes')[0]).toBe(1);
        expect(columns.maps('m')).toEqual([new Map([['a', 'b']])]);
        expect(columns.arrays('a')).toEqual([Int16Array.of(-3)]);
        expect(columns.strings('id')).toEqual(['61f0c404-5cb3-11e7-907b-a6006ad3dba0']);
        expect([columns.strings('f')[0], columns.strings('l')[0]]).toEqual(['ab', 'lc']);
      });

      it('gives columns without rows', async () => {
        const columns = await engine.select({ sql: 'SELECT number AS n FROM numbers(10) WHERE 0' });
        expect([columns.rows, columns.names, columns.bigints('n').length]).toEqual([0, ['n'], 0]);
      });

      it.each([
        ['INSERT', `INSERT INTO schema_migrations SELECT 99, 'x', now()`],
        ['CREATE', 'CREATE TABLE written (a UInt8) ENGINE = Memory'],
        ['DROP', 'DROP TABLE schema_migrations'],
        ['ALTER', 'ALTER TABLE profiles DELETE WHERE 1'],
        ['file()', `SELECT * FROM file('/etc/hostname', 'LineAsString')`],
        ['raised limits', `SELECT 1 SETTINGS max_execution_time = 0`],
        ['an end of read-only', `SELECT * FROM file('/etc/hostname', 'LineAsString') SETTINGS readonly = 0`],
        ['two statements', 'SELECT 1; DROP TABLE schema_migrations'],
      ])('refuses %s', async (_what, sql) => {
        await expect(engine.select({ sql })).rejects.toBeInstanceOf(EngineError);
        expect(await count('schema_migrations')).toBe(migrations.length);
      });

      it('tells errors in our SQL with their code', async () => {
        await expect(engine.select({ sql: 'SELECT x FROM nowhere' })).rejects.toMatchObject({
          kind: 'other',
          code: 60,
        });
        await expect(engine.select({ sql: 'SELEC 1' })).rejects.toMatchObject({ kind: 'other', code: 62 });
      });
    });

    describe('limits', () => {
      const endless = 'SELECT count() AS c FROM numbers(1000000000000) WHERE sipHash64(number) = 1';

      it('stop a query that takes too long', async () => {
        await expect(engine.select({ sql: endless }, { maxSeconds: 0.5 })).rejects.toMatchObject({ kind: 'time' });
      });

      it('stop a query with too many rows', async () => {
        const sql = 'SELECT number FROM numbers(100000)';
        await expect(engine.select({ sql }, { maxRows: 1000 })).rejects.toMatchObject({ kind: 'rows' });
        expect((await engine.select({ sql }, { maxRows: 100_000 })).rows).toBe(100_000);
      });

      it('stop a query that needs too much memory', async () => {
        const sql = 'SELECT length(groupArray(number)) AS n FROM numbers(200000000)';
        await expect(engine.select({ sql })).rejects.toMatchObject({ kind: 'memory' });
        expect((await engine.select({ sql: 'SELECT 1 AS one' })).rows).toBe(1);
      });

      it('let a caller that went away cancel the query in the engine too', async () => {
        const mark = `mark_${process.pid}`;
        const controller = new AbortController();
        const answer = engine.select({ sql: `${endless} /* ${mark} */` }, { signal: controller.signal });
        const rejected = expect(answer).rejects.toMatchObject({ kind: 'cancelled' });
        const running = () =>
          count(`system.processes WHERE query LIKE {m:String} AND query NOT LIKE '%system.processes%'`, {
            m: `%${mark}%`,
          });
        await until(async () => (await running()) > 0);
        controller.abort();
        await rejected;
        await until(async () => (await running()) === 0);
      });

      it('refuse a call that was cancelled before', async () => {
        await expect(engine.select({ sql: 'SELECT 1' }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
          kind: 'cancelled',
        });
      });

      it('let questions be answered while long ones run, and end them all', async () => {
        const long = Promise.allSettled(
          Array.from({ length: 2 }, () => engine.select({ sql: endless }, { maxSeconds: 1 }))
        );
        expect((await engine.select({ sql: 'SELECT 1 AS one' })).numbers('one')[0]).toBe(1);
        expect((await long).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      });
    });

    describe('migrations', () => {
      it('run once', async () => {
        expect(await migrate(engine)).toEqual([]);
        expect(await count('schema_migrations')).toBe(migrations.length);
      });

      it('run again harmlessly when a crash cut them', async () => {
        for (const { statements } of migrations) {
          for (const sql of statements) {
            await engine.command({ sql });
          }
        }
      });

      it('run later steps only', async () => {
        const next = {
          id: 1000,
          name: 'test',
          statements: ['CREATE TABLE IF NOT EXISTS later (a UInt8) ENGINE = Memory'],
        };
        expect(await migrate(engine, [...migrations, next])).toEqual([1000]);
        await engine.command({ sql: 'DROP TABLE later' });
      });

      it('refuse data of a newer version', async () => {
        await expect(migrate(engine)).rejects.toThrow(NewerSchemaError);
        await expect(migrate(engine)).rejects.toThrow(/schema version 1000, but this Hotspan knows versions up to \d/);
      });
    });
  });
}

/** Polls; the test's own timeout is the end. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

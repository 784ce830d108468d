import { randomInt } from 'node:crypto';
import { knownProfileTypes } from '../src/model/profile-types';
import type { Logger } from 'pino';
import { EngineError, type Columns, type Engine } from './engines/engine';
import { uploadsFingerprint } from './engines/rows';

/**
 * The hour rollup: `samples_1h` holds the sums of `samples` per stack and hour, built when an hour is over. A cell is what one service
 * received for one hour in one retention class. Its entry in `rollup_hours` says which uploads it holds; questions use a cell only
 * while exactly these uploads exist (`query/plan.ts`), so late data, deletes and crashes can make a rollup useless, never wrong. What
 * differs is built anew. Layout and reasons: docs/formats/tables.md, docs/adr/0012-rollups-check-themselves.md.
 */
export interface Cell {
  readonly tenant: string;
  readonly service: string;
  /** Start of the hour, seconds since 1970. */
  readonly hour: number;
  readonly retentionDays: number;
}

interface DueCell extends Cell {
  /** 0 = all its uploads were deleted. */
  readonly uploads: number;
  readonly fingerprint: bigint;
}

export interface RollupSettings {
  /** An hour is built this long after its end: uploads come when they are over. */
  readonly graceMs: number;
  /** A cell that changes again and again is built at most this often. */
  readonly rebuildMs: number;
}

export const defaultRollupSettings: RollupSettings = { graceMs: 120_000, rebuildMs: 600_000 };

/** Cells per run: between runs, deletes and retention get their turn. */
const maxCells = 500;
const averageTypes = knownProfileTypes.filter(({ merge }) => merge === 'average').map(({ id }) => id);

/** Builds or clears cells that differ from their uploads, newest first. `pause` is awaited between cells. Returns their number. */
export async function buildDueCells(
  engine: Engine,
  nowMs: number,
  settings: RollupSettings = defaultRollupSettings,
  pause: () => Promise<boolean> = () => Promise.resolve(true),
  failed?: (cell: Cell, error: EngineError) => void
): Promise<number> {
  const cells = await dueCells(engine, nowMs, settings);
  for (const [done, cell] of cells.entries()) {
    if (!(await pause())) {
      return done;
    }
    try {
      await (cell.uploads === 0 ? forgetCell(engine, cell) : buildCell(engine, cell, nowMs));
    } catch (error) {
      // One cell that is too much for the engine must not keep the others from being built.
      if (!(error instanceof EngineError)) {
        throw error;
      }
      failed?.(cell, error);
    }
  }
  return cells.length;
}

export interface Rollup {
  /** Looks for work soon: profiles were deleted, or many came at once. */
  kick(): void;
  stop(): Promise<void>;
}

export interface RollupDeps {
  readonly engine: Engine;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Uploads wait to be inserted: the rollup lets them go first. */
  readonly isBusy: () => boolean;
  readonly settings?: RollupSettings;
}

const scanEveryMs = 60_000;
const sweepEveryMs = 900_000;
const busyWaitMs = 250;
/** Under lasting load a cell waits this long at most: hours that are not built cost every question. */
const longestWaitMs = 10_000;

/** Builds in the background until stopped. What a stop or crash leaves undone is found again. */
export function startRollup({ engine, logger, isBusy, settings = defaultRollupSettings }: RollupDeps): Rollup {
  let stopped = false;
  let wake = () => undefined as void;
  let orphans = new Set<bigint>();
  let sweptMs = 0;
  let failures = 0;

  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** Rests as long as the last cell took, and longer while uploads wait. False = stop. */
  const pacing = () => {
    let lastMs = performance.now();
    return async () => {
      await sleep(Math.min(longestWaitMs, performance.now() - lastMs));
      for (let waitedMs = 0; isBusy() && !stopped && waitedMs < longestWaitMs; waitedMs += busyWaitMs) {
        await sleep(busyWaitMs);
      }
      lastMs = performance.now();
      return !stopped;
    };
  };

  const runOnce = async () => {
    const startedMs = performance.now();
    failures = 0;
    const built = await buildDueCells(engine, Date.now(), settings, pacing(), (cell, error) => {
      failures++;
      logger.warn({ cell, error }, 'an hour can not be rolled up; questions read its single samples');
    });
    if (built > 0) {
      logger.info({ cells: built, ms: Math.round(performance.now() - startedMs) }, 'built the hour rollup');
    }
    if (Date.now() - sweptMs >= sweepEveryMs && !stopped) {
      orphans = await sweepBuilds(engine, orphans);
      sweptMs = Date.now();
    }
    return built;
  };

  const loop = async () => {
    while (!stopped) {
      let waitMs = scanEveryMs;
      try {
        const more = (await runOnce()) === maxCells;
        waitMs = failures > 0 ? settings.rebuildMs : more ? 0 : scanEveryMs;
      } catch (error) {
        if (!stopped) {
          logger.warn(
            { error },
            'building the hour rollup failed; it is tried again, and questions read single samples'
          );
        }
      }
      await (stopped ? undefined : sleep(waitMs));
    }
  };
  const running = loop();

  return {
    kick: () => wake(),
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}

const hourOfStart = 'toUInt32(intDiv(toUnixTimestamp(start), 3600) * 3600)';

async function dueCells(engine: Engine, nowMs: number, { graceMs, rebuildMs }: RollupSettings): Promise<DueCell[]> {
  const columns = await engine.select({
    sql: `SELECT tenant, service, hour, days, p.uploads AS uploads, p.fingerprint AS fingerprint
      FROM (
        SELECT toString(tenant) AS tenant, toString(service) AS service, ${hourOfStart} AS hour, retention_days AS days,
          count() AS uploads, ${uploadsFingerprint} AS fingerprint
        FROM profiles WHERE status = 'ok' AND start < fromUnixTimestamp64Milli({closed:Int64}, 'UTC')
        GROUP BY tenant, service, hour, days
      ) AS p FULL OUTER JOIN (
        SELECT toString(tenant) AS tenant, toString(service) AS service, toUnixTimestamp(hour) AS hour, retention_days AS days,
          argMax(r.uploads, r.build) AS uploads, argMax(r.fingerprint, r.build) AS fingerprint, max(r.build) AS build
        FROM rollup_hours AS r GROUP BY tenant, service, hour, days
      ) AS b USING (tenant, service, hour, days)
      WHERE (p.uploads != b.uploads OR p.fingerprint != b.fingerprint) AND (p.uploads = 0 OR b.build < {rebuild:UInt64})
      ORDER BY hour DESC, tenant, service LIMIT {cells:UInt32}`,
    params: {
      closed: Math.floor((nowMs - graceMs) / 3600_000) * 3600_000,
      rebuild: buildNumber(nowMs - rebuildMs, 0),
      cells: maxCells,
    },
  });
  return readCells(columns);
}

function readCells(columns: Columns): DueCell[] {
  const [tenant, service] = [columns.strings('tenant'), columns.strings('service')];
  const [hour, days] = [columns.numbers('hour'), columns.numbers('days')];
  const [uploads, fingerprint] = [columns.bigints('uploads'), columns.bigints('fingerprint')];
  return tenant.map((_, at) => ({
    tenant: tenant[at],
    service: service[at],
    hour: hour[at],
    retentionDays: days[at],
    uploads: Number(uploads[at]),
    fingerprint: fingerprint[at],
  }));
}

/** Numbers of builds grow with time: ms since 1970 | 20 random bits. */
function buildNumber(nowMs: number, random: number): bigint {
  return (BigInt(Math.floor(nowMs)) << 20n) | BigInt(random);
}

const cellCondition = `tenant = {tenant:String} AND service = {service:String} AND retention_days = {days:UInt16}`;
const cellUploads = `${cellCondition} AND status = 'ok'
  AND start >= fromUnixTimestamp64Milli({hour:Int64} * 1000, 'UTC') AND start < fromUnixTimestamp64Milli(({hour:Int64} + 3600) * 1000, 'UTC')`;

function cellParams({ tenant, service, hour, retentionDays }: Cell) {
  return { tenant, service, hour, days: retentionDays };
}

/** Rows first, then the entry that makes them count, and that only if the uploads are still the same. */
async function buildCell(engine: Engine, cell: DueCell, nowMs: number): Promise<void> {
  const build = buildNumber(nowMs, randomInt(2 ** 20));
  const params = { ...cellParams(cell), build };
  await engine.command({ sql: insertRows, params: { ...params, averages: averageTypes } });
  const seen = await engine.select({
    sql: `SELECT count() AS uploads, ${uploadsFingerprint} AS fingerprint FROM profiles WHERE ${cellUploads}`,
    params: cellParams(cell),
  });
  if (Number(seen.bigints('uploads')[0]) === cell.uploads && seen.bigints('fingerprint')[0] === cell.fingerprint) {
    await engine.command({
      sql: `INSERT INTO rollup_hours (tenant, service, hour, build, uploads, fingerprint, retention_days)
        SELECT {tenant:String}, {service:String}, toDateTime({hour:Int64}, 'UTC'), {build:UInt64}, {uploads:UInt64}, {fingerprint:UInt64}, {days:UInt16}`,
      params: { ...params, uploads: cell.uploads, fingerprint: cell.fingerprint },
    });
  }
}

/** One thread and a cap on memory: ingest and questions come first. */
const insertRows = `INSERT INTO samples_1h (tenant, service, profile_type, hour, stack, version, value, weighted, count, build, retention_days)
  SELECT s.tenant, s.service, s.profile_type, s.hour, s.stack, p.version, sum(s.value),
    sum(if(s.profile_type IN {averages:Array(String)}, toInt128(s.value) * p.length_us, toInt128(0))), sum(toUInt64(s.count)), {build:UInt64}, {days:UInt16}
  FROM samples AS s INNER JOIN (
    SELECT profile, version, greatest(1, toUnixTimestamp64Micro(end) - toUnixTimestamp64Micro(start)) AS length_us
    FROM profiles WHERE ${cellUploads}
  ) AS p ON s.profile = p.profile
  WHERE s.${cellCondition.replaceAll(' AND ', ' AND s.')} AND s.hour = toDateTime({hour:Int64}, 'UTC')
  GROUP BY s.tenant, s.service, s.profile_type, s.hour, s.stack, p.version
  SETTINGS max_threads = 1, max_memory_usage = 1000000000, max_bytes_before_external_group_by = 300000000`;

/** Its rows belong to no entry then, and are swept. */
async function forgetCell(engine: Engine, cell: Cell): Promise<void> {
  await engine.command({
    sql: `DELETE FROM rollup_hours WHERE ${cellCondition} AND hour = toDateTime({hour:Int64}, 'UTC')`,
    params: cellParams(cell),
  });
}

/**
 * Builds that no entry names: superseded, cut by a crash, or of deleted uploads. Questions may still read them, so they are deleted only
 * when they were found twice: `before` is what the last call returned, at least some minutes ago.
 */
export async function sweepBuilds(engine: Engine, before: ReadonlySet<bigint>): Promise<Set<bigint>> {
  const columns = await engine.select({
    sql: `SELECT build, toUnixTimestamp(hour) AS hour FROM samples_1h WHERE build NOT IN (
        SELECT max(build) FROM rollup_hours GROUP BY tenant, service, hour, retention_days
      ) GROUP BY build, hour ORDER BY build LIMIT 10000`,
  });
  const builds = Array.from(columns.bigints('build'));
  const hours = columns.numbers('hour');
  const doomed = builds.flatMap((build, at) => (before.has(build) ? [{ build, hour: hours[at] }] : []));
  if (doomed.length > 0) {
    await engine.command({
      sql: `DELETE FROM samples_1h WHERE build IN {builds:Array(UInt64)}
        AND hour >= toDateTime({first:Int64}, 'UTC') AND hour <= toDateTime({last:Int64}, 'UTC')`,
      params: {
        builds: doomed.map(({ build }) => build),
        first: Math.min(...doomed.map(({ hour }) => hour)),
        last: Math.max(...doomed.map(({ hour }) => hour)),
      },
    });
  }
  return new Set(builds.filter((build) => !before.has(build)));
}

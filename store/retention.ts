import { EngineError, type Engine } from './engines/engine';
import { localTable } from './engines/schema/cluster';

/**
 * Retention: whole partitions are dropped, never rows. `profiles`, `samples`, `profile_spans` lie in partitions of (day,
 * retention_days); `stacks` and `frames` in partitions of the day they were seen, written again on every day that uses them.
 */
export interface Partition {
  readonly table: string;
  /** ClickHouse's id of the partition: `20261124-7`, `20261124`. */
  readonly id: string;
}

interface ParsedPartition extends Partition {
  /** Start of the day, ms since 1970. */
  readonly dayMs: number;
  /** Absent for stacks and frames; 0 = for ever. */
  readonly retentionDays?: number;
}

const msPerDay = 86_400_000;
/** Dictionaries outlive the longest data: uploads may start up to one day after the day they were received. */
const extraDictionaryDays = 2;
/** Of tables with (day, retention_days); `profiles` first: without its row a profile does not exist. */
const dataTables = ['profiles', 'profile_spans', 'samples', 'rollup_hours', 'samples_1h'];
const dictionaryTables = ['stacks', 'frames'];

/** What is over at `nowMs`, in the order in which it should go. */
export function planRetention(partitions: readonly Partition[], nowMs: number): Partition[] {
  const parsed = partitions.flatMap(parsePartition);
  const data = parsed.filter(({ table }) => dataTables.includes(table));
  const dictionaries = parsed.filter(({ table }) => dictionaryTables.includes(table));
  const longestDays = Math.max(0, ...data.map(({ retentionDays = 0 }) => retentionDays || Infinity));
  return [
    ...data.filter(({ dayMs, retentionDays = 0 }) => isOver(dayMs, retentionDays || Infinity, nowMs)),
    ...dictionaries.filter(({ dayMs }) => isOver(dayMs, longestDays + extraDictionaryDays, nowMs)),
  ]
    .sort((a, b) => orderOf(a.table) - orderOf(b.table))
    .map(({ table, id }) => ({ table, id }));
}

/** The youngest row of a day was made at its end. */
function isOver(dayMs: number, days: number, nowMs: number): boolean {
  return dayMs + (1 + days) * msPerDay <= nowMs;
}

function orderOf(table: string): number {
  return [...dataTables, ...dictionaryTables].indexOf(table);
}

function parsePartition({ table, id }: Partition): ParsedPartition[] {
  const found = /^(\d{4})(\d\d)(\d\d)(?:-(\d+))?$/.exec(id);
  if (!found || (dataTables.includes(table) && found[4] === undefined)) {
    return [];
  }
  const dayMs = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return [{ table, id, dayMs, retentionDays: found[4] === undefined ? undefined : Number(found[4]) }];
}

/**
 * Drops what is over at `nowMs` and returns it. `deleteOldRaw` deletes raw uploads, which have their own retention; it runs last.
 * A run cut by a crash is completed by the next.
 */
export async function applyRetention(
  engine: Engine,
  nowMs: number,
  deleteOldRaw?: (nowMs: number) => void
): Promise<Partition[]> {
  const dropped: Partition[] = [];
  for (const partition of planRetention(await listPartitions(engine), nowMs)) {
    await dropPartition(engine, partition);
    dropped.push(partition);
  }
  deleteOldRaw?.(nowMs);
  return dropped;
}

async function listPartitions(engine: Engine): Promise<Partition[]> {
  const tables = [...dataTables, ...dictionaryTables];
  const { cluster } = engine;
  const answer = await engine.select({
    sql: `SELECT DISTINCT table, partition_id
      FROM ${cluster === undefined ? 'system.parts' : `clusterAllReplicas('${cluster}', system.parts)`}
      WHERE database = currentDatabase() AND active AND table IN {tables:Array(String)}`,
    params: { tables: cluster === undefined ? tables : tables.map(localTable) },
  });
  const ids = answer.strings('partition_id');
  const named = (found: string) => (cluster === undefined ? found : found.replace(/_local$/, ''));
  return answer.strings('table').map((table, i) => ({ table: named(table), id: ids[i] }));
}

/** Table and id passed the allow-list and the pattern of `parsePartition`. */
async function dropPartition(engine: Engine, { table, id }: Partition): Promise<void> {
  try {
    await engine.command({ sql: `ALTER TABLE ${table} DROP PARTITION ID '${id}'` });
  } catch (error) {
    // 248: nothing is left of the partition; another run was first.
    if (!(error instanceof EngineError && error.code === 248)) {
      throw error;
    }
  }
}

import type { Engine } from '../engine';
import { migrations as allMigrations, type Migration } from './migrations';

/** The data was written by a newer Hotspan; going on could damage it. */
export class NewerSchemaError extends Error {
  constructor(found: number, known: number) {
    super(
      `This data has schema version ${found}, but this Hotspan knows versions up to ${known}. ` +
        'Start the newer Hotspan that wrote it, or use another data folder or database.'
    );
    this.name = 'NewerSchemaError';
  }
}

/**
 * Brings the schema up to date and returns the ids of the steps it ran. A step is recorded after its last statement; a step
 * cut by a crash runs again, so every statement must be harmless when repeated (`IF NOT EXISTS`).
 */
export async function migrate(engine: Engine, migrations: readonly Migration[] = allMigrations): Promise<number[]> {
  await engine.command({ sql: createRecord });
  const done = await recordedMigrations(engine);
  const newest = Math.max(0, ...done);
  const known = Math.max(0, ...migrations.map(({ id }) => id));
  if (newest > known) {
    throw new NewerSchemaError(newest, known);
  }
  const open = migrations.filter(({ id }) => !done.has(id));
  for (const migration of open) {
    await runMigration(engine, migration);
  }
  return open.map(({ id }) => id);
}

const createRecord = `CREATE TABLE IF NOT EXISTS schema_migrations (
    id UInt32,
    name String,
    applied DateTime('UTC')
  ) ENGINE = MergeTree
  ORDER BY id
  SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1`;

async function recordedMigrations(engine: Engine): Promise<Set<number>> {
  const answer = await engine.select({ sql: 'SELECT DISTINCT id FROM schema_migrations ORDER BY id' });
  return new Set(Array.from(answer.numbers('id')));
}

async function runMigration(engine: Engine, { id, name, statements }: Migration): Promise<void> {
  for (const sql of statements) {
    await engine.command({ sql });
  }
  await engine.command({
    sql: 'INSERT INTO schema_migrations SELECT {id:UInt32}, {name:String}, now()',
    params: { id, name },
  });
}

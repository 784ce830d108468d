import { createHttpEngine, type EngineLimits } from './clickhouse-http';
import { EngineError, EngineUnavailable, type Engine } from './engine';

export interface ClickhouseEngineOptions {
  /** `http(s)://host:8123` */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly limits?: Partial<EngineLimits>;
  readonly onReadyChange?: (ready: boolean) => void;
}

const pingIntervalMs = 2000;

/**
 * An existing ClickHouse server. The user needs the right to change settings (not `readonly = 1`). The database is made when
 * it is missing and the user may. Doesn't fail when the server is away: `ready` says so and follows it.
 */
export async function openClickhouseEngine(options: ClickhouseEngineOptions): Promise<Engine> {
  const http = createHttpEngine(options);
  let ready = false;

  const check = async () => {
    const answers = await http.ping().then(
      () => true,
      () => false
    );
    if (answers !== ready) {
      ready = answers;
      options.onReadyChange?.(ready);
    }
  };
  await createDatabase(options);
  await check();
  const timer = setInterval(() => void check(), pingIntervalMs);
  timer.unref();

  return {
    kind: 'clickhouse',
    get ready() {
      return ready;
    },
    ...http,
    async close() {
      clearInterval(timer);
      await http.close();
    },
  };
}

/** Through a connection without a database: one that names a missing database is refused. */
async function createDatabase(options: ClickhouseEngineOptions): Promise<void> {
  const name = options.database;
  if (!/^\w+$/.test(name)) {
    throw new Error(`the database name "${name}" must be letters, digits and underscores`);
  }
  const server = createHttpEngine({ ...options, database: 'default' });
  try {
    await server.command({ sql: `CREATE DATABASE IF NOT EXISTS ${name}` });
  } catch (error) {
    // Away: the next start makes it. Not allowed (497): it may exist; if not, the first statement says so.
    if (!(error instanceof EngineUnavailable || (error instanceof EngineError && error.code === 497))) {
      throw error;
    }
  } finally {
    await server.close();
  }
}

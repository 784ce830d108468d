import { createHttpEngine, type EngineLimits, type HttpEngine } from './clickhouse-http';
import { EngineError, EngineUnavailable, type Engine, type Statement } from './engine';
import { onCluster } from './schema/cluster';

export interface ClickhouseEngineOptions {
  /** `http(s)://host:8123` */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Name of a cluster in the servers' `remote_servers`: tables are replicated and distributed over it. */
  readonly cluster?: string;
  /** PEM of the authority that signed the server's certificate, when the system doesn't know it. */
  readonly caCertificate?: Buffer;
  readonly limits?: Partial<EngineLimits>;
  readonly onReadyChange?: (ready: boolean) => void;
}

const pingIntervalMs = 2000;
/** A subquery of a distributed question runs once and its result goes to every server. */
const clusterSelect = { distributed_product_mode: 'global', prefer_global_in_and_join: 1 } as const;
/** An insert returns when every server has its rows, not when they wait in a queue. */
const clusterInsert = { distributed_foreground_insert: 1 } as const;

/**
 * An existing ClickHouse server. The user needs the right to change settings (not `readonly = 1`). The database is made when
 * it is missing and the user may. Doesn't fail when the server is away: `ready` says so and follows it.
 */
export async function openClickhouseEngine(options: ClickhouseEngineOptions): Promise<Engine> {
  const { cluster } = options;
  const checked = cluster === undefined ? undefined : identifier(cluster, 'cluster');
  const http = createHttpEngine(
    checked === undefined ? options : { ...options, selectSettings: clusterSelect, insertSettings: clusterInsert }
  );
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
  await createDatabase(options, checked);
  await check();
  const timer = setInterval(() => void check(), pingIntervalMs);
  timer.unref();

  return {
    kind: 'clickhouse',
    get ready() {
      return ready;
    },
    ...http,
    ...(checked === undefined
      ? {}
      : { cluster: checked, command: (statement) => onServers(http, statement, checked, options.database) }),
    async close() {
      clearInterval(timer);
      await http.close();
    },
  };
}

async function onServers(http: HttpEngine, statement: Statement, name: string, database: string): Promise<void> {
  for (const sql of onCluster(statement.sql, { name, database })) {
    await http.command({ ...statement, sql });
  }
}

/** Through a connection without a database: one that names a missing database is refused. */
async function createDatabase(options: ClickhouseEngineOptions, cluster: string | undefined): Promise<void> {
  const name = identifier(options.database, 'database');
  const server = createHttpEngine({ ...options, database: 'default' });
  try {
    await server.command({ sql: `CREATE DATABASE IF NOT EXISTS ${name}${cluster ? ` ON CLUSTER ${cluster}` : ''}` });
  } catch (error) {
    // Away: the next start makes it. Not allowed (497): it may exist; if not, the first statement says so.
    if (!(error instanceof EngineUnavailable || (error instanceof EngineError && error.code === 497))) {
      throw error;
    }
  } finally {
    await server.close();
  }
}

/** Names can't be bound parameters. */
function identifier(name: string, what: string): string {
  if (!/^\w+$/.test(name)) {
    throw new Error(`the ${what} name "${name}" must be letters, digits and underscores`);
  }
  return name;
}

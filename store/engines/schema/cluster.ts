/**
 * Statements for one server → statements for a cluster of ClickHouse servers, from the same text.
 *
 * Every table `t` becomes `t_local` on each server, replicated, and `t`, a Distributed table over them. Questions and inserts name `t` and stay
 * as they are; what changes parts of a table (DELETE, partitions) goes to `t_local` on all servers.
 */
export interface Cluster {
  /** As in the servers' `remote_servers`. */
  readonly name: string;
  readonly database: string;
}

/**
 * Where a row lies. A service's hour is on one server, with its profiles, samples and spans, so their sums are made there; stacks and
 * frames spread by their ids. Distributed tables compute these when rows are inserted, so they must never change.
 */
export const shardingKeys: Readonly<Record<string, string>> = {
  profiles: 'cityHash64(tenant, service, toUnixTimestamp(toStartOfHour(start)))',
  profile_spans: 'cityHash64(tenant, service, toUnixTimestamp(toStartOfHour(start)))',
  samples: 'cityHash64(tenant, service, toUnixTimestamp(hour))',
  samples_1h: 'cityHash64(tenant, service, toUnixTimestamp(hour))',
  rollup_hours: 'cityHash64(tenant, service, toUnixTimestamp(hour))',
  stacks: 'cityHash64(stack)',
  frames: 'cityHash64(frame)',
  schema_migrations: '0',
};

/** Name of the part of a table that one server holds. */
export function localTable(table: string): string {
  return `${table}_local`;
}

const createTable = /^\s*CREATE TABLE IF NOT EXISTS (\w+) \(/;
const engineClause = /\bENGINE = (\w*MergeTree)(?:\(([^)]*)\))?/;
const alterTable = /^\s*ALTER TABLE (\w+) /;
const deleteFrom = /^\s*DELETE FROM (\w+) /;
/** Settings of plain tables that replicated ones have under another name; the default there is long enough. */
const plainSettings = /non_replicated_deduplication_window = \d+, /;

/** The statements that do on a cluster what `sql` does on one server. INSERT and everything unknown stay as they are. */
export function onCluster(sql: string, cluster: Cluster): string[] {
  const created = createTable.exec(sql)?.[1];
  if (created !== undefined) {
    return createOnCluster(sql, created, cluster);
  }
  const altered = alterTable.exec(sql)?.[1];
  if (altered !== undefined) {
    return alterOnCluster(sql, altered, cluster);
  }
  const deleted = deleteFrom.exec(sql)?.[1];
  return deleted === undefined ? [sql] : [sql.replace(deleteFrom, `DELETE FROM ${local(deleted, cluster)} `)];
}

function createOnCluster(sql: string, table: string, cluster: Cluster): string[] {
  const key = shardingKeys[table];
  if (!Object.hasOwn(shardingKeys, table)) {
    throw new Error(`table ${table} has no sharding key in schema/cluster.ts`);
  }
  const engine = (_: string, name: string, args = '') =>
    `ENGINE = Replicated${name}('/clickhouse/tables/{uuid}/{shard}', '{replica}'${args && `, ${args}`})`;
  return [
    sql
      .replace(createTable, `CREATE TABLE IF NOT EXISTS ${local(table, cluster)} (`)
      .replace(engineClause, engine)
      .replace(plainSettings, ''),
    `CREATE TABLE IF NOT EXISTS ${table} ON CLUSTER ${cluster.name} AS ${localTable(table)}
      ENGINE = Distributed('${cluster.name}', '${cluster.database}', '${localTable(table)}', ${key})`,
  ];
}

/** Columns belong to both tables; parts, indexes and codecs only to what lies on the servers. */
function alterOnCluster(sql: string, table: string, cluster: Cluster): string[] {
  const onServers = sql.replace(alterTable, `ALTER TABLE ${local(table, cluster)} `);
  const columns = /\b(?:ADD|MODIFY|DROP|RENAME) COLUMN\b(?! \w+ CODEC)/.test(sql);
  return columns
    ? [onServers, sql.replace(alterTable, `ALTER TABLE ${table} ON CLUSTER ${cluster.name} `)]
    : [onServers];
}

function local(table: string, { name }: Cluster): string {
  return `${localTable(table)} ON CLUSTER ${name}`;
}

/**
 * A ClickHouse cluster of two shards, as far as the embedded engine can play one: process that answers ClickHouse's HTTP protocol.
 *
 * Both shards are this engine, and `t_local` on shard 1 or 2 shows the half of `t_rows` that the sharding key gives it. So questions over
 * Distributed tables really run once per shard and see half of the rows there. What it can't play: ON CLUSTER and replication (cut out of the
 * statements below), and inserts through a Distributed table (they go to `t_rows`).
 *
 * Arguments: data folder, password. Prints its port.
 */
import fs from 'node:fs';
import path from 'node:path';
import { startChdbHttp } from '../../../store/engines/chdb-http';
import { openChdbSessions, type ChdbModule, type ChdbSessions } from '../../../store/engines/chdb-sessions';
import { shardingKeys } from '../../../store/engines/schema/cluster';

const [dataDir, secret] = process.argv.slice(2);
/** A shard counts as local when its port is ours; nothing listens there. */
const shard = (host: string) => `<shard><replica><host>${host}</host><port>9000</port></replica></shard>`;
const config = `<clickhouse><tcp_port>9000</tcp_port>
  <remote_servers><two>${shard('127.0.0.1')}${shard('localhost')}</two></remote_servers></clickhouse>`;

async function main(): Promise<void> {
  fs.mkdirSync(dataDir, { recursive: true });
  const configFile = path.join(dataDir, 'config.xml');
  fs.writeFileSync(configFile, config);
  const chdb: ChdbModule = await import('chdb');
  const sessions = await openChdbSessions(chdb, {
    dataDir,
    memoryBytes: 1_200_000_000,
    folderWaitMs: 1000,
    configFile,
    onStuck: (message) => process.stderr.write(`${message}\n`),
  });
  const { port } = await startChdbHttp({
    sessions: asCluster(sessions),
    secret,
    incomingDir: path.join(dataDir, 'incoming'),
  });
  process.stdout.write(`${port}\n`);
}

function asCluster(sessions: ChdbSessions): ChdbSessions {
  return {
    ...sessions,
    run: async (lane, statement, signal) => {
      const [first, ...rest] = adapt(statement.sql);
      const answer = await sessions.run(lane, { ...statement, sql: first }, signal);
      for (const [at, sql] of rest.entries()) {
        await sessions.run('maintain', { ...statement, params: new Map(), sql, id: `${statement.id}-${at}` });
      }
      return answer;
    },
  };
}

function adapt(sql: string): string[] {
  const plain = sql
    .replace(/ ON CLUSTER two\b/, '')
    .replace(/ENGINE = Replicated(\w+)\('[^']*', '[^']*'(?:, )?/, 'ENGINE = $1(')
    .replace("clusterAllReplicas('two', system.parts)", "clusterAllReplicas('two', hotspan.parts_of_rows)");
  const created = /^\s*CREATE TABLE IF NOT EXISTS (\w+)_local \(/.exec(plain)?.[1];
  const altered = /^\s*ALTER TABLE (\w+)_local /.exec(plain)?.[1];
  const table = created ?? altered;
  const onRows = plain
    .replace(/^(\s*(?:CREATE TABLE IF NOT EXISTS|ALTER TABLE|DELETE FROM) \w+)_local\b/, '$1_rows')
    .replace(/^(\s*INSERT INTO \w+)\b/, '$1_rows');
  return table === undefined ? [onRows] : [onRows, viewOf(table), partsView];
}

function viewOf(table: string): string {
  return `CREATE OR REPLACE VIEW ${table}_local AS SELECT * FROM ${table}_rows WHERE ${shardingKeys[table]} % 2 = shardNum() - 1`;
}

const partsView = `CREATE OR REPLACE VIEW parts_of_rows AS
  SELECT replaceOne(table, '_rows', '_local') AS table, partition_id, database, active FROM system.parts`;

void main();

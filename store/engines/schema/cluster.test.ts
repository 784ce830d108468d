import { onCluster, shardingKeys } from './cluster';
import { migrations } from './migrations';

const cluster = { name: 'main', database: 'hotspan' };

describe('onCluster', () => {
  it('makes every table of the migrations replicated on each server and distributed over them', () => {
    const made = migrations.flatMap(({ statements }) => statements.flatMap((sql) => onCluster(sql, cluster)));
    for (const sql of made.filter((text) => text.includes('CREATE TABLE'))) {
      expect(sql).toMatch(
        /^CREATE TABLE IF NOT EXISTS (\w+)_local ON CLUSTER main \([\s\S]+ENGINE = Replicated\w*MergeTree\('\/clickhouse|^CREATE TABLE IF NOT EXISTS (\w+) ON CLUSTER main AS \w+_local\s+ENGINE = Distributed\('main', 'hotspan', '\w+_local', /
      );
      expect(sql).not.toContain('non_replicated');
    }
    expect(made.every((sql) => sql.includes('ON CLUSTER main'))).toBe(true);
  });

  it('keeps the arguments of an engine', () => {
    const sql = 'CREATE TABLE IF NOT EXISTS frames (a UInt8) ENGINE = ReplacingMergeTree(build) ORDER BY a';
    expect(onCluster(sql, cluster)[0]).toContain(
      "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', build) ORDER BY a"
    );
  });

  it('refuses a table without a sharding key', () => {
    expect(() => onCluster('CREATE TABLE IF NOT EXISTS other (a UInt8) ENGINE = MergeTree', cluster)).toThrow(
      'table other has no sharding key'
    );
  });

  it('deletes and drops partitions on the servers, and adds columns on both levels', () => {
    expect(onCluster('DELETE FROM samples WHERE tenant = {t:String}', cluster)).toEqual([
      'DELETE FROM samples_local ON CLUSTER main WHERE tenant = {t:String}',
    ]);
    expect(onCluster("ALTER TABLE samples DROP PARTITION ID '1'", cluster)).toEqual([
      "ALTER TABLE samples_local ON CLUSTER main DROP PARTITION ID '1'",
    ]);
    expect(onCluster('ALTER TABLE profiles ADD COLUMN IF NOT EXISTS part UInt16', cluster)).toEqual([
      'ALTER TABLE profiles_local ON CLUSTER main ADD COLUMN IF NOT EXISTS part UInt16',
      'ALTER TABLE profiles ON CLUSTER main ADD COLUMN IF NOT EXISTS part UInt16',
    ]);
  });

  it('changes codecs on the servers alone', () => {
    expect(
      onCluster('ALTER TABLE samples MODIFY COLUMN a CODEC(T64), MODIFY COLUMN b CODEC(ZSTD(1))', cluster)
    ).toEqual(['ALTER TABLE samples_local ON CLUSTER main MODIFY COLUMN a CODEC(T64), MODIFY COLUMN b CODEC(ZSTD(1))']);
  });

  it('leaves inserts alone: they go to the distributed table', () => {
    const sql = 'INSERT INTO samples_1h (a) SELECT a FROM samples';
    expect(onCluster(sql, cluster)).toEqual([sql]);
  });

  it('keeps the hour of a service on one server', () => {
    const { profiles, profile_spans: spans, samples, samples_1h: rollup } = shardingKeys;
    expect(profiles).toBe(spans);
    expect(samples).toBe(rollup);
  });
});

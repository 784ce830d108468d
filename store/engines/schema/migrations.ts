/**
 * The schema as append-only, numbered steps. A step that has been released is never edited; the next one repairs it.
 * Which steps a data folder has is recorded in its table `schema_migrations`. Table by table layout, units and the ways
 * ids are made: docs/formats/tables.md.
 */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** Rows of late or clock-skewed uploads go to the partition of their own start day, so whole parts can be dropped. */
const durable =
  'SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, ttl_only_drop_parts = 1';

export const migrations: readonly Migration[] = [
  {
    id: 1,
    name: 'first tables',
    statements: [
      `CREATE TABLE IF NOT EXISTS profiles (
        tenant LowCardinality(String),
        service LowCardinality(String),
        env LowCardinality(String),
        version LowCardinality(String),
        host LowCardinality(String),
        runtime LowCardinality(String),
        language LowCardinality(String),
        start DateTime64(9, 'UTC'),
        end DateTime64(9, 'UTC'),
        received DateTime64(3, 'UTC'),
        profile UInt64,
        id UUID,
        upload_key FixedString(32),
        instance String,
        labels Map(LowCardinality(String), String),
        types Array(LowCardinality(String)),
        totals Array(Int64),
        counts Array(UInt32),
        sample_count UInt32,
        size_bytes UInt64,
        status LowCardinality(String),
        reason String,
        format LowCardinality(String),
        intake LowCardinality(String),
        runtime_info String CODEC(ZSTD(3)),
        attachments String,
        endpoint_counts Map(String, UInt64),
        raw_segment LowCardinality(String),
        raw_offset UInt64,
        raw_length UInt64,
        retention_days UInt16,
        INDEX by_id id TYPE bloom_filter(0.001) GRANULARITY 1,
        INDEX by_profile profile TYPE minmax GRANULARITY 1
      ) ENGINE = MergeTree
      PARTITION BY (toDate(start), retention_days)
      ORDER BY (tenant, service, start, profile)
      ${durable}`,
      `CREATE TABLE IF NOT EXISTS samples (
        tenant LowCardinality(String),
        service LowCardinality(String),
        profile_type LowCardinality(String),
        hour DateTime('UTC') CODEC(Delta, ZSTD(1)),
        stack UInt64 CODEC(ZSTD(1)),
        profile UInt64 CODEC(Delta, ZSTD(1)),
        thread LowCardinality(String),
        context UInt32 CODEC(ZSTD(1)),
        value Int64 CODEC(ZSTD(1)),
        count UInt32 CODEC(ZSTD(1)),
        retention_days UInt16
      ) ENGINE = MergeTree
      PARTITION BY (toDate(hour), retention_days)
      ORDER BY (tenant, service, profile_type, hour, stack, profile)
      ${durable}`,
      `CREATE TABLE IF NOT EXISTS profile_spans (
        tenant LowCardinality(String),
        service LowCardinality(String),
        start DateTime('UTC'),
        profile UInt64,
        span Array(UInt64),
        root Array(UInt64),
        trace_high Array(UInt64),
        trace_low Array(UInt64),
        endpoint Array(LowCardinality(String)),
        retention_days UInt16,
        INDEX by_span span TYPE bloom_filter(0.01) GRANULARITY 1,
        INDEX by_root root TYPE bloom_filter(0.01) GRANULARITY 1
      ) ENGINE = MergeTree
      PARTITION BY (toDate(start), retention_days)
      ORDER BY (tenant, service, start, profile)
      ${durable}, index_granularity = 64`,
      `CREATE TABLE IF NOT EXISTS stacks (
        tenant LowCardinality(String),
        service LowCardinality(String),
        stack UInt64,
        frames Array(UInt64),
        seen Date
      ) ENGINE = ReplacingMergeTree
      PARTITION BY seen
      ORDER BY (tenant, service, stack)
      ${durable}, index_granularity = 1024`,
      `CREATE TABLE IF NOT EXISTS frames (
        tenant LowCardinality(String),
        frame UInt64,
        method String,
        class String,
        package String,
        library LowCardinality(String),
        file String,
        line Int32,
        kind LowCardinality(String),
        seen Date
      ) ENGINE = ReplacingMergeTree
      PARTITION BY seen
      ORDER BY (tenant, frame)
      ${durable}, index_granularity = 1024`,
    ],
  },
  {
    id: 2,
    name: 'parts of a profile',
    statements: ['ALTER TABLE profiles ADD COLUMN IF NOT EXISTS part UInt16'],
  },
  {
    id: 3,
    name: 'operations and inferred spans',
    // Entries of older rows have no operation, and count as said by the profiler.
    statements: [
      `ALTER TABLE profile_spans ADD COLUMN IF NOT EXISTS operation Array(LowCardinality(String))
        DEFAULT arrayWithConstant(length(span), '')`,
      `ALTER TABLE profile_spans ADD COLUMN IF NOT EXISTS inferred Array(UInt8)
        DEFAULT arrayWithConstant(length(span), toUInt8(0))`,
    ],
  },
  {
    id: 4,
    name: 'hour rollup',
    statements: [
      `CREATE TABLE IF NOT EXISTS samples_1h (
        tenant LowCardinality(String),
        service LowCardinality(String),
        profile_type LowCardinality(String),
        hour DateTime('UTC') CODEC(Delta, ZSTD(1)),
        stack UInt64 CODEC(ZSTD(1)),
        version LowCardinality(String),
        value Int64 CODEC(ZSTD(1)),
        weighted Int128 CODEC(ZSTD(1)),
        count UInt64 CODEC(ZSTD(1)),
        build UInt64 CODEC(ZSTD(1)),
        retention_days UInt16
      ) ENGINE = MergeTree
      PARTITION BY (toDate(hour), retention_days)
      ORDER BY (tenant, service, profile_type, hour, stack, version)
      ${durable}`,
      `CREATE TABLE IF NOT EXISTS rollup_hours (
        tenant LowCardinality(String),
        service LowCardinality(String),
        hour DateTime('UTC'),
        build UInt64,
        uploads UInt64,
        fingerprint UInt64,
        retention_days UInt16
      ) ENGINE = ReplacingMergeTree(build)
      PARTITION BY (toDate(hour), retention_days)
      ORDER BY (tenant, service, hour)
      ${durable}`,
    ],
  },
  {
    id: 5,
    name: 'labels of samples',
    // One text per entry, or none at all where no entry has any: most uploads then pay nothing for it.
    statements: ['ALTER TABLE profile_spans ADD COLUMN IF NOT EXISTS labels Array(LowCardinality(String))'],
  },
  {
    id: 6,
    name: 'columns of samples take fewer bits',
    // Numbers of a block differ in few of their bits, and a column without a codec, also one of low cardinality, has the engine's LZ4. Parts
    // that are there keep what they have until they are merged.
    statements: [
      `ALTER TABLE samples MODIFY COLUMN value CODEC(T64, ZSTD(1)), MODIFY COLUMN context CODEC(T64, ZSTD(1)),
        MODIFY COLUMN count CODEC(T64, ZSTD(1)), MODIFY COLUMN thread CODEC(ZSTD(1))`,
      `ALTER TABLE profile_spans MODIFY COLUMN root CODEC(ZSTD(1)), MODIFY COLUMN endpoint CODEC(ZSTD(1))`,
    ],
  },
  {
    id: 7,
    name: 'samples are merged less often',
    // Half of the engine's work at ingest was merging few parts, again and again; a question reads some parts more instead, until a day
    // that is over becomes one part.
    statements: [
      `ALTER TABLE samples MODIFY SETTING min_parts_to_merge_at_once = 8, min_age_to_force_merge_seconds = 21600,
        min_age_to_force_merge_on_partition_only = 1`,
    ],
  },
];

/**
 * The one door to the data: a ClickHouse SQL dialect behind a small interface. Two implementations (embedded chDB child,
 * ClickHouse server) both speak ClickHouse's HTTP protocol through `@clickhouse/client`, so SQL is written once:
 * tables and migrations in `engines/schema`, questions in `query/sql`.
 */
export interface Engine {
  readonly kind: 'chdb' | 'clickhouse';
  /** True when queries are answered now; false while the engine starts again. */
  readonly ready: boolean;
  /** Name of the ClickHouse cluster that the tables lie on: parts of tables are those of `t_local` on every server. */
  readonly cluster?: string;
  /** Read-only, with time, memory and row limits; `statement.sql` holds `{name:Type}` for every value. */
  select(statement: Statement, options?: SelectOptions): Promise<Columns>;
  /**
   * One block of RowBinary rows into one table. Returns when the rows are durable. `token` makes a retry of the same
   * bytes harmless.
   */
  insert(table: TableName, rows: Uint8Array<ArrayBuffer>, token: string): Promise<void>;
  /** Schema changes, deletes, retention. Never with user text in `statement.sql`. */
  command(statement: Statement): Promise<void>;
  ping(): Promise<void>;
  version(): Promise<string>;
  close(): Promise<void>;
}

/** `sql` is written by us; every value that came from outside is in `params`. */
export interface Statement {
  readonly sql: string;
  readonly params?: Readonly<Record<string, ParamValue>>;
}

/** bigint and bigint[] for UInt64 columns. */
export type ParamValue = string | number | bigint | boolean | readonly string[] | readonly number[] | readonly bigint[];

export interface SelectOptions {
  /** The caller went away: the query is cancelled in the engine too. */
  readonly signal?: AbortSignal;
  readonly maxSeconds?: number;
  readonly maxRows?: number;
}

export type TableName = 'profiles' | 'samples' | 'profile_spans' | 'stacks' | 'frames';

/** A result by column. UInt64/Int64 columns are bigint arrays; everything up to 32 bits and floats are number arrays. */
export interface Columns {
  readonly rows: number;
  readonly names: readonly string[];
  numbers(name: string): ArrayLike<number>;
  bigints(name: string): ArrayLike<bigint>;
  strings(name: string): readonly string[];
  /** Array(T) columns. */
  arrays(name: string): ReadonlyArray<ArrayLike<number> | ArrayLike<bigint> | readonly string[]>;
  /** Map(String, String) columns. */
  maps(name: string): ReadonlyArray<ReadonlyMap<string, string>>;
}

/** The engine is starting, was killed or doesn't answer in time. Callers keep what they have and try again. */
export class EngineUnavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EngineUnavailable';
  }
}

/** The engine refused or stopped a statement: memory, time or row limit, or an error in our SQL. */
export class EngineError extends Error {
  constructor(
    readonly kind: 'time' | 'memory' | 'rows' | 'cancelled' | 'other',
    readonly code: number,
    message: string
  ) {
    super(message);
    this.name = 'EngineError';
  }
}

import { randomUUID } from 'node:crypto';
import { addAbortSignal, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
  type ClickHouseClient,
  type ClickHouseSettings,
} from '@clickhouse/client';
import {
  EngineError,
  EngineUnavailable,
  type Columns,
  type Engine,
  type ParamValue,
  type SelectOptions,
  type Statement,
  type TableName,
} from './engine';
import { decodeRowBinary } from './row-binary-columns';
import { withShortParams } from './short-params';

/** The part of an Engine that is the same for the embedded child and for a server: ClickHouse's HTTP protocol. */
export type HttpEngine = Omit<Engine, 'kind' | 'ready'>;

export interface HttpEngineOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly caCertificate?: Buffer;
  readonly limits?: Partial<EngineLimits>;
  /** Sent with every question. */
  readonly selectSettings?: ClickHouseSettings;
  /** Sent with every insert and command. */
  readonly insertSettings?: ClickHouseSettings;
}

interface Connection {
  readonly client: ClickHouseClient;
  readonly limits: EngineLimits;
  readonly settings: ClickHouseSettings;
}

/** What one statement may cost; `SelectOptions` can ask for less time and other row counts. */
export interface EngineLimits {
  readonly selectSeconds: number;
  readonly selectRows: number;
  readonly selectResultBytes: number;
  readonly selectMemoryBytes: number;
  readonly insertSeconds: number;
  readonly commandSeconds: number;
}

export const defaultLimits: EngineLimits = {
  selectSeconds: 30,
  selectRows: 5_000_000,
  selectResultBytes: 256 * 2 ** 20,
  selectMemoryBytes: 400 * 2 ** 20,
  insertSeconds: 60,
  commandSeconds: 600,
};

/** Longer parameters travel in a form body: URLs end at 16 kB in Node and 1 MB in ClickHouse. */
const longestParamsInUrl = 4000;
/** ClickHouse refuses fields of a form that are longer than 128 KiB. */
const longestFieldBytes = 2 ** 17;

function fitsField(value: ParamValue): boolean {
  return Buffer.byteLength(formatParam(value)) <= longestFieldBytes;
}

/** Speaks to one ClickHouse HTTP address. Connects when first used; any number of calls may run at once. */
export function createHttpEngine(options: HttpEngineOptions): HttpEngine {
  const limits = { ...defaultLimits, ...options.limits };
  // Two pools: many slow questions must not keep inserts waiting for a socket.
  const readers = { client: connect(options, 32), limits, settings: options.selectSettings ?? {} };
  const writers = { client: connect(options, 8), limits, settings: options.insertSettings ?? {} };
  return {
    select: (statement, selectOptions) => select(readers, statement, selectOptions ?? {}),
    insert: (table, rows, token) => insert(writers, table, rows, token),
    command: (statement) => command(writers, statement),
    ping: () => ping(writers.client),
    version: async () => (await select(readers, { sql: 'SELECT version() AS version' }, {})).strings('version')[0],
    async close() {
      await Promise.all([readers.client.close(), writers.client.close()]);
    },
  };
}

function connect(options: HttpEngineOptions, sockets: number): ClickHouseClient {
  return createClient({
    url: options.url,
    username: options.user,
    password: options.password,
    database: options.database,
    application: 'hotspan',
    max_open_connections: sockets,
    // Every call has a deadline of its own, see `withDeadline`.
    request_timeout: 3_600_000,
    // Errors are thrown to us; the client would print them a second time.
    log: { level: ClickHouseLogLevel.OFF },
    ...(options.caCertificate ? { tls: { ca_cert: options.caCertificate } } : {}),
  });
}

async function select(
  { client, limits, settings }: Connection,
  statement: Statement,
  options: SelectOptions
): Promise<Columns> {
  const seconds = Math.min(options.maxSeconds ?? limits.selectSeconds, limits.selectSeconds);
  const { sql, params } = withShortParams(statement, fitsField);
  return withDeadline(seconds, options.signal, async (signal) => {
    const { stream } = await client.exec({
      query: `${sql}\nFORMAT RowBinaryWithNamesAndTypes`,
      ...sendParams(params),
      query_id: randomUUID(),
      abort_signal: signal,
      clickhouse_settings: {
        readonly: '1',
        ...settings,
        max_execution_time: seconds,
        max_memory_usage: String(limits.selectMemoryBytes),
        max_result_rows: String(options.maxRows ?? limits.selectRows),
        max_result_bytes: String(limits.selectResultBytes),
        result_overflow_mode: 'throw',
        // The status line waits for the whole result, so an error is never in the middle of rows.
        wait_end_of_query: 1,
        cancel_http_readonly_queries_on_client_close: 1,
      },
    });
    return decodeRowBinary(await buffer(addAbortSignal(signal, stream)));
  });
}

async function insert(
  { client, limits, settings }: Connection,
  table: TableName,
  rows: Uint8Array<ArrayBuffer>,
  token: string
): Promise<void> {
  if (rows.length === 0) {
    return;
  }
  try {
    await withDeadline(limits.insertSeconds, undefined, async (signal) => {
      const { stream } = await client.exec({
        query: `INSERT INTO ${table} FORMAT RowBinary`,
        values: Readable.from([rows], { objectMode: false }),
        abort_signal: signal,
        clickhouse_settings: {
          ...settings,
          max_execution_time: limits.insertSeconds,
          async_insert: 0,
          insert_deduplicate: 1,
          insert_deduplication_token: token,
          wait_end_of_query: 1,
        },
      });
      await buffer(addAbortSignal(signal, stream));
    });
  } catch (error) {
    throw retryLater(error);
  }
}

async function command({ client, limits, settings }: Connection, statement: Statement): Promise<void> {
  await withDeadline(limits.commandSeconds, undefined, async (signal) => {
    await client.command({
      query: statement.sql,
      query_params: { ...statement.params },
      abort_signal: signal,
      clickhouse_settings: { ...settings, max_execution_time: limits.commandSeconds, wait_end_of_query: 1 },
    });
  });
}

async function ping(client: ClickHouseClient): Promise<void> {
  const result = await client.ping({ select: false, abort_signal: AbortSignal.timeout(5000) });
  if (!result.success) {
    throw new EngineUnavailable(`the engine does not answer: ${result.error.message}`);
  }
}

type ParamsOfCall = Pick<Parameters<ClickHouseClient['exec']>[0], 'query_params' | 'http_headers'> & {
  values?: Readable;
};

/** Parameters in the URL while they are short, else as a multipart form, which ClickHouse reads alike. */
function sendParams(params: Readonly<Record<string, ParamValue>>): ParamsOfCall {
  const entries = Object.entries(params).map(([name, value]) => [name, formatParam(value)] as const);
  const size = entries.reduce((sum, [name, text]) => sum + `&param_${name}=${encodeURIComponent(text)}`.length, 0);
  if (size <= longestParamsInUrl) {
    return { query_params: { ...params } };
  }
  const boundary = `hotspan-${randomUUID()}`;
  const part = ([name, text]: readonly [string, string]) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="param_${name}"\r\n\r\n${text}\r\n`;
  return {
    http_headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    values: Readable.from([Buffer.from(`${entries.map(part).join('')}--${boundary}--\r\n`)], { objectMode: false }),
  };
}

const escapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', "'": "\\'", '\\': '\\\\' };

/** ClickHouse's text form of a parameter: escaped as in TSV, strings within arrays quoted too. */
function formatParam(value: ParamValue, quote = false): string {
  if (typeof value === 'string') {
    const escaped = value.replace(/[\t\n\r'\\]/g, (character) => escapes[character]);
    return quote ? `'${escaped}'` : escaped;
  }
  if (typeof value === 'object') {
    return `[${value.map((item) => formatParam(item, true)).join(',')}]`;
  }
  return String(typeof value === 'boolean' ? Number(value) : value);
}

/** Gives the engine its own time limit and then as much again to answer; turns whatever goes wrong into our errors. */
async function withDeadline<T>(
  seconds: number,
  callerSignal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const deadline = AbortSignal.timeout(Math.ceil((seconds * 2 + 5) * 1000));
  const signal = callerSignal ? AbortSignal.any([callerSignal, deadline]) : deadline;
  try {
    callerSignal?.throwIfAborted();
    return await run(signal);
  } catch (error) {
    if (callerSignal?.aborted) {
      throw new EngineError('cancelled', cancelledCode, 'the caller cancelled the query');
    }
    if (deadline.aborted) {
      throw new EngineUnavailable(`the engine did not answer within ${Math.ceil(seconds * 2 + 5)} s`);
    }
    throw toEngineError(error);
  }
}

// ClickHouse's error codes, https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
const cancelledCode = 394;
const kindOfCode: Readonly<Record<number, EngineError['kind']>> = {
  158: 'rows', // TOO_MANY_ROWS
  159: 'time', // TIMEOUT_EXCEEDED
  160: 'time', // TOO_SLOW
  173: 'memory', // CANNOT_ALLOCATE_MEMORY
  241: 'memory', // MEMORY_LIMIT_EXCEEDED
  307: 'rows', // TOO_MANY_BYTES
  394: 'cancelled', // QUERY_WAS_CANCELLED
  396: 'rows', // TOO_MANY_ROWS_OR_BYTES
};
/** The engine can't now, but may soon: too busy, shutting down, lost its disk or its keeper. */
const unavailableCodes = new Set([202, 209, 210, 225, 236, 242, 243, 252, 279, 319, 745, 999]);

const machineTrouble =
  /No space left on device|Too many open files|Input\/output error|bad_alloc|Read-only file system/;

function toEngineError(error: unknown): Error {
  if (error instanceof EngineError || error instanceof EngineUnavailable) {
    return error;
  }
  if (error instanceof ClickHouseError) {
    const code = Number(error.code);
    return unavailableCodes.has(code)
      ? new EngineUnavailable(error.message)
      : new EngineError(kindOfCode[code] ?? 'other', code, error.message.trim());
  }
  // Everything else came from the socket: refused, reset, closed while the engine went away.
  return new EngineUnavailable(
    `no connection to the engine: ${error instanceof Error ? error.message : String(error)}`
  );
}

/** An insert that was stopped by a limit or by the disk is right again later; the token makes repeating it harmless. */
function retryLater(error: unknown): unknown {
  const later = error instanceof EngineError && (error.kind !== 'other' || machineTrouble.test(error.message));
  return later ? new EngineUnavailable(error.message) : error;
}

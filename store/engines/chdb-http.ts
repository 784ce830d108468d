import { createHash, timingSafeEqual } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, unlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { embeddedDatabase, embeddedUser } from './chdb-messages';
import { quote, type ChdbSessions, type EngineAnswer, type EngineStatement } from './chdb-sessions';
import { tableColumns } from './table-rows';
import type { TableName } from './engine';

/**
 * The subset of ClickHouse's HTTP interface that `@clickhouse/client` needs: `GET /ping`, and `POST /` with the statement in
 * the body, in `?query=` or in a multipart form, `param_*`, settings and `query_id` in the URL, errors as
 * `Code: N. DB::Exception: …` with X-ClickHouse-Exception-Code. Closing the connection cancels a read-only statement.
 * Loopback only; every request carries the secret that the parent made, since other users of the machine reach loopback too.
 */
export interface ChdbHttpOptions {
  readonly sessions: ChdbSessions;
  /** Rows on their way into the engine lie here for a moment. Emptied at start. */
  readonly incomingDir: string;
  readonly secret: string;
}

/** Settings the client may set; they become `SET` statements, so their names are fixed. */
const sessionSettings = new Set([
  'readonly',
  'max_execution_time',
  'max_memory_usage',
  'max_result_rows',
  'max_result_bytes',
  'result_overflow_mode',
  'max_threads',
  'async_insert',
  'insert_deduplicate',
  'insert_deduplication_token',
  'mutations_sync',
  'distributed_product_mode',
  'prefer_global_in_and_join',
  'distributed_foreground_insert',
]);
/** What only an HTTP server can heed; answers here are whole anyway. */
const httpSettings = new Set([
  'wait_end_of_query',
  'cancel_http_readonly_queries_on_client_close',
  'enable_http_compression',
]);
const otherFields = new Set(['query', 'query_id', 'database', 'session_id']);

class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string
  ) {
    super(message);
  }
}

/** Starts listening on a free loopback port. */
export async function startChdbHttp(options: ChdbHttpOptions): Promise<{ server: Server; port: number }> {
  await rm(options.incomingDir, { recursive: true, force: true });
  await mkdir(options.incomingDir, { recursive: true });
  const server = createServer(
    // Statements with a form of parameters are in the URL, as long as in ClickHouse.
    { keepAliveTimeout: 60_000, requestTimeout: 0, maxHeaderSize: 2 ** 20 },
    (request, response) => void handle(options, request, response)
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function handle(options: ChdbHttpOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    checkSecret(options.secret, request.headers.authorization ?? '');
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'GET' && url.pathname === '/ping') {
      return void response.end('Ok.\n');
    }
    const statement = await readStatement(request, url.searchParams);
    const answer = await execute(options, statement, request, response);
    respond(response, statement, answer);
  } catch (error) {
    respondError(response, error);
  }
}

function checkSecret(secret: string, authorization: string): void {
  const expected = `Basic ${Buffer.from(`${embeddedUser}:${secret}`).toString('base64')}`;
  const digest = (value: string) => createHash('sha256').update(value).digest();
  if (!timingSafeEqual(digest(expected), digest(authorization))) {
    throw new RequestError(403, 516, 'Authentication failed. (AUTHENTICATION_FAILED)');
  }
}

// --- Requests --------------------------------------------------------------------------------------------------------

async function readStatement(request: IncomingMessage, search: URLSearchParams): Promise<EngineStatement> {
  const form = (request.headers['content-type'] ?? '').startsWith('multipart/form-data')
    ? await readForm(request)
    : new Map<string, string>();
  const fields = new Map([...search, ...form]);
  const sql = fields.get('query') ?? (await text(request));
  const params = new Map<string, string>();
  const settings = new Map<string, string>();
  for (const [name, value] of fields) {
    if (/^param_\w+$/.test(name)) {
      params.set(name.slice('param_'.length), value);
    } else if (sessionSettings.has(name)) {
      settings.set(name, value);
    } else if (!httpSettings.has(name) && !otherFields.has(name)) {
      throw new RequestError(400, 115, `Unknown setting ${name.slice(0, 60)}. (UNKNOWN_SETTING)`);
    }
  }
  return { sql, params, settings, id: checkedId(fields.get('query_id') ?? '') };
}

function checkedId(id: string): string {
  if (!/^[\w-]{1,64}$/.test(id)) {
    throw new RequestError(400, 36, 'query_id must be 1 to 64 letters, digits or dashes. (BAD_ARGUMENTS)');
  }
  return id;
}

const maxFields = 100_000;

async function readForm(request: IncomingMessage): Promise<Map<string, string>> {
  const fields = new Map<string, string>();
  const form = Busboy({
    headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
    limits: { fieldSize: 2 ** 26, fields: maxFields, files: 0 },
  });
  form.on('field', (name, value, _nameCut, valueCut) => {
    if (valueCut) {
      form.destroy(new RequestError(413, 36, `Parameter ${name} is too long. (BAD_ARGUMENTS)`));
    }
    fields.set(name, value);
  });
  form.once('fieldsLimit', () => {
    form.destroy(new RequestError(413, 36, `A statement has more than ${maxFields} fields. (BAD_ARGUMENTS)`));
  });
  await pipeline(request, form);
  return fields;
}

// --- Execution -------------------------------------------------------------------------------------------------------

const insertPattern = /^\s*INSERT\s+INTO\s+(\w+)\s+FORMAT\s+RowBinary\s*$/i;

async function execute(
  options: ChdbHttpOptions,
  statement: EngineStatement,
  request: IncomingMessage,
  response: ServerResponse
): Promise<EngineAnswer> {
  const table = insertPattern.exec(statement.sql)?.[1];
  if (table !== undefined) {
    return insertBody(options, statement, table, request);
  }
  if (statement.settings.get('readonly') !== '1') {
    return options.sessions.run('maintain', statement);
  }
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  return options.sessions.run('read', statement, closed.signal);
}

/** chDB takes binary rows only from files: the body is written beside the data and read from there. */
async function insertBody(
  { sessions, incomingDir }: ChdbHttpOptions,
  statement: EngineStatement,
  table: string,
  request: IncomingMessage
): Promise<EngineAnswer> {
  if (!isTable(table)) {
    throw new RequestError(404, 60, `Table ${embeddedDatabase}.${table} does not exist. (UNKNOWN_TABLE)`);
  }
  const file = path.join(incomingDir, `${statement.id}.bin`);
  const columns = tableColumns[table].map(([name, type]) => `${name} ${type}`).join(', ');
  try {
    await pipeline(request, createWriteStream(file));
    const source = `file(${quote(file)}, 'RowBinary', ${quote(columns)})`;
    return await sessions.run('write', { ...statement, sql: `INSERT INTO ${table} SELECT * FROM ${source}` });
  } finally {
    await unlink(file).catch(() => undefined);
  }
}

function isTable(name: string): name is TableName {
  return Object.hasOwn(tableColumns, name);
}

// --- Answers ---------------------------------------------------------------------------------------------------------

function respond(response: ServerResponse, statement: EngineStatement, answer: EngineAnswer): void {
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': answer.bytes.length,
    'X-ClickHouse-Query-Id': statement.id,
    'X-ClickHouse-Summary': JSON.stringify({
      read_rows: String(answer.rowsRead),
      read_bytes: String(answer.bytesRead),
      elapsed_ns: String(Math.round(answer.elapsedSeconds * 1e9)),
    }),
  });
  response.end(answer.bytes);
}

function respondError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    return void response.destroy();
  }
  const { status, code, message } = describeError(error);
  // An error may come before the body was read; a kept connection would then start with the rest of it.
  response.writeHead(status, { 'X-ClickHouse-Exception-Code': code, Connection: 'close' });
  response.end(message);
}

function describeError(error: unknown): { status: number; code: number; message: string } {
  if (error instanceof RequestError) {
    const { status, code, message } = error;
    return { status, code, message: `Code: ${code}. DB::Exception: ${message}` };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && Reflect.get(error, 'code') === 'ENOSPC') {
    return { status: 500, code: 243, message: `Code: 243. DB::Exception: ${message} (NOT_ENOUGH_SPACE)` };
  }
  const code = /Code: (\d+)\. DB::/.exec(message)?.[1];
  return code === undefined
    ? { status: 500, code: 1001, message: `Code: 1001. DB::Exception: ${message} (STD_EXCEPTION)` }
    : { status: 500, code: Number(code), message };
}

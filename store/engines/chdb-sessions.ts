import path from 'node:path';
import pLimit from 'p-limit';
import { embeddedDatabase } from './chdb-messages';

/**
 * chDB inside the engine child: who may run how much at once, time limits, cancelling.
 *
 * Measured traps that shape this file: one session runs one query at a time, so lanes of sessions; bound parameters are
 * serialised over the whole process, so `SET param_…` on a session of its own; settings stick to a session and
 * `readonly = 1` can't be taken back, so every statement gets a fresh session (0.3 ms) and nothing leaks into the next;
 * an aborted call goes on inside the engine, so `KILL QUERY … ASYNC` from another session (SYNC hangs for ever).
 */
export interface ChdbModule {
  readonly Session: new (path: string, options: { readonly connectionArgs: readonly string[] }) => Session;
  drainPending(): Promise<void>;
}

/** The part of chDB's session that is used; only `chdb-child.ts` loads the package. */
interface Session {
  queryAsync(sql: string): Promise<SessionResult>;
  close(): void;
}

interface SessionResult {
  readonly elapsed: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  bytes(): Uint8Array;
}

export type Lane = 'read' | 'write' | 'maintain';

export interface EngineStatement {
  /** Written by us; values from outside are in `params`. */
  readonly sql: string;
  /** Parameter values in ClickHouse's text form. */
  readonly params: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string>;
  /** Names the statement inside the engine; letters, digits and dashes. */
  readonly id: string;
}

export interface EngineAnswer {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly elapsedSeconds: number;
}

export interface SessionsOptions {
  readonly dataDir: string;
  readonly memoryBytes: number;
  /** A killed store's engine may hold the folder for some seconds until it has closed. */
  readonly folderWaitMs: number;
  /** ClickHouse configuration (XML), for what can't be an argument: clusters. */
  readonly configFile?: string;
  /** A statement runs for more than twice its time limit: only ending the process helps. */
  readonly onStuck: (message: string) => void;
}

export interface ChdbSessions {
  /** `signal` ends the statement soon, whether it waits or runs. */
  run(lane: Lane, statement: EngineStatement, signal?: AbortSignal): Promise<EngineAnswer>;
  close(): Promise<void>;
}

const sessionsPerLane: Readonly<Record<Lane, number>> = { read: 4, write: 2, maintain: 1 };
const defaultLimitSeconds = 60;
const watchIntervalMs = 1000;
const openRetryMs = 200;
/** A cancel can come before the engine knows the statement: it is said again until the statement ends. */
const cancelIntervalMs = 200;

interface Running {
  readonly id: string;
  readonly sql: string;
  readonly startedMs: number;
  readonly limitMs: number;
}

/** Opens the data folder (made when missing). Throws when another process has it. */
export async function openChdbSessions(chdb: ChdbModule, options: SessionsOptions): Promise<ChdbSessions> {
  const open = () => new chdb.Session(path.join(options.dataDir, 'db'), { connectionArgs: engineArguments(options) });
  // Holds the data folder open; also the one that cancels others.
  const keeper = await openFirst(open, options);
  await keeper.queryAsync(`CREATE DATABASE IF NOT EXISTS ${embeddedDatabase}`);
  const lanes = {
    read: pLimit(sessionsPerLane.read),
    write: pLimit(sessionsPerLane.write),
    maintain: pLimit(sessionsPerLane.maintain),
  };
  const running = new Map<string, Running>();
  const watch = setInterval(() => checkStuck(running.values(), options.onStuck), watchIntervalMs);
  const cancel = (id: string) => void keepCancelling(keeper, id, () => running.has(id));

  async function runNow(statement: EngineStatement, signal?: AbortSignal): Promise<EngineAnswer> {
    if (signal?.aborted) {
      throw new Error(cancelledMessage);
    }
    const onAbort = () => cancel(statement.id);
    signal?.addEventListener('abort', onAbort);
    running.set(statement.id, startedNow(statement));
    const session = open();
    try {
      return await query(session, statement);
    } finally {
      session.close();
      running.delete(statement.id);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async function close(): Promise<void> {
    clearInterval(watch);
    for (const id of running.keys()) {
      cancel(id);
    }
    await chdb.drainPending();
    keeper.close();
  }
  return { run: (lane, statement, signal) => lanes[lane](() => runNow(statement, signal)), close };
}

/** chDB gives no reason when it can't open a folder; the usual one is that another process has it. */
async function openFirst(open: () => Session, { dataDir, folderWaitMs }: SessionsOptions): Promise<Session> {
  for (const untilMs = Date.now() + folderWaitMs; ; ) {
    try {
      return open();
    } catch (error) {
      if (Date.now() >= untilMs) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`The engine's folder ${dataDir} can't be opened. Is another store running on it? (${reason})`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, openRetryMs));
  }
}

/** Caches are cut to what a profile store needs; the defaults reserve gigabytes. */
function engineArguments({ memoryBytes, configFile }: SessionsOptions): string[] {
  const cacheBytes = Math.round(memoryBytes / 16);
  return [
    ...(configFile === undefined ? [] : [`--config-file=${configFile}`]),
    `--max_server_memory_usage=${memoryBytes}`,
    // Parameters count as text of the query here: lists of 100,000 ids take 2 MB.
    `--max_query_size=${2 ** 27}`,
    `--mark_cache_size=${cacheBytes}`,
    `--primary_index_cache_size=${cacheBytes}`,
    `--index_mark_cache_size=${cacheBytes}`,
    `--query_condition_cache_size=${2 ** 24}`,
    `--compiled_expression_cache_size=${2 ** 24}`,
  ];
}

/** Settings, parameters and the statement in one call: they run one after the other on the session. */
async function query(session: Session, statement: EngineStatement): Promise<EngineAnswer> {
  const { params, settings, id, sql } = statement;
  const assignments = [
    `log_comment = ${quote(id)}`,
    ...Array.from(params, ([name, value]) => `param_${name} = ${quote(value)}`),
    // `readonly` last: it forbids every further change.
    ...Array.from(settings, ([name, value]) => ({ name, value }))
      .sort((a, b) => Number(a.name === 'readonly') - Number(b.name === 'readonly'))
      .map(({ name, value }) => `${name} = ${quote(value)}`),
  ];
  const result = await session.queryAsync(`USE ${embeddedDatabase}; SET ${assignments.join(', ')}; ${sql}`);
  return {
    bytes: result.bytes(),
    rowsRead: result.rowsRead,
    bytesRead: result.bytesRead,
    elapsedSeconds: result.elapsed,
  };
}

/** A string literal of ClickHouse SQL. */
export function quote(value: string): string {
  const escaped = value.replace(/[\\'\0]/g, (character) => (character === '\0' ? '\\0' : `\\${character}`));
  return `'${escaped}'`;
}

async function keepCancelling(keeper: Session, id: string, isRunning: () => boolean): Promise<void> {
  while (isRunning()) {
    await keeper.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = ${quote(id)} ASYNC`).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, cancelIntervalMs));
  }
}

function startedNow({ id, sql, settings }: EngineStatement): Running {
  const limitSeconds = Number(settings.get('max_execution_time') ?? defaultLimitSeconds);
  return { id, sql, startedMs: Date.now(), limitMs: limitSeconds * 1000 };
}

/** Twice the limit, and never under 10 s, so that a busy machine is no reason to kill the engine. */
function checkStuck(running: Iterable<Running>, onStuck: (message: string) => void): void {
  for (const { startedMs, limitMs, sql } of running) {
    const elapsedMs = Date.now() - startedMs;
    if (elapsedMs > Math.max(limitMs * 2, 10_000)) {
      onStuck(`a statement with a limit of ${limitMs} ms runs for ${elapsedMs} ms: ${sql.slice(0, 200)}`);
    }
  }
}

const cancelledMessage = 'Code: 394. DB::Exception: Query was cancelled while it waited. (QUERY_WAS_CANCELLED)';

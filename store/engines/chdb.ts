import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { childMessage, embeddedDatabase, embeddedUser, type ChildMessage, type StartMessage } from './chdb-messages';
import { createHttpEngine, type EngineLimits, type HttpEngine } from './clickhouse-http';
import { EngineUnavailable, type Engine } from './engine';

/** The part of a pino logger that engines use. */
export interface EngineLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface ChdbEngineOptions {
  /** Belongs to the engine alone; made when missing. */
  readonly dataDir: string;
  /** `chdb-child.mjs` as built. */
  readonly childFile: string;
  readonly logger: EngineLogger;
  /** Memory of the whole child; about 270 MB of it are taken before the first query. */
  readonly memoryBytes?: number;
  readonly limits?: Partial<EngineLimits>;
  /** How long to wait at the start for the engine of a killed store to leave the folder. */
  readonly folderWaitMs?: number;
  /** A child that says nothing for so long is replaced. */
  readonly silenceTimeoutMs?: number;
  /** Called when the engine answers and when it stops answering; `true` = time to send again what failed. */
  readonly onReadyChange?: (ready: boolean) => void;
}

/** The embedded engine; `processId` is its child's, for tests and the status page. */
export interface ChdbEngine extends Engine {
  readonly kind: 'chdb';
  readonly processId: number | undefined;
}

const defaultMemoryBytes = 1_200_000_000;
/** Opening a big data folder after a crash on a busy machine. */
const startTimeoutMs = 120_000;
/** The child says `alive` every second; a stopped process or a blocked loop doesn't. */
const defaultFolderWaitMs = 15_000;
const defaultSilenceTimeoutMs = 10_000;
const silenceCheckMs = 1000;
const closeTimeoutMs = 10_000;
const firstBackoffMs = 100;
const longestBackoffMs = 10_000;
/** A child that lived this long starts again at once. */
const healthyAfterMs = 30_000;

/** One life of the child. */
interface Child {
  readonly process: ChildProcess;
  readonly http: HttpEngine;
  readonly exited: Promise<void>;
}

/**
 * Starts chDB in a child process and keeps it running: a child that dies, falls silent or has a statement that can't be
 * stopped is replaced; calls fail with EngineUnavailable meanwhile. Rejects when the first start fails.
 */
export async function startChdbEngine(options: ChdbEngineOptions): Promise<ChdbEngine> {
  await mkdir(options.dataDir, { recursive: true });
  let child: Child | undefined = await startChild(options);
  let closing = false;
  let wake = () => undefined as void;

  async function supervise(first: Child): Promise<void> {
    for (let current = first; ; ) {
      options.onReadyChange?.(true);
      const startedMs = Date.now();
      await current.exited;
      child = undefined;
      await current.http.close();
      options.onReadyChange?.(false);
      if (closing) {
        return;
      }
      const next = await restart(Date.now() - startedMs > healthyAfterMs ? 0 : firstBackoffMs);
      if (!next) {
        return;
      }
      child = current = next;
    }
  }

  async function restart(firstDelayMs: number): Promise<Child | undefined> {
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(Math.max(delayMs * 2, firstBackoffMs), longestBackoffMs)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, delayMs).unref();
      });
      if (closing) {
        return undefined;
      }
      options.logger.info({ delayMs }, 'starting the engine again');
      try {
        return await startChild(options);
      } catch (error) {
        options.logger.warn({ error }, 'the engine did not start');
      }
    }
  }

  const supervised = supervise(child);

  function current(): HttpEngine {
    if (!child || closing) {
      throw new EngineUnavailable(closing ? 'the engine is closed' : 'the engine is starting again');
    }
    return child.http;
  }

  return {
    kind: 'chdb',
    get ready() {
      return child !== undefined && !closing;
    },
    get processId() {
      return child?.process.pid;
    },
    select: async (statement, selectOptions) => current().select(statement, selectOptions),
    insert: async (table, rows, token) => current().insert(table, rows, token),
    command: async (statement) => current().command(statement),
    ping: async () => current().ping(),
    version: async () => current().version(),
    async close() {
      closing = true;
      wake();
      if (child) {
        await endChild(child);
      }
      await supervised;
    },
  };
}

async function startChild(options: ChdbEngineOptions): Promise<Child> {
  const secret = randomBytes(32).toString('hex');
  const startedMs = performance.now();
  const process = forkChild(options);
  const exited = new Promise<void>((resolve) => process.once('exit', () => resolve()));
  const start: StartMessage = {
    type: 'start',
    dataDir: options.dataDir,
    secret,
    memoryBytes: options.memoryBytes ?? defaultMemoryBytes,
    folderWaitMs: options.folderWaitMs ?? defaultFolderWaitMs,
  };
  process.send(start);
  try {
    const port = await untilListening(process);
    watch(process, options);
    options.logger.info(
      { pid: process.pid, startMs: Math.round(performance.now() - startedMs) },
      'the engine is ready'
    );
    return { process, exited, http: connect(port, secret, options) };
  } catch (error) {
    process.kill('SIGKILL');
    await exited;
    throw error;
  }
}

function connect(port: number, password: string, { limits }: ChdbEngineOptions): HttpEngine {
  const url = `http://127.0.0.1:${port}`;
  return createHttpEngine({ url, user: embeddedUser, password, database: embeddedDatabase, limits });
}

function forkChild({ childFile, logger }: ChdbEngineOptions): ChildProcess {
  const child = fork(childFile, {
    // The inspector's flags of the parent would make the child fight for its port.
    execArgv: ['--max-old-space-size=256'],
    // Every running statement holds one thread of the pool; files and DNS need some beside.
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  if (child.stderr) {
    createInterface(child.stderr).on('line', (line) => logger.warn({ pid: child.pid, line }, 'the engine says'));
  }
  return child;
}

function untilListening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(
      () => reject(new EngineUnavailable(`the engine did not start within ${startTimeoutMs / 1000} s`)),
      startTimeoutMs
    );
    const onMessage = (raw: unknown) => {
      const message = childMessage.parse(raw);
      if (message.type === 'listening') {
        settle(() => resolve(message.port));
      } else if (message.type === 'failed') {
        settle(() => reject(new EngineUnavailable(message.message)));
      }
    };
    const onExit = (code: number | null, signal: string | null) =>
      settle(() => reject(new EngineUnavailable(`the engine ended at its start (${signal ?? `exit code ${code}`})`)));
    const settle = (then: () => void) => {
      clearTimeout(timeout);
      child.off('message', onMessage);
      child.off('exit', onExit);
      then();
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}

/** Kills the child when it falls silent or is stuck; the supervisor sees its exit. */
function watch(child: ChildProcess, options: ChdbEngineOptions): void {
  const { logger, silenceTimeoutMs = defaultSilenceTimeoutMs } = options;
  let heardMs = performance.now();
  let checkedMs = heardMs;
  const kill = (reason: string) => {
    logger.warn({ pid: child.pid, reason }, 'killing the engine');
    child.kill('SIGKILL');
  };
  child.on('message', (raw) => {
    const message: ChildMessage = childMessage.parse(raw);
    heardMs = performance.now();
    if (message.type === 'stuck') {
      kill(message.message);
    }
  });
  const timer = setInterval(() => {
    const nowMs = performance.now();
    // When our own timer was late, the machine slept or was busy: give the child's messages time to arrive.
    heardMs = nowMs - checkedMs > silenceCheckMs * 3 ? nowMs : heardMs;
    checkedMs = nowMs;
    if (nowMs - heardMs > silenceTimeoutMs) {
      kill(`no sign of life for ${Math.round(nowMs - heardMs)} ms`);
    }
  }, silenceCheckMs);
  timer.unref();
  child.once('exit', (code, signal) => {
    clearInterval(timer);
    logger.info({ pid: child.pid, code, signal }, 'the engine has ended');
  });
}

async function endChild({ process, exited }: Child): Promise<void> {
  const timeout = setTimeout(() => process.kill('SIGKILL'), closeTimeoutMs);
  process.kill('SIGTERM');
  await exited;
  clearTimeout(timeout);
}

import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A store as users run it: the built process, a data folder of its own, a free port. */
export interface RunningStore {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Of the second address, with `--ingest-listen`. */
  readonly ingestUrl: string | undefined;
  /** `http://127.0.0.1:PORT` of OTLP over gRPC. */
  readonly grpcUrl: string;
  readonly dataDir: string;
  readonly processId: number;
  /** Everything it has written to its log so far. */
  log(): string;
  /** SIGTERM and wait; the data folder stays. Returns the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL of the front and wait for it and for its engine child to be gone. */
  kill(): Promise<void>;
  /** Process id of the engine child. */
  engineProcessId(): number | undefined;
}

export interface StartOptions {
  /** Default: a new temporary folder, see `removeDataDirs`. */
  readonly dataDir?: string;
  /** More flags of `hotspan store`. Recordings are old, so profiles are kept for ever unless `--retention` is given. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Return when it listens, not only when `/ready` says yes. */
  readonly dontWait?: boolean;
}

/** STORE_MAIN = another build of it, for long runs beside work on the code. */
const main = process.env.STORE_MAIN ?? path.resolve(__dirname, '../../build/store/main.mjs');
const startTimeoutMs = 60_000;
const madeDirs: string[] = [];

export function newDataDir(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-test-'));
  madeDirs.push(dir);
  return dir;
}

/** For afterAll. */
export function removeDataDirs(): void {
  madeDirs.splice(0).forEach((dir) => fs.rmSync(dir, { recursive: true, force: true }));
}

export async function startStore(options: StartOptions = {}): Promise<RunningStore> {
  const dataDir = options.dataDir ?? newDataDir();
  const flags = [
    '--data-dir',
    dataDir,
    '--listen',
    '127.0.0.1:0',
    '--grpc-listen',
    '127.0.0.1:0',
    '--retention',
    '0',
    ...(options.flags ?? []),
  ];
  const child = spawn(process.execPath, [main, 'store', ...flags], {
    cwd: dataDir,
    env: { ...withoutHotspan(process.env), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that fails must not leave its store behind.
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.removeListener('exit', killWithUs));
  let out = '';
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const expectIngest = flags.includes('--ingest-listen');
  const lines = await listeningLines(
    child,
    () => out,
    () => log,
    expectIngest
  );
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const store: RunningStore = {
    url: lines.store,
    ingestUrl: lines.ingest,
    grpcUrl: lines.grpc,
    dataDir,
    processId: child.pid ?? 0,
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      return exited;
    },
    kill: async () => {
      const engine = engineProcessOf(log);
      child.kill('SIGKILL');
      await exited;
      await untilGone(engine);
    },
    engineProcessId: () => engineProcessOf(log),
  };
  if (!options.dontWait) {
    await untilReady(store);
  }
  return store;
}

/** Waits until everything that was acknowledged before is inserted and visible to queries. */
export async function untilInserted(store: Pick<RunningStore, 'url'>): Promise<void> {
  await until(async () => {
    const text = await (await fetch(`${store.url}/metrics`)).text();
    return (
      /^hotspan_spool_pending_bytes 0$/m.test(text) &&
      /^hotspan_insert_queue 0$/m.test(text) &&
      /^hotspan_deferred_uploads 0$/m.test(text)
    );
  }, 'the store has still uploads to insert');
}

export async function untilReady(store: Pick<RunningStore, 'url' | 'log'>): Promise<void> {
  await until(async () => {
    const response = await fetch(`${store.url}/ready`).catch(() => undefined);
    return response?.status === 200;
  }, 'the store did not become ready');
}

async function until(done: () => Promise<boolean>, complaint: string): Promise<void> {
  const end = Date.now() + startTimeoutMs;
  while (!(await done())) {
    if (Date.now() > end) {
      throw new Error(complaint);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function listeningLines(
  child: ChildProcess,
  out: () => string,
  log: () => string,
  expectIngest: boolean
): Promise<{ store: string; ingest: string | undefined; grpc: string }> {
  const find = (what: string) => new RegExp(`^hotspan ${what} listens on (\\S+)$`, 'm').exec(out())?.[1];
  await until(async () => {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the store ended with ${child.exitCode ?? child.signalCode}:\n${log()}`);
    }
    return find('store') !== undefined && find('grpc') !== undefined && (!expectIngest || find('ingest') !== undefined);
  }, 'the store did not listen');
  return { store: find('store') ?? '', ingest: find('ingest'), grpc: `http://${find('grpc')}` };
}

/** The last engine that was started, from the log. */
function engineProcessOf(log: string): number | undefined {
  const pids = [...log.matchAll(/"pid":\d+,"hostname":"[^"]*","pid":(\d+),"startMs"/g)];
  return pids.length === 0 ? undefined : Number(pids[pids.length - 1][1]);
}

async function untilGone(pid: number | undefined): Promise<void> {
  if (pid !== undefined) {
    await until(async () => !isAlive(pid), `the engine child ${pid} lives on`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function withoutHotspan(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('HOTSPAN_')));
}

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { newDataDir, removeDataDirs, startStore, untilInserted, type RunningStore } from '../integration/start-store';
import { identity, lookAt, type Live } from './live';
import { startProgram, type Command } from './program';

const main = process.env.STORE_MAIN ?? path.resolve(__dirname, '../../build/store/main.mjs');
const call = promisify(execFile);

/** A profiler that writes a file at the end, which its user then sends. */
export interface Recording {
  /** Files go to `dir`. */
  readonly command: (dir: string) => Command;
  /** Runs after it, for profilers whose files need a tool; its output goes to a file of that name. */
  readonly convert?: (dir: string) => {
    readonly command: string;
    readonly args: readonly string[];
    readonly into: string;
  };
  readonly file: string;
  /** Sent through standard input. */
  readonly piped?: boolean;
  /** More flags of `hotspan upload`. */
  readonly flags?: readonly string[];
}

/** Records the program, sends the file with `hotspan upload`, and looks at it in a store of its own. */
export function runRecorded(service: string, recording: Recording): { live(): Live } {
  let store: RunningStore | undefined;
  let live: Live | undefined;
  beforeAll(async () => {
    store = await startStore();
    const dir = newDataDir();
    const program = startProgram(recording.command(dir));
    const requests = await program.finished();
    const exitCode = await program.exited;
    await convertFile(dir, recording);
    await upload(store.url, service, path.join(dir, recording.file), recording);
    await untilInserted(store);
    live = await lookAt(store.url, service, { program, requests, exitCode });
  }, 300_000);
  afterAll(async () => {
    await store?.stop();
    removeDataDirs();
  });
  return {
    live() {
      if (live === undefined) {
        throw new Error('the program was not recorded');
      }
      return live;
    },
  };
}

async function convertFile(dir: string, { convert }: Recording): Promise<void> {
  if (convert) {
    const { command, args, into } = convert(dir);
    await call('sh', ['-c', '"$0" "$@" > "$HOTSPAN_INTO"', command, ...args], {
      env: { ...process.env, HOTSPAN_INTO: path.join(dir, into) },
    });
  }
}

async function upload(
  storeUrl: string,
  service: string,
  file: string,
  { flags = [], piped }: Recording
): Promise<void> {
  const { env, version, host } = identity;
  const labels = ['--label', `version=${version}`, '--label', `host=${host}`];
  const args = ['upload', '--url', storeUrl, '--service', service, '--env', env, ...labels, ...flags];
  const last = piped ? ['--name', path.basename(file), '-'] : [file];
  const sending = call(process.execPath, [main, ...args, ...last]);
  sending.child.stdin?.end(piped ? fs.readFileSync(file) : undefined);
  const { stdout } = await sending;
  if (!/^[0-9a-f-]{36} {2}/.test(stdout)) {
    throw new Error(`hotspan upload said: ${stdout}`);
  }
}

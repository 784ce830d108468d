import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';

const root = path.resolve(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-host-'));
const suffix = `${process.platform === 'win32' ? 'windows' : process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** The test host with the real backend, and no page: what Grafana's server does with the datasource. */
export interface RunningHost {
  readonly url: string;
  log(): string;
  stop(): Promise<void>;
}

/** One entry of a datasource provisioning file. */
export interface DatasourceEntry {
  readonly uid: string;
  readonly url: string;
  readonly jsonData?: Readonly<Record<string, unknown>>;
  readonly secureJsonData?: Readonly<Record<string, string>>;
}

/** Builds host and backend (some seconds once Go has compiled the packages) and starts them. */
export async function startHost(datasources: readonly DatasourceEntry[]): Promise<RunningHost> {
  const dist = path.join(folder, 'dist');
  const provisioning = path.join(folder, 'provisioning');
  const host = path.join(folder, 'host');
  fs.mkdirSync(path.join(dist, 'datasource'), { recursive: true });
  fs.mkdirSync(path.join(provisioning, 'datasources'), { recursive: true });
  fs.copyFileSync(path.join(root, 'src/plugin.json'), path.join(dist, 'plugin.json'));
  fs.copyFileSync(path.join(root, 'src/datasource/plugin.json'), path.join(dist, 'datasource/plugin.json'));
  fs.writeFileSync(path.join(provisioning, 'datasources/all.yaml'), provisioningFile(datasources));
  goBuild('./pkg', path.join(dist, 'datasource', `gpx_hotspan_${suffix}`));
  goBuild('./tests/host/server', host);
  const flags = ['--dist', dist, '--provisioning', provisioning, '--listen', '127.0.0.1:0'];
  const child = spawn(host, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const url = await listeningAt(child, () => log);
  return { url, log: () => log, stop: () => stop(child) };
}

function provisioningFile(datasources: readonly DatasourceEntry[]): string {
  const type = 'hotspan-profiling-datasource';
  return stringify({ apiVersion: 1, datasources: datasources.map((entry) => ({ name: entry.uid, type, ...entry })) });
}

function goBuild(what: string, to: string): void {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-trimpath' };
  const { status, stderr, error } = spawnSync('go', ['build', '-ldflags', '-s -w', '-o', to, what], { cwd: root, env });
  if (error || status !== 0) {
    throw new Error(`go build ${what}: ${error?.message ?? stderr.toString()}`);
  }
}

async function listeningAt(child: ChildProcess, log: () => string): Promise<string> {
  for (let wait = 0; wait < 600; wait++) {
    const found = /preview host on (http:\S+)/.exec(log())?.[1];
    if (found || child.exitCode !== null) {
      if (found) {
        return found;
      }
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the host did not start:\n${log()}`);
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  fs.rmSync(folder, { recursive: true, force: true });
}

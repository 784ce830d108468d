import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { embeddedDatabase, embeddedUser } from '../../../store/engines/chdb-messages';
import { openClickhouseEngine } from '../../../store/engines/clickhouse';
import type { Engine } from '../../../store/engines/engine';
import { newDataDir } from '../start-store';

export interface StandIn {
  /** With user, password and database, as `clickhouseUrl` takes it. */
  readonly url: string;
  readonly cluster: string;
  stop(): Promise<void>;
}

const password = 'stand-in-for-a-cluster-of-two-shards';

/** Starts the two-shard stand-in (stand-in.ts) on a free port. */
export async function startStandIn(): Promise<StandIn> {
  const file = path.join(__dirname, 'stand-in.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', file, path.join(newDataDir(), 'cluster'), password], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)));
  });
  return {
    url: `http://${embeddedUser}:${password}@127.0.0.1:${port}/${embeddedDatabase}`,
    cluster: 'two',
    stop: async () => {
      process.removeListener('exit', killWithUs);
      // The engine may hang when it closes; nothing that it holds is needed.
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The store's engine in ClickHouse mode on it; closing the engine ends the stand-in. */
export async function openStandInEngine(): Promise<Engine> {
  const standIn = await startStandIn();
  const { origin } = new URL(standIn.url);
  const engine = await openClickhouseEngine({
    url: origin,
    user: embeddedUser,
    password,
    database: embeddedDatabase,
    cluster: standIn.cluster,
  });
  return {
    ...engine,
    get ready() {
      return engine.ready;
    },
    close: async () => {
      await engine.close();
      await standIn.stop();
    },
  };
}

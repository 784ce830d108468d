import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startChdbEngine, type ChdbEngine, type ChdbEngineOptions } from './chdb';
import { EngineUnavailable } from './engine';
import { describeEngine, until } from './engine.contract';
import { sampleBytes } from './engine.rows';
import { migrate } from './schema/migrate';

const childFile = path.resolve(__dirname, '../../build/store/chdb-child.mjs');
const silent = { info: () => undefined, warn: () => undefined };
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-chdb-'));
let folders = 0;
const newFolder = () => path.join(root, `data-${folders++}`);

const engines: ChdbEngine[] = [];

async function start(options: Partial<ChdbEngineOptions> = {}): Promise<ChdbEngine> {
  const engine = await startChdbEngine({ dataDir: newFolder(), childFile, logger: silent, ...options });
  engines.push(engine);
  return engine;
}

jest.setTimeout(60_000);
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  fs.rmSync(root, { recursive: true, force: true });
});

describeEngine('chDB', () => start());

const insertOne = (engine: ChdbEngine, profile: number) =>
  engine.insert(
    'samples',
    sampleBytes({ tenant: 't', profile: BigInt(profile), stacks: [1n, 2n], values: [1, 1] }),
    `token-${profile}`
  );

/** As the batcher does: again with the same token until it is acknowledged. */
async function insertUntilDone(engine: ChdbEngine, profile: number): Promise<void> {
  for (;;) {
    try {
      return await insertOne(engine, profile);
    } catch (error) {
      expect(error).toBeInstanceOf(EngineUnavailable);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function kill(engine: ChdbEngine, signal: 'SIGKILL' | 'SIGSTOP'): void {
  expect(engine.processId).toBeDefined();
  process.kill(engine.processId ?? NaN, signal);
}

async function countRows(engine: ChdbEngine): Promise<{ rows: number; profiles: number }> {
  const sql = 'SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(profile)) AS profiles FROM samples';
  const columns = await engine.select({ sql });
  return { rows: columns.numbers('rows')[0], profiles: columns.numbers('profiles')[0] };
}

describe('startChdbEngine', () => {
  it('keeps every acknowledged row, each once, over kills of the child while it inserts', async () => {
    const changes: boolean[] = [];
    const engine = await start({ onReadyChange: (ready) => changes.push(ready) });
    await migrate(engine);
    let acknowledged = 0;
    const kills = 3;
    for (let round = 0; round < kills; round++) {
      const child = engine.processId;
      const killed = new Promise<void>((resolve) =>
        setTimeout(
          () => {
            kill(engine, 'SIGKILL');
            resolve();
          },
          100 + Math.random() * 200
        )
      );
      let open = true;
      void killed.then(() => (open = false));
      while (open) {
        await Promise.all([0, 1, 2].map((i) => insertUntilDone(engine, acknowledged + i)));
        acknowledged += 3;
      }
      await killed;
      await until(async () => engine.ready && engine.processId !== child);
      expect(await countRows(engine)).toEqual({ rows: acknowledged * 2, profiles: acknowledged });
    }
    expect(changes).toEqual([true, ...Array.from({ length: kills }, () => [false, true]).flat()]);
    await engine.close();
  });

  it('fails questions as unavailable when the child is killed, and answers again', async () => {
    const engine = await start();
    const question = engine.select({ sql: 'SELECT sleepEachRow(0.1) FROM numbers(100) SETTINGS max_threads = 1' });
    const rejected = expect(question.catch((error: unknown) => error)).resolves.toBeInstanceOf(Error);
    const killed = engine.processId;
    kill(engine, 'SIGKILL');
    await rejected;
    await until(async () => engine.ready && engine.processId !== killed);
    expect((await engine.select({ sql: 'SELECT 1 AS one' })).rows).toBe(1);
    await engine.close();
  });

  it('replaces a child that is stopped', async () => {
    const engine = await start({ silenceTimeoutMs: 2500 });
    const first = engine.processId;
    kill(engine, 'SIGSTOP');
    await expect(engine.select({ sql: 'SELECT 1' })).rejects.toBeInstanceOf(EngineUnavailable);
    await until(async () => engine.ready && engine.processId !== first);
    await engine.ping();
    await engine.close();
  });

  it('has what it had after close and a new start', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir });
    await migrate(first);
    await insertOne(first, 1);
    await first.close();
    await expect(first.select({ sql: 'SELECT 1' })).rejects.toThrow('the engine is closed');
    const second = await start({ dataDir });
    expect(await migrate(second)).toEqual([]);
    expect(await countRows(second)).toEqual({ rows: 2, profiles: 1 });
    await second.close();
  });

  it('refuses a folder that another engine has', async () => {
    const dataDir = newFolder();
    const engine = await start({ dataDir });
    await expect(start({ dataDir, folderWaitMs: 300 })).rejects.toThrow('Is another store running on it?');
    await engine.close();
  });

  it('waits for the engine of a store that was killed to leave the folder', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir });
    const second = start({ dataDir });
    await first.close();
    await (await second).ping();
  });

  it('says why when the child can not start', async () => {
    const broken = path.join(root, 'broken.mjs');
    fs.writeFileSync(broken, 'process.exit(3);');
    await expect(start({ childFile: broken })).rejects.toThrow('the engine ended at its start (exit code 3)');
  });

  it('takes at most 300 MB when idle', async () => {
    const engine = await start();
    await migrate(engine);
    const status = fs.readFileSync(`/proc/${engine.processId}/status`, 'utf8');
    expect(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(300 * 1024);
    await engine.close();
  });
});

describe('chdb-child', () => {
  async function startChild() {
    const secret = 's'.repeat(64);
    const child = fork(childFile, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.send({ type: 'start', dataDir: newFolder(), secret, memoryBytes: 1e9, folderWaitMs: 0 });
    const [message] = (await once(child, 'message')) as [{ type: string; port: number }];
    expect(message.type).toBe('listening');
    return {
      child,
      url: `http://127.0.0.1:${message.port}/`,
      auth: `Basic ${Buffer.from(`hotspan:${secret}`).toString('base64')}`,
    };
  }

  it('ends when its parent goes away', async () => {
    const { child } = await startChild();
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
  });

  it('answers nobody without the secret, and no setting or table it does not know', async () => {
    const { child, url, auth } = await startChild();
    const post = (query: string, authorization: string, body = 'SELECT 1') =>
      fetch(`${url}?query_id=q1${query}`, { method: 'POST', body, headers: { authorization } });
    for (const wrong of ['', 'Basic aG90c3BhbjpndWVzcw==', `${auth}x`]) {
      expect((await post('', wrong)).status).toBe(403);
    }
    expect(await (await post('&readonly=1', auth)).text()).toBe('1\n');
    expect(await (await post('&allow_ddl=1', auth)).text()).toContain('Unknown setting allow_ddl');
    expect(await (await post('&query=INSERT+INTO+secrets+FORMAT+RowBinary', auth, 'x')).text()).toContain(
      'does not exist'
    );
    expect((await post('&param_a%3D1%3Bx=1', auth)).status).toBe(400);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});

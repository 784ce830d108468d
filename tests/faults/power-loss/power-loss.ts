/**
 * Cuts the power of a store while uploads are sent: `npx tsx tests/faults/power-loss/power-loss.ts [rounds] [strict|journal] [seed]`.
 * The store runs with `durable.c` preloaded (Linux, needs a C compiler); front and engine are killed at a random time, the data folder is
 * replaced by what was synced, and the store starts on that. Exits with 1 when anything acknowledged is lost or doubled.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { newDataDir, removeDataDirs, startStore, untilInserted, untilReady } from '../../integration/start-store';
import { randomFractions } from '../../random';
import { compare, exitCodeOf, pause, sendUntilStopped, type Outcome } from '../acknowledged';
import { rebuild, seedShadow, type NameRule } from './rebuild';

interface Bench {
  readonly root: string;
  readonly library: string;
  readonly shadow: string;
  readonly log: string;
  readonly rule: NameRule;
}

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 20);
  const rule: NameRule = process.argv[3] === 'journal' ? 'journal' : 'strict';
  const outcome = await powerCuts(prepare(rule), rounds, Number(process.argv[4] ?? 1));
  process.stdout.write(`${JSON.stringify({ rule, rounds, ...outcome }, null, 2)}\n`);
  if (process.env.KEEP_DATA !== '1') {
    removeDataDirs();
  }
  process.exitCode = exitCodeOf(outcome, rounds);
}

function prepare(rule: NameRule): Bench {
  const dir = fs.realpathSync(newDataDir());
  const library = path.join(dir, 'durable.so');
  const source = path.join(__dirname, 'durable.c');
  execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl', '-lpthread'], { stdio: 'inherit' });
  const root = path.join(dir, 'data');
  fs.mkdirSync(root);
  return { root, library, shadow: path.join(dir, 'shadow'), log: path.join(dir, 'log'), rule };
}

async function powerCuts(bench: Bench, rounds: number, seed: number): Promise<Outcome> {
  const random = randomFractions(seed);
  const acknowledged = new Map<string, string>();
  let number = 0;
  for (let round = 0; round < rounds; round++) {
    await oneRound(bench, 300 + random() * 2500, () => number++, acknowledged);
    process.stdout.write(`round ${round + 1}: ${acknowledged.size} acknowledged so far\n`);
  }
  const store = await startStore({ dataDir: bench.root });
  await untilReady(store);
  await untilInserted(store);
  const outcome = await compare(store, acknowledged);
  await store.stop();
  return outcome;
}

async function oneRound(
  bench: Bench,
  livesMs: number,
  nextNumber: () => number,
  acknowledged: Map<string, string>
): Promise<void> {
  const { root, library, shadow, log } = bench;
  fs.rmSync(log, { force: true });
  fs.rmSync(shadow, { recursive: true, force: true });
  fs.mkdirSync(shadow);
  const folder = seedShadow(root, shadow);
  const env = { LD_PRELOAD: library, DURABLE_ROOT: root, DURABLE_SHADOW: shadow, DURABLE_LOG: log };
  const store = await startStore({ dataDir: root, env });
  const sending = sendUntilStopped(store, 8, nextNumber, acknowledged);
  await pause(livesMs);
  const engine = store.engineProcessId();
  if (engine !== undefined) {
    process.kill(engine, 'SIGKILL');
  }
  await store.kill();
  await sending.stop();
  const after = `${root}.after`;
  rebuild(folder, { root, shadow, log, target: after, rule: bench.rule });
  fs.rmSync(root, { recursive: true });
  fs.renameSync(after, root);
}

void main();

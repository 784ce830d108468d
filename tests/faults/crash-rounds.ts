import { startStore, untilInserted, untilReady, type RunningStore } from '../integration/start-store';
import { randomFractions } from '../random';
import { compare, pause, sendUntilStopped, type Outcome } from './acknowledged';

export interface CrashOptions {
  readonly rounds: number;
  readonly dataDir: string;
  readonly seed: number;
  readonly connections?: number;
  readonly onRound?: (round: number, victim: string, acknowledged: number) => void;
}

const victims = ['front', 'engine', 'both'] as const;

/**
 * Kills the front, the engine child or both with SIGKILL at random times while uploads are sent over several connections, starts
 * again, and compares what was acknowledged with what is listed.
 */
export async function crashRounds(options: CrashOptions): Promise<Outcome> {
  const random = randomFractions(options.seed);
  const acknowledged = new Map<string, string>();
  let number = 0;
  let store = await startStore({ dataDir: options.dataDir });
  for (let round = 0; round < options.rounds; round++) {
    const victim = victims[round % victims.length];
    const sending = sendUntilStopped(store, options.connections ?? 8, () => number++, acknowledged);
    await pause(200 + random() * 1500);
    await strike(store, victim);
    if (victim === 'engine') {
      await pause(random() * 500);
    }
    await sending.stop();
    if (victim !== 'engine') {
      store = await startStore({ dataDir: options.dataDir });
    }
    options.onRound?.(round, victim, acknowledged.size);
  }
  await untilReady(store);
  await untilInserted(store);
  const outcome = await compare(store, acknowledged);
  await store.stop();
  return outcome;
}

async function strike(store: RunningStore, victim: (typeof victims)[number]): Promise<void> {
  const engine = store.engineProcessId();
  if (victim !== 'front' && engine !== undefined) {
    killIfAlive(engine);
  }
  if (victim !== 'engine') {
    await store.kill();
  }
}

/** The engine may be starting again just now. */
function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // Not instanceof: jest gives its tests an Error of their own.
    if (!(typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'ESRCH')) {
      throw error;
    }
  }
}

import fs from 'node:fs';
import path from 'node:path';
import { eventPart, makeForm, sendForm } from '../integration/form';
import { startStore, untilInserted, untilReady, type RunningStore } from '../integration/start-store';
import { listProfiles } from '../integration/store-client';

/**
 * Kills the front, the engine child or both with SIGKILL at random times while uploads are sent over several connections, starts
 * again, and compares what was acknowledged with what is listed. Each upload has a window and a `runtime-id` of its own.
 */
export interface CrashOutcome {
  readonly acknowledged: number;
  /** Ids that were acknowledged and are not listed. */
  readonly lost: readonly string[];
  /** Uploads that are listed more than once. */
  readonly doubled: readonly string[];
  /** Listed though never acknowledged: their answer was cut off. Allowed. */
  readonly unacknowledged: number;
  readonly wrongTotals: readonly string[];
}

export interface CrashOptions {
  readonly rounds: number;
  readonly dataDir: string;
  readonly seed: number;
  readonly connections?: number;
  readonly onRound?: (round: number, victim: string, acknowledged: number) => void;
}

const cpu = fs.readFileSync(path.resolve(__dirname, '../fixtures/uploads/files/go-runtime-cpu.pprof'));
const victims = ['front', 'engine', 'both'] as const;

export async function crashRounds(options: CrashOptions): Promise<CrashOutcome> {
  const random = makeRandom(options.seed);
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

function sendUntilStopped(
  store: RunningStore,
  connections: number,
  nextNumber: () => number,
  acknowledged: Map<string, string>
): { stop(): Promise<void> } {
  let stopped = false;
  const client = async () => {
    while (!stopped) {
      const name = `r${nextNumber()}`;
      const id = await sendOne(store.url, name);
      if (id !== undefined) {
        acknowledged.set(name, id);
      } else {
        // The store is gone or says 503: not in a tight loop.
        await pause(20);
      }
    }
  };
  const clients = Promise.all(Array.from({ length: connections }, client));
  return {
    stop: async () => {
      stopped = true;
      await clients;
    },
  };
}

async function sendOne(url: string, name: string): Promise<string | undefined> {
  const startMs = Date.UTC(2026, 10, 22, 12) + Number(name.slice(1)) * 1000;
  const form = makeForm([
    eventPart(startMs, `service:crash,runtime-id:${name}`),
    { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: cpu },
  ]);
  try {
    const response = await sendForm(url, form);
    const answer: { content?: { ProfileID: string } } = JSON.parse(await response.text());
    return answer.content?.ProfileID;
  } catch {
    return undefined;
  }
}

async function compare(store: RunningStore, acknowledged: ReadonlyMap<string, string>): Promise<CrashOutcome> {
  const listed = await listProfiles(store.url, ['runtime-id', 'total cpu-time']);
  const byName = new Map<string, string[]>();
  for (const profile of listed) {
    const name = String(profile['runtime-id']);
    byName.set(name, [...(byName.get(name) ?? []), profile.id]);
  }
  const totals = new Set(listed.map((profile) => profile['total cpu-time']));
  return {
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter(([name, id]) => !byName.get(name)?.includes(id)).map(([name]) => name),
    doubled: [...byName].filter(([, ids]) => ids.length > 1).map(([name]) => name),
    unacknowledged: [...byName.keys()].filter((name) => !acknowledged.has(name)).length,
    wrongTotals: totals.size > 1 ? [...totals].map(String) : [],
  };
}

function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

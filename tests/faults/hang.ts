/**
 * Stops the engine child (and every one that the supervisor starts instead) for some time while uploads and questions go on:
 * `npx tsx tests/faults/hang.ts [seconds] [uploads of the reference mix a second beside]` (Linux). Uploads must be acknowledged all the
 * time, questions get an error in time, the front's memory must keep within the limit of the reference load, and afterwards everything must be
 * listed. Exits with 1 if not.
 */
import fs from 'node:fs';
import { newDataDir, removeDataDirs, startStore, untilInserted, type RunningStore } from '../integration/start-store';
import { countProfiles, mixedClients, sendSteadily } from '../bench/store/load';
import { quantile, residentMb } from '../bench/store/meter';
import { compare, exitCodeOf, pause, sendUntilStopped } from './acknowledged';

interface Questions {
  readonly asked: number;
  readonly answered: number;
  readonly slowestMs: number;
  readonly errors: Readonly<Record<string, number>>;
}

const longestAnswerMs = 30_000;
/** Of front and engine under the reference load; here the front alone must keep to it. */
const mostFrontMb = 1500;

async function main(): Promise<void> {
  const seconds = Number(process.argv[2] ?? 300);
  const mixRate = Number(process.argv[3] ?? 0);
  const store = await startStore({ dataDir: newDataDir() });
  const acknowledged = new Map<string, string>();
  let number = 0;
  const sending = sendUntilStopped(store, 2, () => number++, acknowledged, 100);
  const mixing = sendMix(store, mixRate, seconds);
  await pause(2000);
  const before = acknowledged.size;
  const end = Date.now() + seconds * 1000;
  const [questions, slowestAcknowledgementMs, mostMb] = await Promise.all([
    askUntil(store, end),
    slowestGap(() => acknowledged.size, end),
    mostFrontMemoryMb(store, end),
    keepStopped(store, end),
  ]);
  const during = acknowledged.size - before;
  await sending.stop();
  const mix = await mixing;
  const caughtUpMs = await timeOf(() => untilCaughtUp(store));
  const outcome = await compare(store, acknowledged);
  const mixLost = acknowledged.size + mix.uploads - (await countProfiles(store.url));
  await store.stop();
  process.stdout.write(
    `${JSON.stringify({ seconds, during, slowestAcknowledgementMs, mostMb, mix, mixLost, questions, caughtUpMs, ...outcome }, null, 2)}\n`
  );
  removeDataDirs();
  const inTime = questions.slowestMs < longestAnswerMs && questions.errors.unclear === undefined;
  const holds = inTime && mostMb <= mostFrontMb && mixLost <= 0;
  process.exitCode = holds ? exitCodeOf(outcome, seconds) : 1;
}

/** Uploads as large as real ones, whose rows would fill the memory if they were all kept there. */
async function sendMix(store: RunningStore, rate: number, seconds: number) {
  const acksMs = await sendSteadily(store, mixedClients(), { seconds, rate });
  return { uploads: acksMs.length, ackP95Ms: Math.round(quantile(acksMs, 0.95)) };
}

async function mostFrontMemoryMb(store: RunningStore, end: number): Promise<number> {
  let most = 0;
  while (Date.now() < end) {
    most = Math.max(most, residentMb(store.processId));
    await pause(1000);
  }
  return Math.round(most);
}

async function keepStopped(store: RunningStore, end: number): Promise<void> {
  const stopped = new Set<number>();
  while (Date.now() < end) {
    for (const pid of engineChildren(store.processId)) {
      if (!stopped.has(pid)) {
        stopped.add(pid);
        signal(pid, 'SIGSTOP');
      }
    }
    await pause(20);
  }
  engineChildren(store.processId).forEach((pid) => signal(pid, 'SIGCONT'));
}

/** Also those that have not said that they are ready. */
function engineChildren(front: number): number[] {
  const children = fs.readFileSync(`/proc/${front}/task/${front}/children`, 'utf8');
  return children
    .split(' ')
    .filter((pid) => pid.trim() !== '' && commandOf(pid).includes('chdb-child'))
    .map(Number);
}

function commandOf(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // The supervisor has killed it meanwhile.
  }
}

/** Longest time without an acknowledgement, ms. */
async function slowestGap(count: () => number, end: number): Promise<number> {
  let last = count();
  let sinceMs = Date.now();
  let slowest = 0;
  while (Date.now() < end) {
    await pause(50);
    if (count() !== last) {
      last = count();
      sinceMs = Date.now();
    }
    slowest = Math.max(slowest, Date.now() - sinceMs);
  }
  return slowest;
}

async function askUntil(store: RunningStore, end: number): Promise<Questions> {
  const errors: Record<string, number> = {};
  let [asked, answered, slowestMs] = [0, 0, 0];
  while (Date.now() < end) {
    asked++;
    let code: string | undefined;
    slowestMs = Math.max(slowestMs, await timeOf(async () => (code = await ask(store.url))));
    if (code === undefined) {
      answered++;
    } else {
      errors[code] = (errors[code] ?? 0) + 1;
    }
    await pause(500);
  }
  return { asked, answered, slowestMs: Math.round(slowestMs), errors };
}

/** Code of the error; `unclear` = none, or without a hint what to do. */
async function ask(url: string): Promise<string | undefined> {
  const to = Date.UTC(2026, 10, 23);
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: to - 86_400_000, to, queries: [{ refId: 'A', queryType: 'profiles' }] }),
    signal: AbortSignal.timeout(120_000),
  });
  const { results } = JSON.parse(await response.text());
  const error: { code?: string; hint?: string } | undefined = results?.A?.error;
  return error && (error.code !== undefined && error.hint ? error.code : 'unclear');
}

async function untilCaughtUp(store: RunningStore): Promise<void> {
  for (let tries = 5; ; tries--) {
    try {
      return await untilInserted(store);
    } catch (error) {
      if (tries === 0) {
        throw error;
      }
    }
  }
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return Math.round(performance.now() - started);
}

void main();

import { fork } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { randomNumbers } from '../random';
import { cutAt, flipBits, mutate } from './mutations';
import { type FuzzTarget, fuzzTargets } from './targets';

/**
 * The long form: `npm run fuzz -- --seconds 600 --from 0`, or `-- --flips 10000 --target reader-` for so many flips of each file.
 * Rounds are numbers, so two runs from the same number do the same. A child reads and writes down where it is; its parent watches
 * that it goes on.
 */
const hangMs = 20_000;
const slowMs = 2_000;
/** Every seed is cut at so many places, evenly, before it is damaged at random. */
const cuts = 200;
/** By then all code ran often, and cuts have given way to other damage: what is there on top of that at the end is growth. */
const warmRounds = 300;
/** Memory is looked at every so many rounds. */
const looksEvery = 20;
const growthLimitMb = 50;
const kept = path.join(__dirname, 'crashes');

interface Report {
  readonly kind: 'crash' | 'slow' | 'hang' | 'growth' | 'done';
  readonly text: string;
}

/** What a child is told. */
interface Task {
  readonly placeFile: string;
  /** Ends at this time or before this round, whatever comes first. */
  readonly endMs: number;
  readonly endRound: number;
  readonly from: number;
  readonly flipsOnly: boolean;
  /** How the names of the targets begin. */
  readonly target: string;
}

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

async function watch(): Promise<void> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'hotspan-fuzz-'));
  const placeFile = path.join(dir, 'place');
  const flips = argument('flips');
  const seconds = Number(argument('seconds') ?? (flips === undefined ? 600 : Infinity));
  const [flipsOnly, target] = [flips !== undefined, argument('target') ?? ''];
  const endMs = Math.min(Date.now() + seconds * 1000, Number.MAX_SAFE_INTEGER);
  const endRound = Number(flips ?? Number.MAX_SAFE_INTEGER);
  let from = Number(argument('from') ?? 0);
  let failures = 0;
  for (let done = false; !done; ) {
    writeFileSync(placeFile, '');
    const reports = await runChild({ placeFile, endMs, endRound, from, flipsOnly, target });
    const place = readFileSync(placeFile, 'utf8').trim();
    // A child that never got to a place would not get to one the next time.
    done = place === '' || reports.some(({ kind }) => kind === 'done');
    failures += reports.filter(({ kind }) => kind !== 'done').length;
    from = Number(place.split(' ')[2]) + 1;
  }
  rmSync(dir, { recursive: true });
  process.stdout.write(`${failures} failures\n`);
  process.exitCode = failures === 0 ? 0 : 1;
}

/** Ends when the child is done, hangs or dies. */
function runChild(task: Task): Promise<Report[]> {
  const { placeFile } = task;
  const child = fork(__filename, [JSON.stringify(task)], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const reports: Report[] = [];
  const report = (one: Report) => {
    reports.push(one);
    process.stdout.write(`${one.kind}: ${one.text}\n`);
  };
  let last = { place: '', atMs: Date.now() };
  const timer = setInterval(() => {
    const place = readFileSync(placeFile, 'utf8');
    last = place === last.place ? last : { place, atMs: Date.now() };
    if (Date.now() - last.atMs > hangMs && place !== '') {
      report({ kind: 'hang', text: `target, seed, round: ${place}` });
      child.kill('SIGKILL');
    }
  }, 500);
  child.on('message', (message: Report) => report(message));
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      clearInterval(timer);
      if (!reports.some(({ kind }) => kind === 'done' || kind === 'hang')) {
        report({ kind: 'crash', text: `the process ended with ${code} at ${readFileSync(placeFile, 'utf8')}` });
      }
      resolve(reports);
    });
  });
}

/**
 * `held` is still referred to, without what the collector only has not yet given back. `engine` is what V8 took, used or not, with the
 * arrays outside its heap: it goes up and down by some 60 MB with what was read last. `beside` is the rest of the process: code and
 * what the allocator lost.
 */
interface Memory {
  readonly held: number;
  readonly engine: number;
  readonly beside: number;
}

function memoryMb(): Memory {
  globalThis.gc?.();
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage();
  const mb = (bytes: number) => Math.round(bytes / 2 ** 20);
  return { held: mb(heapUsed + external), engine: mb(heapTotal + external), beside: mb(rss - heapTotal - external) };
}

/**
 * A single look may come just after a large file, so the least of the first looks is compared with the least of the last: memory that
 * is lost is never given back, and so is in every one of them.
 */
function growthOf(looks: readonly Memory[], kind: keyof Memory): { readonly from: number; readonly to: number } {
  const least = (some: readonly Memory[]) => Math.min(...some.map((look) => look[kind]));
  const part = Math.max(1, Math.min(5, looks.length >> 1));
  return { from: least(looks.slice(0, part)), to: least(looks.slice(-part)) };
}

interface Count {
  runs: number;
  read: number;
  slowestMs: number;
}

function damagedBy({ flipsOnly }: Task, bytes: Uint8Array<ArrayBuffer>, round: number): Uint8Array<ArrayBuffer> {
  if (flipsOnly) {
    return flipBits(bytes, randomNumbers(round * 7919 + bytes.length));
  }
  return round < cuts ? cutAt(bytes, round, cuts) : mutate(bytes, round);
}

function tell(kind: Report['kind'], text: string): void {
  process.send?.({ kind, text } satisfies Report);
}

async function runOne(
  { run }: FuzzTarget,
  damaged: Uint8Array<ArrayBuffer>,
  called: string,
  count: Count
): Promise<void> {
  const keep = (name: string) => writeFileSync(path.join(kept, `${name}.bin`), damaged);
  const before = process.cpuUsage();
  try {
    count.read += (await run(damaged)) ? 1 : 0;
  } catch (error) {
    keep(called);
    tell('crash', `${called}: ${error instanceof Error ? error.stack : String(error)}`);
  }
  const { user, system } = process.cpuUsage(before);
  const tookMs = Math.round((user + system) / 1000);
  count.runs++;
  count.slowestMs = Math.max(count.slowestMs, tookMs);
  if (tookMs > slowMs) {
    keep(`${called}-slow`);
    tell('slow', `${called}: ${tookMs} ms of processor time`);
  }
}

async function work(task: Task): Promise<void> {
  const place = openSync(task.placeFile, 'w');
  const targets = (await fuzzTargets()).filter(({ name }) => name.startsWith(task.target));
  const counts = targets.map((): Count => ({ runs: 0, read: 0, slowestMs: 0 }));
  const looks: Memory[] = [];
  let round = task.from;
  for (; Date.now() < task.endMs && round < task.endRound; round++) {
    if (round - task.from >= warmRounds && round % looksEvery === 0) {
      looks.push(memoryMb());
    }
    for (const [at, target] of targets.entries()) {
      for (const [seed, { name: file, bytes }] of target.seeds.entries()) {
        writeSync(place, `${at} ${seed} ${round}`.padEnd(40), 0);
        const called = `${target.name}--${path.basename(file)}-${round}`;
        await runOne(target, damagedBy(task, bytes, round), called, counts[at]);
        // What the intakes leave to the next turn, as a store's event loop would come to it, is kept until then.
        await nextTurn();
      }
    }
  }
  const growth = { held: growthOf(looks, 'held'), beside: growthOf(looks, 'beside') };
  for (const [kind, { from, to }] of Object.entries(growth)) {
    if (to - from >= growthLimitMb) {
      tell('growth', `memory (${kind}) went from ${from} to ${to} MB since round ${task.from + warmRounds}`);
    }
  }
  const lines = targets.map(({ name, seeds }, at) => {
    const { runs, read, slowestMs } = counts[at];
    return `${name}: ${seeds.length} seeds, ${runs} runs, ${read} read, ${runs - read} refused, slowest ${slowestMs} ms`;
  });
  const memory =
    looks.length === 0
      ? `memory was not looked at before round ${task.from + warmRounds}`
      : `held ${growth.held.from} to ${growth.held.to} MB, beside V8 ${growth.beside.from} to ${growth.beside.to} MB in ${looks.length} looks: ` +
        looks.map(({ held, engine, beside }) => `${held}/${engine}/${beside}`).join(' ');
  tell('done', [`rounds ${task.from} to ${round - 1}; ${memory}`, ...lines].join('\n'));
  process.disconnect?.();
}

void (process.send === undefined ? watch() : work(JSON.parse(process.argv[2])));

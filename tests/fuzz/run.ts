import { fork } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cutAt, mutate } from './mutations';
import { fuzzTargets } from './targets';

/**
 * The long form: `npm run fuzz -- --seconds 600 --from 0`. Rounds are numbers, so two runs from the same number do the same. A child
 * reads and writes down where it is; its parent watches that it goes on.
 */
const hangMs = 20_000;
const slowMs = 2_000;
/** Every seed is cut at so many places, evenly, before it is damaged at random. */
const cuts = 200;
/** By then all code ran often; what is held on top of that at the end is growth. */
const warmRounds = 50;
const kept = path.join(__dirname, 'crashes');

interface Report {
  readonly kind: 'crash' | 'slow' | 'hang' | 'done';
  readonly text: string;
}

/** What a child is told, as arguments: the file for its place, when it stops, its first round. */
interface Task {
  readonly placeFile: string;
  readonly endMs: number;
  readonly from: number;
}

function argument(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

async function watch(): Promise<void> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'hotspan-fuzz-'));
  const placeFile = path.join(dir, 'place');
  const endMs = Date.now() + argument('seconds', 600) * 1000;
  let failures = 0;
  for (let from = argument('from', 0); Date.now() < endMs; ) {
    writeFileSync(placeFile, '');
    const reports = await runChild({ placeFile, endMs, from });
    failures += reports.filter(({ kind }) => kind !== 'done').length;
    from = Number(readFileSync(placeFile, 'utf8').trim().split(' ')[2] ?? from) + 1;
  }
  rmSync(dir, { recursive: true });
  process.stdout.write(`${failures} failures\n`);
  process.exitCode = failures === 0 ? 0 : 1;
}

/** Ends when the child is done, hangs or dies. */
function runChild({ placeFile, endMs, from }: Task): Promise<Report[]> {
  const child = fork(__filename, [placeFile, String(endMs), String(from)], {
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

/** What is still referred to, without what the collector only has not yet given back. */
function heldMb(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 2 ** 20);
}

async function work({ placeFile, endMs, from }: Task): Promise<void> {
  const place = openSync(placeFile, 'w');
  const tell = (kind: Report['kind'], text: string) => process.send?.({ kind, text } satisfies Report);
  const keep = (name: string, bytes: Uint8Array) => writeFileSync(path.join(kept, `${name}.bin`), bytes);
  const targets = await fuzzTargets();
  const counts = targets.map(() => ({ runs: 0, read: 0, slowestMs: 0 }));
  let [warmMb, maxRssMb] = [0, 0];
  let round = from;
  for (; Date.now() < endMs; round++) {
    for (const [at, { name, seeds, run }] of targets.entries()) {
      for (const [seed, { name: file, bytes }] of seeds.entries()) {
        writeSync(place, `${at} ${seed} ${round}`.padEnd(40), 0);
        const damaged = round < cuts ? cutAt(bytes, round, cuts) : mutate(bytes, round);
        const called = `${name}--${path.basename(file)}-${round}`;
        const before = process.cpuUsage();
        try {
          counts[at].read += (await run(damaged)) ? 1 : 0;
        } catch (error) {
          keep(called, damaged);
          tell('crash', `${called}: ${error instanceof Error ? error.stack : String(error)}`);
        }
        const { user, system } = process.cpuUsage(before);
        const tookMs = Math.round((user + system) / 1000);
        counts[at].runs++;
        counts[at].slowestMs = Math.max(counts[at].slowestMs, tookMs);
        if (tookMs > slowMs) {
          keep(`${called}-slow`, damaged);
          tell('slow', `${called}: ${tookMs} ms of processor time`);
        }
      }
    }
    maxRssMb = Math.max(maxRssMb, Math.round(process.memoryUsage().rss / 2 ** 20));
    warmMb = round - from === warmRounds ? heldMb() : warmMb;
  }
  const lines = targets.map(({ name, seeds }, at) => {
    const { runs, read, slowestMs } = counts[at];
    return `${name}: ${seeds.length} seeds, ${runs} runs, ${read} read, ${runs - read} refused, slowest ${slowestMs} ms`;
  });
  tell(
    'done',
    [
      `rounds ${from} to ${round - 1}, at most ${maxRssMb} MB; held after ${warmRounds} rounds ${warmMb} MB, at the end ${heldMb()} MB`,
      ...lines,
    ].join('\n')
  );
  process.disconnect?.();
}

const [placeFile, endMs, from] = process.argv.slice(2);
void (process.send === undefined ? watch() : work({ placeFile, endMs: Number(endMs), from: Number(from) }));

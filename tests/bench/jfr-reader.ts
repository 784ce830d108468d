/*
 * The JFR reader over every recording of the corpus and of the recorded uploads: the first run and the best of the warm ones. Run:
 * `npm run bench -- jfr-reader`. Goals: 30 MB/s warm for files of 300 kB and more, a minute of a JVM (`main.jfr`) in 100 ms.
 */
import { defaultReaderLimits } from '../../src/model/profile';
import { readJfr } from '../../store/readers/jfr/reader';
import { jfrCorpus, jfrUploads } from '../oracle/jfr';
import { reportBench } from './store/report';

interface BenchRow {
  readonly file: string;
  readonly bytes: number;
  readonly samples: number;
  /** Milliseconds of the first run of this file; only the very first file meets code that was never run. */
  readonly firstMs: number;
  /** Best of all runs. */
  readonly bestMs: number;
  readonly megabytesPerSecond: number;
}

/** Smaller files are mostly metadata. */
const leastBytes = 300_000;

/** A busy moment of the machine should not meet one file alone. */
const turns = 4;

function timesOf(bytes: Uint8Array<ArrayBuffer>, budgetMs: number): number[] {
  const times: number[] = [];
  const until = performance.now() + budgetMs;
  while (times.length < 20 / turns || performance.now() < until) {
    const start = performance.now();
    readJfr(bytes, defaultReaderLimits);
    times.push(performance.now() - start);
  }
  return times;
}

/** One row per file, after all of them were read for `warmUpMs` each; at least 20 runs and `budgetMs` milliseconds each, in turns. */
async function run(warmUpMs = 400, budgetMs = 800): Promise<BenchRow[]> {
  const corpus = jfrCorpus().filter(({ rows }) => rows.length > 0);
  const files = [...corpus, ...(await jfrUploads())];
  const firsts = files.map(({ bytes }) => timesOf(bytes, warmUpMs)[0]);
  const best = files.map(() => Infinity);
  for (let turn = 0; turn < turns; turn++) {
    files.forEach(({ bytes }, at) => (best[at] = Math.min(best[at], ...timesOf(bytes, budgetMs / turns))));
  }
  return files.map(({ name, bytes }, index) => {
    const { samples } = readJfr(bytes, defaultReaderLimits);
    const bestMs = best[index];
    return {
      file: name,
      bytes: bytes.length,
      samples: samples.length,
      firstMs: firsts[index],
      bestMs,
      megabytesPerSecond: bytes.length / 1000 / bestMs,
    };
  });
}

function table(rows: BenchRow[]): string {
  const lines = rows.map(
    ({ file, bytes, samples, firstMs, bestMs, megabytesPerSecond }) =>
      `${file.padEnd(42)}${String(bytes).padStart(9)}${String(samples).padStart(9)}${firstMs.toFixed(1).padStart(10)}` +
      `${bestMs.toFixed(2).padStart(9)}${megabytesPerSecond.toFixed(0).padStart(7)}`
  );
  const slowest = Math.min(...rows.filter(({ bytes }) => bytes >= leastBytes).map((row) => row.megabytesPerSecond));
  const head = `${'file'.padEnd(42)}    bytes  samples  first ms  best ms   MB/s`;
  return [head, ...lines, `slowest file of ${leastBytes / 1000} kB or more: ${slowest.toFixed(0)} MB/s (goal 30)`].join(
    '\n'
  );
}

async function main(): Promise<void> {
  const rows = await run();
  reportBench('jfr-reader', rows, table(rows));
}

void main();

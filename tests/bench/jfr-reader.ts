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
  /** Best of runs whose metadata was never met: one text of it is another each time. */
  readonly newMs: number;
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

const label = 'jdk.jfr.Label';

/** The best of runs that each give a class of the metadata, which nothing asks for, a name that it never had. */
function bestOfNew(bytes: Uint8Array<ArrayBuffer>, budgetMs: number): number {
  const copy = Buffer.from(bytes);
  const places: number[] = [];
  for (let at = copy.indexOf(label); at >= 0; at = copy.indexOf(label, at + 1)) {
    places.push(at + 'jdk.jfr.'.length);
  }
  let best = places.length === 0 ? NaN : Infinity;
  for (const until = performance.now() + budgetMs; performance.now() < until; ) {
    const name = (++newNames).toString(36).padStart('Label'.length, '0');
    places.forEach((at) => copy.write(name, at, 'latin1'));
    const start = performance.now();
    readJfr(copy, defaultReaderLimits);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

let newNames = 0;

/** One row per file, after all of them were read for `warmUpMs` each; at least 20 runs and `budgetMs` milliseconds each, in turns. */
async function run(warmUpMs = 400, budgetMs = 800): Promise<BenchRow[]> {
  const corpus = jfrCorpus().filter(({ rows }) => rows.length > 0);
  const files = [...corpus, ...(await jfrUploads())];
  const firsts = files.map(({ bytes }) => timesOf(bytes, warmUpMs)[0]);
  const best = files.map(() => Infinity);
  for (let turn = 0; turn < turns; turn++) {
    files.forEach(({ bytes }, at) => (best[at] = Math.min(best[at], ...timesOf(bytes, budgetMs / turns))));
  }
  const news = files.map(({ bytes }) => bestOfNew(bytes, budgetMs));
  return files.map(({ name, bytes }, index) => {
    const { samples } = readJfr(bytes, defaultReaderLimits);
    const bestMs = best[index];
    return {
      file: name,
      bytes: bytes.length,
      samples: samples.length,
      firstMs: firsts[index],
      bestMs,
      newMs: news[index],
      megabytesPerSecond: bytes.length / 1000 / bestMs,
    };
  });
}

function table(rows: BenchRow[]): string {
  const lines = rows.map(
    ({ file, bytes, samples, firstMs, bestMs, newMs, megabytesPerSecond }) =>
      `${file.padEnd(42)}${String(bytes).padStart(9)}${String(samples).padStart(9)}${firstMs.toFixed(1).padStart(10)}` +
      `${bestMs.toFixed(2).padStart(9)}${newMs.toFixed(2).padStart(8)}${megabytesPerSecond.toFixed(0).padStart(7)}`
  );
  const slowest = Math.min(...rows.filter(({ bytes }) => bytes >= leastBytes).map((row) => row.megabytesPerSecond));
  const head = `${'file'.padEnd(42)}    bytes  samples  first ms  best ms  new ms   MB/s`;
  return [head, ...lines, `slowest file of ${leastBytes / 1000} kB or more: ${slowest.toFixed(0)} MB/s (goal 30)`].join(
    '\n'
  );
}

async function main(): Promise<void> {
  const rows = await run();
  reportBench('jfr-reader', rows, table(rows));
}

void main();

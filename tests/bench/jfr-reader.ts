/*
 * The JFR reader over every recording of the corpus and of the recorded uploads: the first run and the best of the warm ones. Run:
 * `npx tsx tests/bench/jfr-reader.ts`. Goals: 30 MB/s warm for files of 300 kB and more, a minute of a JVM (`main.jfr`) in 100 ms.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { defaultReaderLimits } from '../../src/model/profile';
import type * as reader from '../../store/readers/jfr/reader';
import { jfrCorpus, jfrUploads } from '../oracle/jfr';

export interface BenchRow {
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
export const leastBytes = 300_000;

const here = path.dirname(fileURLToPath(import.meta.url));

/** The reader as the store ships it: bundled, without what tsx adds to functions. */
async function builtReader(): Promise<typeof reader> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hotspan-bench-'));
  const outfile = path.join(folder, 'reader.cjs');
  const entry = path.join(here, '../../store/readers/jfr/reader.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', target: 'node20', logLevel: 'error' });
  const built: typeof reader = createRequire(import.meta.url)(outfile);
  rmSync(folder, { recursive: true });
  return built;
}

/** One row per file, at least 20 runs and `budgetMs` milliseconds each. */
export async function run(budgetMs = 400): Promise<BenchRow[]> {
  const { readJfr } = await builtReader();
  const corpus = jfrCorpus().filter(({ rows }) => rows.length > 0);
  return [...corpus, ...(await jfrUploads())].map(({ name, bytes }) => {
    const times: number[] = [];
    let samples = 0;
    const until = performance.now() + budgetMs;
    while (times.length < 20 || performance.now() < until) {
      const start = performance.now();
      samples = readJfr(bytes, defaultReaderLimits).samples.length;
      times.push(performance.now() - start);
    }
    const bestMs = Math.min(...times);
    return {
      file: name,
      bytes: bytes.length,
      samples,
      firstMs: times[0],
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
  const folder = path.join(here, '../../test-output');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'bench-jfr-reader.json'), JSON.stringify(rows, null, 2));
  process.stdout.write(`${table(rows)}\n`);
}

if (process.argv[1]?.endsWith('jfr-reader.ts')) {
  void main();
}

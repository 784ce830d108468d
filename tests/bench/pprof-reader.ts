/*
 * The pprof reader against pprof-format, per corpus file and for the larger recorded uploads. Run: `npm run
 * bench -- pprof-reader`. pprof-format only decodes messages; our reader also checks every reference, resolves names, interns
 * frames, stacks and contexts. `same work` is pprof-format followed by filling the same builder.
 */
import { Profile as PprofFormat } from 'pprof-format';
import { defaultReaderLimits } from '../../src/model/profile';
import { ProfileBuilder } from '../../src/model/profile-builder';
import { frameNames } from '../../src/model/frame-names';
import { pprofReader } from '../../store/readers/pprof/reader';
import { pprofCorpus, pprofUploads } from '../oracle/uploads';
import { reportBench } from './store/report';

interface BenchRow {
  readonly file: string;
  readonly bytes: number;
  /** Best of all runs, milliseconds. */
  readonly readerMs: number;
  readonly pprofFormatMs: number;
  readonly sameWorkMs: number;
  /** pprof-format ÷ reader: decoding only. */
  readonly ratio: number;
  /** Same work ÷ reader. */
  readonly sameWorkRatio: number;
}

const recorded = [
  'recordings/dd-python-2 profile.pprof',
  'recordings/dd-go-2 cpu.pprof',
  'recordings/dd-node-2 wall.pprof',
];

const turns = 5;

/** Best of at least 20 runs and `budgetMs` milliseconds of each. They take turns, so that a busy moment of the machine meets all. */
function bestOf(budgetMs: number, works: ReadonlyArray<() => void>): number[] {
  const best = works.map(() => Infinity);
  for (let turn = 0; turn < turns; turn++) {
    works.forEach((work, at) => (best[at] = Math.min(best[at], bestOfTurn(budgetMs / turns, work))));
  }
  return best;
}

function bestOfTurn(budgetMs: number, work: () => void): number {
  let best = Infinity;
  const until = performance.now() + budgetMs;
  for (let runs = 0; runs < 20 / turns || performance.now() < until; runs++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** What a reader on top of pprof-format does at least: resolve names, intern frames and stacks, collect values. */
function readWithPprofFormat(bytes: Uint8Array): void {
  const profile = PprofFormat.decode(bytes);
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)];
  const types = profile.sampleType.map(({ type, unit }) => ({ type: text(type), unit: text(unit) }));
  const builder = new ProfileBuilder(types);
  const functions = new Map(profile.function.map((one) => [String(one.id), one]));
  const frames = new Map(
    profile.location.map(({ id, line }) => [
      String(id),
      line.map((one) => {
        const { name, filename } = functions.get(String(one.functionId)) ?? { name: 0, filename: 0 };
        const source = { name: text(name), file: text(filename), mapping: '', language: '' } as const;
        const { className, packageName, library, kind } = frameNames(source);
        return builder.frame({
          method: builder.string(source.name),
          className: builder.string(className),
          packageName: builder.string(packageName),
          library: builder.string(library),
          file: builder.string(source.file),
          line: Number(one.line),
          kind,
        });
      }),
    ])
  );
  for (const sample of profile.sample) {
    const stack = Uint32Array.from(sample.locationId.flatMap((id) => frames.get(String(id)) ?? []));
    const labels = new Map(
      sample.label.map((label) => [text(label.key), label.str ? text(label.str) : BigInt(label.num)])
    );
    const thread = String(labels.get('thread name') ?? '');
    const endpoint = String(labels.get('trace endpoint') ?? '');
    const base = builder.sample(builder.stack(stack, stack.length), builder.context({ thread, endpoint }));
    builder.values.set(sample.value.map(Number), base);
  }
  builder.finish();
}

/** One row per file. */
async function run(budgetMs = 400): Promise<BenchRow[]> {
  const uploads = (await pprofUploads()).filter(({ name }) => recorded.includes(name));
  const files = [...pprofCorpus(), ...uploads];
  const measure = ({ name, bytes }: { name: string; bytes: Uint8Array<ArrayBuffer> }, budget: number): BenchRow => {
    const [readerMs, pprofFormatMs, sameWorkMs] = bestOf(budget, [
      () => pprofReader.read(bytes, defaultReaderLimits),
      () => PprofFormat.decode(bytes),
      () => readWithPprofFormat(bytes),
    ]);
    const ratios = { ratio: pprofFormatMs / readerMs, sameWorkRatio: sameWorkMs / readerMs };
    return { file: name, bytes: bytes.length, readerMs, pprofFormatMs, sameWorkMs, ...ratios };
  };
  // Both are compiled for all files before the first is measured.
  files.forEach((file) => measure(file, budgetMs / 4));
  return files.map((file) => measure(file, budgetMs));
}

function geometricMean(values: number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function table(rows: BenchRow[]): string {
  const cell = (value: number, width: number) => value.toFixed(3).padStart(width);
  const lines = rows.map(
    (row) =>
      `${row.file.padEnd(40)}${String(row.bytes).padStart(9)}${cell(row.readerMs, 10)}${cell(row.pprofFormatMs, 14)}` +
      `${cell(row.sameWorkMs, 11)}${row.ratio.toFixed(1).padStart(8)}${row.sameWorkRatio.toFixed(1).padStart(12)}`
  );
  const head = `${'file'.padEnd(40)}    bytes reader ms  pprof-format  same work   ratio  same ratio`;
  const mean = (pick: (row: BenchRow) => number) => geometricMean(rows.map(pick)).toFixed(1);
  const worst = (pick: (row: BenchRow) => number) => Math.min(...rows.map(pick)).toFixed(1);
  const ending =
    `geometric mean: ratio ${mean((row) => row.ratio)}, same work ${mean((row) => row.sameWorkRatio)}; ` +
    `worst: ${worst((row) => row.ratio)}, ${worst((row) => row.sameWorkRatio)}`;
  return [head, ...lines, ending].join('\n');
}

async function main(): Promise<void> {
  const rows = await run();
  reportBench('pprof-reader', rows, table(rows));
}

void main();

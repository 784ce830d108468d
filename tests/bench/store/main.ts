/**
 * The store's own figures: `npm run bench:store [-- --full] [--data-dir FOLDER] [--only ingest|queries|PART-OF-A-QUESTION]
 * [--seconds 10] [--runs 10]`. Ingest by
 * connections and at half load, then every latency row of DESIGN §9 on a filled folder, first answers after a start and warm,
 * and how cost grows. Without `--data-dir` a folder is filled: two hours of a big service and a day of 20 small ones, with `--full`
 * a day of over 20 M samples and a week of over 2 M profiles. A folder that is named is copied first. Figures are written as they
 * come, so that a run that is cut short is not lost; `--only 'flame graph'` asks the questions with these words in their names.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { removeDataDirs, startStore } from '../../integration/start-store';
import { fillFolder, type FolderContent, type FolderOptions } from '../generator/fill-folder';
import { folderBytes, machineLoad, printTable, quantile, rounded, togetherMb } from './meter';
import { countProfiles, jvmRecording, mixedClients, runLoad, visibleAfter, type LoadRow } from './load';
import { sendTimedUpload } from './timed-upload';
import { askFirst, findKnown, measureWarm, questionsOf, type QuestionRow } from './questions';

const { values: flags } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    'data-dir': { type: 'string' },
    only: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    runs: { type: 'string' },
  },
});

const fullFolder: FolderOptions = { seed: 1, dayHosts: 10, dayMinutes: 1440, services: 20, hosts: 10, days: 7 };
const shortFolder: FolderOptions = { seed: 1, dayHosts: 10, dayMinutes: 60, services: 20, hosts: 2, days: 1 };
const seconds = Number(flags.seconds);
const runs = Number(flags.runs ?? (flags.full ? 20 : 10));
/** Part of the names of questions; '' = all. */
const onlyQuestions = flags.only === undefined || flags.only === 'queries' ? '' : flags.only;
const output = 'test-output/bench-store.json';

interface Fact {
  readonly fact: string;
  readonly value: number;
  readonly goal?: string;
  readonly short?: boolean;
}

function atMost(fact: string, value: number, goal: number): Fact {
  return { fact, value: rounded(value), goal: `<= ${goal}`, short: value > goal };
}

function atLeast(fact: string, value: number, goal: number): Fact {
  return { fact, value: rounded(value), goal: `>= ${goal}`, short: value < goal };
}

async function benchIngest(): Promise<{ rows: LoadRow[]; facts: Fact[] }> {
  const store = await startStore();
  try {
    const idleMb = togetherMb(store.processId, store.engineProcessId());
    const recordings = mixedClients();
    const idle = await visibleAfter(store, recordings[1], 15);
    const rows: LoadRow[] = [];
    for (const connections of [1, 8, 32]) {
      rows.push(await runLoad(store, { what: 'mix', recordings, connections, seconds }));
    }
    const best = Math.max(...rows.map(({ uploadsPerSecond }) => uploadsPerSecond));
    const half = await runLoad(store, {
      what: 'mix at half load',
      recordings,
      connections: 64,
      seconds,
      rate: best / 2,
    });
    const jvm = await runLoad(store, { what: '60 s JVM', recordings: [jvmRecording()], connections: 8, seconds });
    const busy = await visibleUnderLoad(store, recordings);
    const facts = [
      atLeast('mix: uploads/s', best, 80),
      atLeast('60 s JVM: uploads/s', jvm.uploadsPerSecond, 15),
      atMost('ack at half load: p95 ms', half.ackP95Ms, 35),
      atMost('visible, idle: p50 ms', quantile(idle, 0.5), 100),
      atMost('visible, full load: p95 ms', quantile(busy, 0.95), 1500),
      atMost('memory idle MB', idleMb, 400),
      atMost('memory under load MB', Math.max(...rows.map(({ memoryMb }) => memoryMb)), 1536),
    ];
    return { rows: [...rows, half, jvm], facts };
  } finally {
    await store.stop();
  }
}

/** Newer uploads make the count grow as well, so this is until the next insert after the answer: a lower bound by one batch. */
async function visibleUnderLoad(
  store: Parameters<typeof runLoad>[0],
  recordings: ReturnType<typeof mixedClients>
): Promise<number[]> {
  const load = runLoad(store, { what: 'background', recordings, connections: 16, seconds });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const waits = await visibleAfter(store, recordings[1], 10);
  await load;
  return waits;
}

async function benchQueries(): Promise<{ rows: QuestionRow[]; facts: Fact[]; content: FolderContent }> {
  const { dataDir, content } = await filledFolder();
  let store = await startStore({ dataDir });
  try {
    const known = await findKnown(store.url, content);
    const timedSpanId = await sendTimedUpload(store, content);
    const questions = questionsOf(content, { ...known, timedSpanId }).filter(({ name }) =>
      name.includes(onlyQuestions)
    );
    const rows: QuestionRow[] = [];
    for (const question of questions) {
      // Growth is about warm answers; a start for each question would take longer than all of them.
      let coldMs = NaN;
      if (question.goalMs !== undefined) {
        await store.stop();
        store = await startStore({ dataDir });
        coldMs = (await askFirst(store.url, question, content.endMs)).ms;
      }
      const warm = await measureWarm(store.url, question, content.endMs, runs);
      rows.push({ ...warm, coldMs: rounded(coldMs) });
      write({ ingest, queries: { rows, content } });
      process.stdout.write(
        `${question.name}: first ${rounded(coldMs)}, then p50 ${warm.p50Ms}, p95 ${warm.p95Ms} ms\n`
      );
    }
    const profiles = await countProfiles(store.url);
    const bytes = folderBytes(path.join(dataDir, 'engine'));
    const facts: Fact[] = [
      { fact: 'samples of the big service', value: content.daySamples },
      { fact: 'profiles', value: profiles },
      // What a row of `samples` takes, and what the goal is about, says store/disk.ts.
      { fact: 'bytes of the engine folder', value: bytes },
      {
        fact: 'memory after the questions MB',
        value: togetherMb(store.processId, store.engineProcessId()),
      },
    ];
    return { rows, facts, content };
  } finally {
    await store.stop();
  }
}

/** Part files are never written again, so a copy costs little; the folder that was named stays as it is. */
async function filledFolder(): Promise<{ dataDir: string; content: FolderContent }> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-bench-'));
  process.once('exit', () => fs.rmSync(dataDir, { recursive: true, force: true }));
  const named = flags['data-dir'];
  if (named !== undefined) {
    fs.cpSync(named, dataDir, { recursive: true });
    const content: FolderContent = JSON.parse(fs.readFileSync(path.join(named, 'bench.json'), 'utf8'));
    return { dataDir, content };
  }
  const content = await fillFolder(dataDir, flags.full ? fullFolder : shortFolder, (line) =>
    process.stdout.write(`${line}\n`)
  );
  return { dataDir, content };
}

const loadBefore = machineLoad();

function write(figures: object): void {
  fs.mkdirSync(path.dirname(output), { recursive: true });
  const load = machineLoad();
  fs.writeFileSync(output, JSON.stringify({ node: process.version, loadBefore, load, ...figures }, null, 2));
}

const ingest = flags.only === undefined || flags.only === 'ingest' ? await benchIngest() : undefined;
const queries = flags.only === 'ingest' ? undefined : await benchQueries();
removeDataDirs();
const facts = [...(ingest?.facts ?? []), ...(queries?.facts ?? [])].map((fact) => ({
  ...fact,
  short: fact.short ? 'SHORT' : '',
}));
if (ingest) {
  process.stdout.write(`\n${printTable(ingest.rows.map((row) => ({ ...row })))}\n`);
}
if (queries) {
  const shown = queries.rows.map((row) => ({ ...row, short: row.short ? 'SHORT' : '' }));
  process.stdout.write(`\n${printTable(shown)}\n`);
}
process.stdout.write(`\n${printTable(facts)}\n`);
process.stdout.write(`load of the machine ${loadBefore} before, ${machineLoad()} after\n`);
write({ ingest, queries, facts });

/**
 * What a data folder's bytes are: `node tests/bench/run.mjs store/disk --data-dir FOLDER [--merge]`. The folder should be one that
 * `generator/main` filled, and no store may run on it. Bytes of each table and column in active parts; `--merge` brings the folder to
 * the newest schema and merges all parts first. A sample is a row of `samples`: what one upload counted of one type for one stack,
 * thread and span. Files of several types have fewer samples of their own; the figure for those is told too.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { startChdbEngine } from '../../../store/engines/chdb';
import type { Engine } from '../../../store/engines/engine';
import { migrate } from '../../../store/engines/schema/migrate';
import type { FolderContent } from '../generator/fill-folder';
import { folderBytes, machineLoad, printTable } from './meter';

const { values: flags } = parseArgs({
  options: { 'data-dir': { type: 'string' }, merge: { type: 'boolean', default: false } },
});
const tables = ['samples', 'profile_spans', 'samples_1h', 'rollup_hours', 'profiles', 'stacks', 'frames'];
const goal = 9.5;

interface Part {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

async function readParts(engine: Engine, sql: string): Promise<Part[]> {
  const columns = await engine.select({ sql });
  const [rows, bytes] = [columns.bigints('row_count'), columns.bigints('bytes')];
  return columns.strings('name').map((name, at) => ({ name, rows: Number(rows[at]), bytes: Number(bytes[at]) }));
}

const tableBytes = (
  active: 0 | 1
) => `SELECT toString(table) AS name, sum(rows) AS row_count, sum(bytes_on_disk) AS bytes
  FROM system.parts WHERE database = currentDatabase() AND active = ${active} GROUP BY name ORDER BY bytes DESC`;
const columnBytes = `SELECT concat(table, '.', column) AS name, sum(rows) AS row_count, sum(column_bytes_on_disk) AS bytes
  FROM system.parts_columns WHERE database = currentDatabase() AND active GROUP BY name ORDER BY bytes DESC LIMIT 20`;

async function measure(dataDir: string): Promise<void> {
  const content: FolderContent = JSON.parse(fs.readFileSync(path.join(dataDir, 'bench.json'), 'utf8'));
  const childFile = path.join(process.env.STORE_BUILD ?? path.resolve('build/store'), 'chdb-child.mjs');
  const folder = path.join(dataDir, 'engine');
  const engine = await startChdbEngine({ dataDir: folder, childFile, logger: pino({ level: 'warn' }) });
  try {
    if (flags.merge) {
      await migrate(engine);
    }
    for (const table of flags.merge ? tables : []) {
      await engine.command({ sql: `OPTIMIZE TABLE ${table} FINAL` });
    }
    const active = await readParts(engine, tableBytes(1));
    const waiting = await readParts(engine, tableBytes(0));
    report(content, { active, waiting, columns: await readParts(engine, columnBytes), folder: folderBytes(folder) });
  } finally {
    await engine.close();
  }
}

interface Sizes {
  readonly active: readonly Part[];
  /** Merged away, not yet removed. */
  readonly waiting: readonly Part[];
  readonly columns: readonly Part[];
  readonly folder: number;
}

function report(content: FolderContent, { active, waiting, columns, folder }: Sizes): void {
  const samples = active.find(({ name }) => name === 'samples')?.rows ?? NaN;
  const total = active.reduce((sum, { bytes }) => sum + bytes, 0);
  const line = ({ name, rows, bytes }: Part) => ({
    name,
    rows,
    MB: bytes / 2 ** 20,
    'bytes each': bytes / rows,
    'bytes per sample': Math.round((bytes / samples) * 100) / 100,
  });
  const facts = {
    samples,
    fileSamples: content.daySamples,
    bytes: total,
    bytesPerSample: total / samples,
    goal,
    short: total / samples > goal,
    bytesPerFileSample: total / content.daySamples,
    waitingBytes: waiting.reduce((sum, { bytes }) => sum + bytes, 0),
    folderBytes: folder,
    load: machineLoad(),
  };
  process.stdout.write(`${printTable(active.map(line))}\n\n${printTable(columns.map(line))}\n\n`);
  process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`);
  fs.mkdirSync('test-output', { recursive: true });
  fs.writeFileSync(
    'test-output/bench-disk.json',
    JSON.stringify({ content, facts, active, waiting, columns }, null, 2)
  );
}

if (flags['data-dir'] === undefined) {
  throw new Error('--data-dir names a folder that generator/main filled');
}
await measure(path.resolve(flags['data-dir']));

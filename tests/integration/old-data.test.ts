import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startChdbEngine } from '../../store/engines/chdb';
import { migrate } from '../../store/engines/schema/migrate';
import { migrations } from '../../store/engines/schema/migrations';
import { tableColumns } from '../../store/engines/table-rows';
import { buildDueCells } from '../../store/rollup';
import { plainTable } from './plain-answers';
import { makeEncoder, openQueryStore, rowsOf, type QueryStore } from './query-store';
import { randomFractions } from '../random';
import { randomUpload, storable, type PlainUpload } from './random-uploads';
import { newDataDir, removeDataDirs } from './start-store';

/**
 * Data folders as each version of the schema wrote them, in tests/fixtures/data-folders/<version>.tar.gz: they are opened, migrated
 * and give the numbers of the uploads that went in. A new version's folder is made once and kept:
 * `MAKE_DATA_FOLDER=1 npx jest tests/integration/old-data --selectProjects node`
 */
const folders = path.resolve(__dirname, '../fixtures/data-folders');
const versions = migrations.map(({ id }) => id);
const fromMs = Date.UTC(2026, 10, 23, 8, 5);
const toMs = fromMs + 4 * 3600_000;
const random = randomFractions(5);
const uploads = Array.from({ length: 12 }, () => randomUpload(random, fromMs, toMs));
const everything = { from: fromMs, to: toMs };

let store: QueryStore | undefined;
afterEach(async () => {
  await store?.close();
  store = undefined;
});
afterAll(removeDataDirs);

function startIn(dataDir: string) {
  return startChdbEngine({
    dataDir: path.join(dataDir, 'engine'),
    childFile: path.resolve(__dirname, '../../build/store/chdb-child.mjs'),
    logger: { info: () => undefined, warn: () => undefined },
  });
}

/** Writes the uploads as a store of that version did: columns that it did not know are left out. */
async function makeFolder(version: number): Promise<void> {
  const dataDir = newDataDir();
  const engine = await startIn(dataDir);
  const known = migrations.filter(({ id }) => id <= version);
  await migrate(engine, known);
  const encode = await makeEncoder();
  const rows = uploads.map((upload) => encode(storable(upload)).tables);
  for (const table of ['frames', 'stacks', 'samples', 'profile_spans', 'profiles'] as const) {
    const file = path.join(dataDir, `${table}.bin`);
    fs.writeFileSync(file, Buffer.concat(rows.map((tables) => tables[table])));
    const there = await engine.select({ sql: `SELECT name FROM system.columns WHERE table = '${table}'` });
    const columns = tableColumns[table].filter(([name]) => there.strings('name').includes(name));
    const names = columns.map(([name]) => name).join(', ');
    const structure = tableColumns[table].map(([name, type]) => `${name} ${type}`).join(', ');
    const source = `file('${file}', 'RowBinary', '${structure.replaceAll("'", "\\'")}')`;
    await engine.command({ sql: `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${source}` });
    fs.rmSync(file);
  }
  if (version >= 4) {
    await buildDueCells(engine, toMs + 3 * 3600_000);
  }
  await engine.close();
  fs.mkdirSync(folders, { recursive: true });
  execFileSync('tar', ['-czf', path.join(folders, `${version}.tar.gz`), '-C', dataDir, 'engine']);
}

if (process.env.MAKE_DATA_FOLDER) {
  it.each(versions.filter((version) => !fs.existsSync(path.join(folders, `${version}.tar.gz`))))(
    'makes the folder of version %i',
    makeFolder,
    60_000
  );
}

function withoutLabels(upload: PlainUpload): PlainUpload {
  return { ...upload, samples: upload.samples.map((sample) => ({ ...sample, labels: [] })) };
}

it.each(versions)(
  'opens and migrates a data folder of version %i',
  async (version) => {
    const dataDir = newDataDir();
    execFileSync('tar', ['-xzf', path.join(folders, `${version}.tar.gz`), '-C', dataDir]);
    store = await openQueryStore(undefined, () => startIn(dataDir));
    const applied = await store.engine.select({ sql: 'SELECT DISTINCT id FROM schema_migrations ORDER BY id' });
    expect(Array.from(applied.numbers('id'))).toEqual(versions);
    const known = version >= 5 ? uploads : uploads.map(withoutLabels);
    for (const [profileType, dimension] of [
      ['cpu-time', 'method'],
      ['allocations', 'method'],
      ['cpu-time', 'sampleLabel'],
    ] as const) {
      const query = { queryType: 'dimension', profileType, dimension } as const;
      const { frames } = await store.query(everything, query);
      const { rows } = plainTable(known, query, everything);
      const found = rowsOf(frames[0]).map(({ name, self, total, samples }) => [name, { self, total, samples }]);
      expect(Object.fromEntries(found as Array<[string, unknown]>)).toEqual(Object.fromEntries(rows));
    }
    expect(await buildDueCells(store.engine, toMs + 5 * 3600_000)).toBe(version >= 4 ? 0 : 9);
  },
  60_000
);

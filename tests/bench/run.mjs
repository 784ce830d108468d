// `node tests/bench/run.mjs NAME [flags]`: bundles tests/bench/NAME.ts as the store is bundled and runs it beside a build of the store
// of its own, whose folder is in STORE_BUILD. A loader that compiles file by file would slow down what is measured.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { storeBundle, storeEntries } from '../../scripts/store-bundle.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const [name, ...flags] = process.argv.slice(2);
fs.mkdirSync(path.join(root, 'build'), { recursive: true });
// Beside node_modules, where the bundle finds its packages.
const folder = fs.mkdtempSync(path.join(root, 'build', 'bench-'));
const bench = `tests/bench/${name}.ts`;
await build({
  ...storeBundle('bench'),
  absWorkingDir: root,
  entryPoints: [bench, ...storeEntries].map((file) => ({
    in: file,
    out: file === bench ? 'bench' : path.basename(file, '.ts'),
  })),
  outdir: folder,
  packages: 'external',
});
const child = spawn(process.execPath, ['--enable-source-maps', path.join(folder, 'bench.mjs'), ...flags], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, STORE_BUILD: folder, STORE_MAIN: path.join(folder, 'main.mjs') },
});
const stop = () => child.kill('SIGTERM');
process.once('SIGINT', stop).once('SIGTERM', stop);
child.on('exit', (code, signal) => {
  fs.rmSync(folder, { recursive: true, force: true });
  process.exitCode = code ?? 128 + (os.constants.signals[signal] ?? 0);
});

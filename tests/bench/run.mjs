// `node tests/bench/run.mjs NAME [flags]`: bundles tests/bench/NAME.ts as the store is bundled and runs it. A loader that compiles
// file by file would slow down what is measured.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const [name, ...flags] = process.argv.slice(2);
// Beside node_modules, where the bundle finds its packages.
const folder = fs.mkdtempSync(path.join(root, 'build', 'bench-'));
const outfile = path.join(folder, `${path.basename(name)}.mjs`);
await build({
  absWorkingDir: root,
  entryPoints: [path.join('tests/bench', `${name}.ts`)],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  packages: 'external',
  logLevel: 'warning',
});
const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...flags], { cwd: root, stdio: 'inherit' });
child.on('exit', (code, signal) => {
  fs.rmSync(folder, { recursive: true, force: true });
  process.exitCode = code ?? 128 + (os.constants.signals[signal] ?? 0);
});

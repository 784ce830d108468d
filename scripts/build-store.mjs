// Bundles the store into build/store: one file per process (main, engine child, parse worker), packages left outside.
import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const { dependencies, optionalDependencies, version } = JSON.parse(
  fs.readFileSync(path.join(root, 'package.json'), 'utf8')
);

// Each of these is a process or worker of its own; the names are fixed, `store/main.ts` finds them beside itself.
const entries = ['store/main.ts', 'store/engines/chdb-child.ts', 'store/ingest/parse-worker.ts'];

await build({
  absWorkingDir: root,
  entryPoints: entries.filter((file) => fs.existsSync(path.join(root, file))),
  outdir: 'build/store',
  entryNames: '[name]',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  external: Object.keys({ ...dependencies, ...optionalDependencies }),
  define: { 'process.env.HOTSPAN_VERSION': JSON.stringify(version) },
  logLevel: 'warning',
});

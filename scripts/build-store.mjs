// Bundles the store into build/store: one file per process (main, engine child, parse worker), packages left outside.
import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { storeBundle, storeEntries } from './store-bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { dependencies, optionalDependencies, version } = JSON.parse(
  fs.readFileSync(path.join(root, 'package.json'), 'utf8')
);

await build({
  ...storeBundle(version),
  absWorkingDir: root,
  entryPoints: storeEntries,
  outdir: 'build/store',
  entryNames: '[name]',
  external: Object.keys({ ...dependencies, ...optionalDependencies }),
});

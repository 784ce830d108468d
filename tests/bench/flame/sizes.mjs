// What the panel's code weighs on the wire, without what Grafana itself provides.
import { build } from 'esbuild';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../../../scripts/steps.mjs';

const room = path.join(root, 'src/panels/flamegraph');
const provided = ['react', 'react-dom', 'rxjs', '@emotion/*', '@grafana/*'];

/** The renderer is the drawing with all that is around it, the module the whole panel. What loads on demand isn't counted. */
const entries = { painterKB: 'flame-painter.ts', rendererKB: 'flame-graph.tsx', moduleKB: 'module.tsx' };

async function gzipKB(file) {
  const { outputFiles, metafile } = await build({
    entryPoints: [path.join(room, file)],
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    external: provided,
    outdir: root,
    entryNames: 'entry',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const names = loadedAtOnce(metafile.outputs);
  const files = outputFiles.filter((output) => names.has(path.basename(output.path)));
  return files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0) / 1000;
}

/** Names of the files that the entry needs before it runs. */
function loadedAtOnce(outputs) {
  const byName = new Map(Object.entries(outputs).map(([name, output]) => [path.basename(name), output]));
  const found = new Set(['entry.js']);
  for (const name of found) {
    const imports = byName.get(name)?.imports ?? [];
    imports.filter(({ kind }) => kind === 'import-statement').forEach((one) => found.add(path.basename(one.path)));
  }
  return found;
}

export async function codeSizes() {
  const sizes = await Promise.all(Object.entries(entries).map(async ([key, file]) => [key, await gzipKB(file)]));
  return Object.fromEntries(sizes.map(([key, size]) => [key, Math.round(size * 10) / 10]));
}

// What the panel's code weighs on the wire, without what Grafana itself provides.
import { build } from 'esbuild';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../../../scripts/steps.mjs';
import { outside } from './from-host.mjs';

const room = path.join(root, 'src/panels/flamegraph');

/** The renderer is the drawing with all that is around it, the module the whole panel. What loads on demand isn't counted. */
const entries = { painterKB: 'flame-painter.ts', rendererKB: 'flame-graph.tsx', moduleKB: 'module.tsx' };

/** As the build does: what is imported at once is one file, what is loaded on demand is others. */
const onDemand = {
  name: 'on demand',
  setup: (build) =>
    build.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined
    ),
};

async function gzipKB(file) {
  const { outputFiles } = await build({
    entryPoints: [path.join(room, file)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    plugins: [outside, onDemand],
    write: false,
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length / 1000;
}

export async function codeSizes() {
  const sizes = await Promise.all(Object.entries(entries).map(async ([key, file]) => [key, await gzipKB(file)]));
  return Object.fromEntries(sizes.map(([key, size]) => [key, Math.round(size * 10) / 10]));
}

// How the store is bundled, for its build and for benches that run beside it: packages stay outside, one file per process.

/** Each of these is a process or worker of its own; the names are fixed, `store/main.ts` finds them beside itself. */
export const storeEntries = ['store/main.ts', 'store/engines/chdb-child.ts', 'store/ingest/parse-worker.ts'];

/** esbuild's options. */
export const storeBundle = (version) => ({
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  define: { 'process.env.HOTSPAN_VERSION': JSON.stringify(version) },
  logLevel: 'warning',
});

// Production build: the plugin (webpack), its Go backend for this machine, the store. `--host` adds the test host,
// `--releases` the backends of all platforms.
import { ensurePackages, exists, mustStep } from './steps.mjs';

const wants = new Set(process.argv.slice(2));

await ensurePackages();
await mustStep('build the store', 'node', ['scripts/build-store.mjs']);
await mustStep('build the plugin', 'node_modules/.bin/webpack', ['-c', './webpack.config.ts', '--env', 'production'], {
  env: { TS_NODE_PROJECT: 'tsconfig.webpack.json' },
});
if (wants.has('--releases')) {
  await mustStep('build the backend for all platforms', 'go', ['tool', 'mage', 'buildAll']);
} else {
  await mustStep('build the backend (Go; the first time about two minutes)', 'node', ['scripts/build-backend.mjs']);
}
if (wants.has('--host') && exists('scripts/build-host.mjs')) {
  await mustStep('build the test host', 'node', ['scripts/build-host.mjs']);
}

// `npm run dev`: webpack in watch mode, the store restarted when its code changes, the test host. Needs one `npm run build -- --host` before.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { bin, ensurePackages, exists, mustStep, root } from './steps.mjs';

await ensurePackages();
if (!exists('tests/host/bin/host') || !exists('dist/datasource/plugin.json')) {
  await mustStep('first build', 'node', ['scripts/build.mjs', '--host']);
}

const env = {
  ...process.env,
  TS_NODE_PROJECT: 'tsconfig.webpack.json',
  HOTSPAN_URL: 'http://127.0.0.1:4140',
  HOTSPAN_TOKEN: '',
};
const children = [
  [bin('webpack'), ['-w', '-c', './webpack.config.ts', '--env', 'development']],
  [process.execPath, ['scripts/watch-store.mjs']],
  [
    'tests/host/bin/host',
    ['--dist', 'dist', '--provisioning', 'provisioning', '--web', 'tests/host/web/dist', '--listen', '127.0.0.1:3000'],
  ],
].map(([command, args]) => spawn(command, args, { cwd: root, env, stdio: 'inherit' }));

console.log(`store on http://127.0.0.1:4140 with data in ${path.join(root, 'data')}, host on http://127.0.0.1:3000`);
process.on('SIGINT', () => children.forEach((child) => child.kill('SIGTERM')));

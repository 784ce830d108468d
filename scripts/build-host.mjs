// Builds the test host: its page into tests/host/web/dist, its server into tests/host/bin/host.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-trimpath' };

execFileSync(process.execPath, ['tests/host/web/build.mjs'], { cwd: root, stdio: 'inherit' });
execFileSync('go', ['build', '-ldflags', '-s -w', '-o', 'tests/host/bin/host', './tests/host/server'], {
  cwd: root,
  stdio: 'inherit',
  env,
});

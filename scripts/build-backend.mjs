// Builds the datasource's Go backend for this machine into dist/datasource, where Grafana looks for it by that name.
// The flags are those of `go test` and `go vet` too: with others Go compiles everything again.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const goos = { win32: 'windows', darwin: 'darwin' }[process.platform] ?? 'linux';
const goarch = { arm64: 'arm64', arm: 'arm' }[process.arch] ?? 'amd64';
const file = path.join('dist/datasource', `gpx_hotspan_${goos}_${goarch}${goos === 'windows' ? '.exe' : ''}`);

execFileSync('go', ['build', '-ldflags', '-s -w', '-o', file, './pkg'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-trimpath' },
});

// `npm run demo`: from a fresh clone to a dashboard in the browser. Installs, builds, starts the store on an empty data
// folder with the embedded engine, sends it real profiles, starts the test host with the provisioned dashboards.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root, run } from './steps.mjs';

const folder = path.join(root, '.demo');
const wants = new Set(process.argv.slice(2));
const started = performance.now();
const elapsed = () => `${Math.round((performance.now() - started) / 1000)} s`;

function checkTools() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old, Hotspan needs 20.19 or newer.`);
  }
  if (spawnSync('go', ['version']).status !== 0) {
    throw new Error('Go is not installed. The datasource backend needs Go 1.24 or newer: https://go.dev/doc/install');
  }
}

/** A small ddtrace program that keeps sending, where Python and PyPI are at hand. */
async function startPython(storeUrl, signal) {
  const python = ['python3.12', 'python3.13', 'python3'].find(
    (name) => spawnSync(name, ['-c', 'import venv']).status === 0
  );
  if (!python) {
    return console.log('  (no Python here: only recorded uploads are shown)');
  }
  const venv = path.join(folder, 'venv');
  const pip = path.join(venv, 'bin/pip');
  if (!fs.existsSync(path.join(venv, 'bin/ddtrace-run'))) {
    console.log('▸ install ddtrace for a live Python program (in the background)');
    await run(python, ['-m', 'venv', venv], { quiet: true });
    const { code } = await run(pip, ['install', '-q', 'ddtrace==4.16.0'], { quiet: true });
    if (code !== 0) {
      return console.log('  (ddtrace could not be installed: only recorded uploads are shown)');
    }
  }
  console.log('▸ a live Python program with ddtrace sends as service shop-live, every 20 s');
  return run(path.join(venv, 'bin/ddtrace-run'), ['python', 'tests/fixtures/uploads/apps/python-ddtrace/app.py'], {
    quiet: true,
    signal,
    env: {
      PATH: `${path.join(venv, 'bin')}:${process.env.PATH}`,
      RUN_SECONDS: String(12 * 3600),
      DD_SERVICE: 'shop-live',
      DD_ENV: 'demo',
      DD_VERSION: '1.3.0',
      DD_TRACE_AGENT_URL: storeUrl,
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      DD_CRASHTRACKING_ENABLED: 'false',
      DD_DATA_STREAMS_ENABLED: 'false',
      DD_PROFILING_ENABLED: 'true',
      DD_PROFILING_UPLOAD_INTERVAL: '20',
      DD_PROFILING_TIMELINE_ENABLED: 'true',
    },
  });
}

function announce(host, store) {
  console.log(`
━━ Hotspan demo (ready after ${elapsed()})

   dashboard   ${host.url}/d/hotspan-overview
   explorer    ${host.url}/a/hotspan-profiling-app/explore
   store       ${store.url}   (send profiles here: DD_TRACE_AGENT_URL=${store.url})

   The page is a preview host made of Grafana's own libraries; docker-compose.yaml has a real Grafana.
   Ctrl-C ends everything; the data lies in .demo/data until the next start.
`);
}

checkTools();
const { code } = await run('node', ['scripts/build.mjs', '--host']);
if (code !== 0) {
  process.exit(code);
}
const { sendDemoData, keepSending } = await import('./demo-data.mjs');
const { startHost, startStore } = await import('./stage.mjs');

fs.rmSync(path.join(folder, 'data'), { recursive: true, force: true });
console.log('▸ start the store');
const store = await startStore({
  dataDir: path.join(folder, 'data'),
  port: 4140,
  logFile: path.join(folder, 'store.log'),
});
console.log('▸ start the preview host');
const host = await startHost({ storeUrl: store.url, port: 3000, logFile: path.join(folder, 'host.log') });

const ending = new AbortController();
const end = async () => {
  ending.abort();
  await Promise.all([host.stop(), store.stop()]);
  process.exit(0);
};
process.on('SIGINT', end).on('SIGTERM', end);

let shown = false;
await sendDemoData({
  url: store.url,
  onProgress(done, all) {
    if (!shown) {
      shown = true;
      announce(host, store);
    }
    process.stdout.write(`\r▸ fill the last ${all} minutes with recorded uploads: ${done} `);
  },
});
console.log(`\n▸ all sent after ${elapsed()}; one more copy of each recording follows every minute`);
if (wants.has('--once')) {
  await end();
}
void startPython(store.url, ending.signal).catch((error) => ending.signal.aborted || console.error(error.message));
await keepSending({ url: store.url });

// `npm test`: everything from a fresh clone. Ends with one line `N passed, N failed, N skipped`, summed over all runners.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { bin, ensurePackages, root, run } from './steps.mjs';

const output = path.join(root, 'test-output');
const goEnv = { CGO_ENABLED: '0', GOFLAGS: '-trimpath' };
const sums = { passed: 0, failed: 0, skipped: 0 };

function add(runner, passed, failed, skipped, note = '') {
  sums.passed += passed;
  sums.failed += failed;
  sums.skipped += skipped;
  console.log(`\n■ ${runner}: ${passed} passed, ${failed} failed, ${skipped} skipped${note && ` (${note})`}`);
}

const title = (text) => console.log(`\n━━ ${text}`);

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

async function check() {
  title('check: types, lint, boundaries, dead code, formatting');
  const { code, output: text } = await run('node', ['scripts/check.mjs']);
  const failed = text.match(/… failed \(/g)?.length ?? 0;
  add('check', text.match(/… ok \(/g)?.length ?? 0, code === 0 ? 0 : Math.max(failed, 1), 0);
}

async function unit() {
  title('unit and integration tests (jest)');
  const file = path.join(output, 'jest.json');
  // Jest leaves one core to itself, but many suites mostly wait for the store they started.
  const workers = Math.max(2, os.availableParallelism() - 1);
  const args = ['--ci', '--json', `--outputFile=${file}`, '--forceExit', `--maxWorkers=${workers}`];
  const { code } = await run(bin('jest'), args);
  const result = readJson(file);
  if (!result) {
    return add('jest', 0, 1, 0, `no result, exit code ${code}`);
  }
  const brokenSuites = result.testResults.filter(
    (s) => s.status === 'failed' && s.assertionResults.length === 0
  ).length;
  add(
    'jest',
    result.numPassedTests,
    result.numFailedTests + brokenSuites,
    result.numPendingTests + result.numTodoTests
  );
}

async function goTests() {
  title('Go tests');
  if ((await run('go', ['version'], { quiet: true }).catch(() => ({ code: 1 }))).code !== 0) {
    return add('go', 0, 0, 1, 'Go is not installed');
  }
  const { code, output: text } = await run('go', ['test', '-json', './pkg/...', './tests/host/...'], {
    env: goEnv,
    quiet: true,
  });
  const counts = { pass: 0, fail: 0, skip: 0 };
  for (const line of text.split('\n').filter((l) => l.startsWith('{'))) {
    const event = JSON.parse(line);
    if (event.Test && event.Action in counts) {
      counts[event.Action] += 1;
    }
    if (event.Action === 'output' && /^\s*(--- FAIL|panic:|\S+\.go:\d+:)/.test(event.Output)) {
      process.stdout.write(event.Output);
    }
  }
  if (code !== 0 && counts.fail === 0) {
    console.log(text.slice(-4000));
    counts.fail = 1;
  }
  add('go', counts.pass, counts.fail, counts.skip);
}

async function browser() {
  title('browser tests (Playwright on the test host)');
  const built = await run('node', ['scripts/build.mjs', '--host']);
  if (built.code !== 0) {
    return add('browser', 0, 1, 0, 'the build failed');
  }
  const chromium = findChromium();
  const file = path.join(output, 'playwright.json');
  fs.rmSync(file, { force: true });
  const args = ['test', '--reporter=list,json', ...(chromium ? [] : ['--list'])];
  const { code } = await run(bin('playwright'), args, {
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: file, ...(chromium && { CHROMIUM: chromium }) },
  });
  const stats = readJson(file)?.stats;
  if (!chromium) {
    return add('browser', 0, 0, stats ? stats.expected + stats.skipped : 1, 'no Chromium is to be had here');
  }
  if (!stats) {
    return add('browser', 0, 1, 0, `no result, exit code ${code}`);
  }
  add('browser', stats.expected, stats.unexpected + stats.flaky, stats.skipped);
}

/** Those that send in a few seconds; `npm run test:profilers` runs all. */
async function profilers() {
  title('live profilers (short set)');
  const { code, output: text } = await run('node', ['scripts/profilers.mjs', '--short']);
  const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(text)?.slice(1).map(Number);
  if (!counts) {
    return add('profilers', 0, 1, 0, `no result, exit code ${code}`);
  }
  const [passed, failed, skipped] = counts;
  add('profilers', passed, code === 0 ? failed : Math.max(failed, 1), skipped, 'all clients: npm run test:profilers');
}

const start = performance.now();
fs.mkdirSync(output, { recursive: true });
await ensurePackages();
const all = { check, unit, go: goTests, profilers, browser };
const wanted = process.argv.slice(2);
for (const [name, runner] of Object.entries(all)) {
  if (wanted.length === 0 || wanted.includes(name)) {
    await runner();
  }
}
console.log(`\ntook ${Math.round((performance.now() - start) / 1000)} s`);
console.log(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`);
process.exit(sums.failed === 0 ? 0 : 1);

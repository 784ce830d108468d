// Types, lint, boundaries, dead code, formatting, lock file. Exits with 1 if anything failed; each failure names its cause.
import os from 'node:os';
import { bin, ensurePackages, step } from './steps.mjs';

/** dependency-cruiser says "ok" when it reads nothing (a wrong TypeScript version does that), so the count is asserted. */
const leastModules = 120;

async function boundaries() {
  const result = await besideOthers('boundaries (dependency-cruiser)', bin('depcruise'), [
    '--config',
    '.dependency-cruiser.cjs',
    'src',
    'store',
  ]);
  const modules = Number(/\((\d+) modules/.exec(result.output)?.[1] ?? 0);
  if (result.ok && modules < leastModules) {
    console.log(`  only ${modules} modules were read, at least ${leastModules} were expected`);
    return { ...result, ok: false };
  }
  return result;
}

function besideOthers(name, command, args, options) {
  return step(name, command, args, { ...options, beside: true });
}

/** Longest first. */
const steps = [
  () => besideOthers('lint', bin('eslint'), ['--cache', '--max-warnings', '0', '.']),
  () => besideOthers('types: store', bin('tsc'), ['-p', 'tsconfig.store.json']),
  () => besideOthers('types: plugin', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']),
  () => besideOthers('formatting (prettier)', bin('prettier'), ['--check', '.', '--log-level', 'warn']),
  () => besideOthers('types: page of the test host', bin('tsc'), ['-p', 'tests/host/web']),
  () => besideOthers('dead code (knip)', bin('knip'), ['--no-progress']),
  boundaries,
  () => besideOthers('types: model and api, without DOM and Node', bin('tsc'), ['-p', 'tsconfig.model.json']),
  () => besideOthers('lock file has all platforms', 'node', ['scripts/complete-lock.mjs', '--check']),
  () =>
    besideOthers('go vet', 'go', ['vet', './pkg/...', './tests/host/...'], {
      env: { CGO_ENABLED: '0', GOFLAGS: '-trimpath' },
    }),
];

await ensurePackages();
const results = [];
async function takeSteps() {
  for (let next = steps.shift(); next; next = steps.shift()) {
    results.push(await next());
  }
}
await Promise.all(Array.from({ length: Math.min(4, os.availableParallelism()) }, takeSteps));

const failed = results.filter((result) => !result.ok);
if (failed.length > 0) {
  console.log(
    `\nfailed: ${failed.map((result) => result.name).join(', ')}. \`npm run fix\` mends formatting and some lint.`
  );
  process.exitCode = 1;
}

// Types, lint, boundaries, dead code, formatting, lock file. Exits with 1 if anything failed; each failure names its cause.
import { bin, ensurePackages, step } from './steps.mjs';

/** dependency-cruiser says "ok" when it reads nothing (a wrong TypeScript version does that), so the count is asserted. */
const leastModules = 120;

async function boundaries() {
  const result = await step('boundaries (dependency-cruiser)', bin('depcruise'), [
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

await ensurePackages();
const results = [
  await step('types: model and api, without DOM and Node', bin('tsc'), ['-p', 'tsconfig.model.json']),
  await step('types: store', bin('tsc'), ['-p', 'tsconfig.store.json']),
  await step('types: plugin', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']),
  await step('types: page of the test host', bin('tsc'), ['-p', 'tests/host/web']),
  await step('lint', bin('eslint'), ['--cache', '--max-warnings', '0', '.']),
  await boundaries(),
  await step('dead code (knip)', bin('knip'), ['--no-progress']),
  await step('formatting (prettier)', bin('prettier'), ['--check', '.', '--log-level', 'warn']),
  await step('lock file has all platforms', 'node', ['scripts/complete-lock.mjs', '--check']),
  await step('go vet', 'go', ['vet', './pkg/...', './tests/host/...'], {
    env: { CGO_ENABLED: '0', GOFLAGS: '-trimpath' },
  }),
];

const failed = results.filter((result) => !result.ok);
if (failed.length > 0) {
  console.log(
    `\nfailed: ${failed.map((result) => result.name).join(', ')}. \`npm run fix\` mends formatting and some lint.`
  );
  process.exitCode = 1;
}

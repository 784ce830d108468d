// `npm run bench`: runs tests/bench/*.ts one after another, prints a table each, writes test-output/bench.json.
import fs from 'node:fs';
import path from 'node:path';
import { ensurePackages, exists, root, run } from './steps.mjs';

await ensurePackages();
const wanted = process.argv.slice(2);
const benches = fs
  .readdirSync(path.join(root, 'tests/bench'))
  .filter((file) => file.endsWith('.ts') && (wanted.length === 0 || wanted.some((name) => file.includes(name))));
const results = {};
for (const file of benches) {
  const name = path.basename(file, '.ts');
  console.log(`\n━━ ${name}`);
  const { code } = await run('node', ['tests/bench/run.mjs', name]);
  const output = `test-output/bench-${name}.json`;
  results[name] = {
    ok: code === 0,
    ...(exists(output) && { rows: JSON.parse(fs.readFileSync(path.join(root, output), 'utf8')) }),
  };
}
fs.mkdirSync(path.join(root, 'test-output'), { recursive: true });
fs.writeFileSync(
  path.join(root, 'test-output/bench.json'),
  JSON.stringify({ node: process.version, results }, null, 2)
);
console.log('\nall figures: test-output/bench.json');

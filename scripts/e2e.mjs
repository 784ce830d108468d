// `npm run e2e`: the browser tests, on the test host or, with GRAFANA_URL, on a Grafana that has the plugin.
import { findChromium } from './chromium.mjs';
import { bin, ensurePackages, run } from './steps.mjs';

await ensurePackages();
const chromium = findChromium();
if (!chromium) {
  console.log('no Chromium is to be had here');
  process.exit(1);
}
if (!process.env.GRAFANA_URL && !process.argv.includes('--no-build')) {
  await run('node', ['scripts/build.mjs', '--host']);
}
const args = process.argv.slice(2).filter((arg) => arg !== '--no-build');
const { code } = await run(bin('playwright'), ['test', ...args], { env: { CHROMIUM: chromium } });
process.exit(code);

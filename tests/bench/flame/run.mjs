// `npm run bench:flame [sizes…] [--runs N]`: the flame graph panel beside @grafana/flamegraph and d3-flame-graph, in one
// Chromium, on the same seeded trees. Prints a table, writes test-output/bench-flame.json.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { findChromium } from '../../../scripts/chromium.mjs';
import { root } from '../../../scripts/steps.mjs';

const peers = path.join(root, 'test-output/bench-flame-peers');
const versions = { grafana: '13.0.1', d3: '5.0.0' };
const here = import.meta.dirname;

/** The peers, of exact versions, outside of the project's own packages. Grafana's graph uses the project's @grafana/ui. */
function installPeers() {
  if (fs.existsSync(path.join(peers, 'grafana-flamegraph'))) {
    return;
  }
  console.log('▸ install the peers (once)');
  fs.mkdirSync(peers, { recursive: true });
  const dependencies = {
    'd3-flame-graph': versions.d3,
    d3: '7.9.0',
    'react-use': '17.6.0',
    'react-virtualized-auto-sizer': '1.0.26',
    'd3-selection': '3.0.0',
  };
  fs.writeFileSync(path.join(peers, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const options = { cwd: peers, stdio: ['ignore', 'ignore', 'inherit'] };
  execFileSync(
    'npm',
    ['install', '--silent', '--no-audit', '--no-fund', '--legacy-peer-deps', '--ignore-scripts'],
    options
  );
  execFileSync('npm', ['pack', '--silent', `@grafana/flamegraph@${versions.grafana}`], options);
  execFileSync('tar', ['xzf', `grafana-flamegraph-${versions.grafana}.tgz`], options);
  // The header's button for Grafana's assistant is not drawn here.
  fs.writeFileSync(path.join(peers, 'assistant.mjs'), 'export const OpenAssistantButton = () => null;\n');
  fs.renameSync(path.join(peers, 'package/dist/esm'), path.join(peers, 'grafana-flamegraph'));
}

const pages = { hotspan: 'hotspan.tsx', grafana: 'grafana.tsx', d3: 'd3.ts' };

async function bundlePages() {
  const outdir = path.join(root, 'test-output/bench-flame-pages');
  for (const [name, file] of Object.entries(pages)) {
    await build({
      entryPoints: { [name]: path.join(here, 'pages', file) },
      outdir,
      bundle: true,
      minify: true,
      format: 'iife',
      target: 'es2022',
      jsx: 'automatic',
      alias: { '@grafana/assistant': path.join(peers, 'assistant.mjs') },
      conditions: ['import', 'module', 'browser'],
      mainFields: ['module', 'browser', 'main'],
      nodePaths: [peers, path.join(peers, 'node_modules'), path.join(root, 'node_modules')],
      define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
      loader: { '.svg': 'dataurl', '.ttf': 'dataurl', '.woff2': 'dataurl', '.png': 'dataurl' },
      logLevel: 'error',
    });
    fs.writeFileSync(
      path.join(outdir, `${name}.html`),
      `<!doctype html><meta charset="utf-8"><style>body{margin:0;background:#181b1f;color:#ccc;font:14px sans-serif}</style><div id="root" style="width:1600px;height:800px"></div><script src="${name}.js"></script>`
    );
  }
  return outdir;
}

const timeoutMs = 120_000;

async function measure(browser, outdir, name, nodes) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  try {
    await page.goto(`file://${outdir}/${name}.html`);
    const asked = page.evaluate((count) => window.bench(count), nodes);
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('not done in time')), timeoutMs).unref());
    return await Promise.race([asked, late]);
  } catch (error) {
    return { failed: [error.message.split('\n')[0], ...errors].join('; ').slice(0, 300) };
  } finally {
    await page.close();
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

function medians(rows) {
  const good = rows.filter((row) => !row.failed);
  if (good.length === 0) {
    return rows[0];
  }
  return Object.fromEntries(
    Object.keys(good[0]).map((key) => [key, Math.round(median(good.map((row) => row[key])) * 100) / 100])
  );
}

function printTable(rows) {
  const columns = [...new Set(Object.values(rows).flatMap(Object.keys))];
  const lines = [
    ['', ...columns],
    ...Object.entries(rows).map(([name, row]) => [name, ...columns.map((key) => row[key] ?? '')]),
  ];
  lines.forEach((line) =>
    console.log(line.map((cell, i) => String(cell).padStart(i === 0 ? 8 : columns[i - 1].length + 2)).join(''))
  );
}

const argument = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const runs = argument('--runs', 5);
const named = process.argv
  .slice(2)
  .filter((word, i, all) => /^\d+$/.test(word) && !all[i - 1]?.startsWith('--'))
  .map(Number);
const sizes = named.length > 0 ? named : [1_000, 10_000, 100_000, 1_000_000];

installPeers();
const outdir = await bundlePages();
const results = {};
for (const nodes of sizes) {
  results[nodes] = {};
  for (const name of Object.keys(pages)) {
    const rows = [];
    for (let i = 0; i < runs && !rows.some((row) => row.failed); i++) {
      const browser = await chromium.launch({
        executablePath: findChromium(),
        args: ['--no-sandbox', '--disable-gpu', '--js-flags=--expose-gc', '--enable-precise-memory-info'],
      });
      rows.push(await measure(browser, outdir, name, nodes));
      await browser.close();
    }
    results[nodes][name] = medians(rows);
  }
  console.log(`\n${nodes.toLocaleString('en')} nodes, median of ${runs}`);
  printTable(results[nodes]);
}
fs.mkdirSync(path.join(root, 'test-output'), { recursive: true });
fs.writeFileSync(path.join(root, 'test-output/bench-flame.json'), JSON.stringify({ versions, runs, results }, null, 2));
console.log('all figures: test-output/bench-flame.json');

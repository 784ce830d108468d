// `npm run bench:flame -- [sizes…] [--runs N] [--profile STEP]`: the flame graph panel beside @grafana/flamegraph and
// d3-flame-graph, in one Chromium, on the same seeded trees. Prints tables, writes test-output/bench-flame.json. With
// `--profile mount` (or zoom, search, …) it prints instead which functions of ours take the time of that step.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { compileHint } from '../../../scripts/compile-hint.mjs';
import { findChromium } from '../../../scripts/chromium.mjs';
import { root } from '../../../scripts/steps.mjs';
import { goalLines, sizeLines } from './goals.mjs';
import { printTimes, profiled } from './profile.mjs';
import { fromHost, hostSource } from './from-host.mjs';
import { seenShares } from './seen.mjs';
import { codeSizes } from './sizes.mjs';

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

const outdir = path.join(root, 'test-output/bench-flame-pages');

const pageFiles = Object.values(pages).map((file) => path.join(here, 'pages', file));

const shared = {
  bundle: true,
  outdir,
  target: 'es2022',
  jsx: 'automatic',
  alias: { '@grafana/assistant': path.join(peers, 'assistant.mjs') },
  conditions: ['import', 'module', 'browser'],
  mainFields: ['module', 'browser', 'main'],
  nodePaths: [peers, path.join(peers, 'node_modules'), path.join(root, 'node_modules')],
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  loader: { '.svg': 'dataurl', '.ttf': 'dataurl', '.woff2': 'dataurl', '.png': 'dataurl' },
  logLevel: 'error',
};

/** As in Grafana: what it provides is a script of its own, a tool is another. */
async function bundlePages(minify) {
  const host = await hostSource(pageFiles, shared);
  await build({
    ...shared,
    minify,
    format: 'iife',
    stdin: { contents: host, resolveDir: here, sourcefile: 'host.ts' },
    outfile: path.join(outdir, 'host.js'),
    outdir: undefined,
  });
  for (const [name, file] of Object.entries(pages)) {
    const banner = name === 'hotspan' ? { js: compileHint } : {};
    const entryPoints = { [name]: path.join(here, 'pages', file) };
    await build({ ...shared, minify, format: 'iife', entryPoints, plugins: [fromHost], banner });
    const page = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="host.css"><style>body{margin:0;background:#181b1f;color:#ccc;font:14px sans-serif}</style><div id="root" style="width:1600px;height:800px"></div><script src="host.js"></script><script src="${name}.js"></script>`;
    fs.writeFileSync(path.join(outdir, `${name}.html`), page);
  }
}

const timeoutMs = 120_000;

const launch = () =>
  chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--js-flags=--expose-gc', '--enable-precise-memory-info'],
  });

/** A page that does one step after the other; each tells the time its main thread worked, which load doesn't lengthen. */
async function openPage(browser, outdir, name) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  page.setDefaultTimeout(timeoutMs);
  await page.goto(`file://${outdir}/${name}.html`);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busyMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * metrics.find((metric) => metric.name === 'TaskDuration').value;
  };
  const step = async (which, argument) => {
    const before = await busyMs();
    const figures = await page.evaluate(([key, value]) => window.bench[key](value), [which, argument]);
    return Array.isArray(figures) ? figures : { ...figures, cpuMs: (await busyMs()) - before };
  };
  return { page, step };
}

async function steps(browser, { page, step }, nodes) {
  await step('prepare', nodes);
  const mount = await step('mount');
  const rest = await step('rest');
  const size = await step('size');
  const before = await page.screenshot();
  const spots = await step('spots');
  const zoom = await step('zoom');
  const unzoom = await step('unzoom');
  const search = await step('search');
  const during = await page.screenshot();
  await step('clear');
  const hover = await step('hover');
  const warm = await step('warmMount');
  return {
    mountMs: mount.ms,
    zoomMs: zoom.ms,
    unzoomMs: unzoom.ms,
    searchMs: search.ms,
    mountCpuMs: mount.cpuMs,
    zoomCpuMs: zoom.cpuMs,
    unzoomCpuMs: unzoom.cpuMs,
    searchCpuMs: search.cpuMs,
    mountTaskMs: mount.longestTaskMs,
    restTaskMs: rest.longestTaskMs,
    warmMountMs: warm.ms,
    warmTaskMs: warm.longestTaskMs,
    zoomTaskMs: zoom.longestTaskMs,
    unzoomTaskMs: unzoom.longestTaskMs,
    searchTaskMs: search.longestTaskMs,
    hoverMs: hover.handlerMs,
    hoverFrameMs: hover.frameMs,
    heapMB: size.heapMB,
    elements: size.elements,
    ...(await seenShares(browser, spots, before, during)),
  };
}

async function measure(outdir, name, nodes) {
  const browser = await launch();
  try {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('not done in time')), timeoutMs).unref());
    return await Promise.race([steps(browser, await openPage(browser, outdir, name), nodes), late]);
  } catch (error) {
    return { failed: error.message.split('\n')[0].slice(0, 300) };
  } finally {
    await browser.close();
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

/** Figures downwards, tools across. */
function printTable(rows) {
  const names = Object.keys(rows);
  const keys = [...new Set(Object.values(rows).flatMap(Object.keys))];
  [['', ...names], ...keys.map((key) => [key, ...names.map((name) => rows[name][key] ?? '')])].forEach((line) =>
    console.log(line.map((cell, i) => (i === 0 ? String(cell).padEnd(14) : String(cell).padStart(12))).join(''))
  );
}

function printGoals(goals) {
  goals.forEach(({ goal, measured, holds }) => console.log(`${holds ? '  ' : '✗ '}${goal.padEnd(40)} ${measured}`));
}

const argument = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : process.argv[at + 1];
};

/** Where the time of one of our steps goes. */
async function profileStep(outdir, wanted, nodes) {
  const browser = await launch();
  const { page, step } = await openPage(browser, outdir, 'hotspan');
  await step('prepare', nodes);
  const order = ['mount', 'rest', 'zoom', 'unzoom', 'search'];
  for (const one of order.slice(0, Math.max(0, order.indexOf(wanted)))) {
    await step(one);
  }
  console.log(`\n${wanted} at ${nodes} nodes: self and total ms`);
  printTimes(await profiled(page, () => step(wanted)));
  await browser.close();
}

const runs = Number(argument('--runs', 5));
const named = process.argv
  .slice(2)
  .filter((word, i, all) => /^\d+$/.test(word) && !all[i - 1]?.startsWith('--'))
  .map(Number);
const sizes = named.length > 0 ? named : [1_000, 10_000, 100_000, 1_000_000];
const toProfile = argument('--profile');

installPeers();
await bundlePages(toProfile === undefined);
const load = () => os.loadavg().map((value) => Math.round(value * 10) / 10);
const results = {};
for (const nodes of sizes) {
  if (toProfile !== undefined) {
    await profileStep(outdir, toProfile, nodes);
    continue;
  }
  const before = load();
  const rows = Object.fromEntries(Object.keys(pages).map((name) => [name, []]));
  // In turn, so that a busy moment of the machine hits all alike.
  for (let i = 0; i < runs; i++) {
    for (const name of Object.keys(pages)) {
      if (!rows[name].some((row) => row.failed)) {
        rows[name].push(await measure(outdir, name, nodes));
      }
    }
  }
  const shown = Object.fromEntries(Object.entries(rows).map(([name, list]) => [name, medians(list)]));
  const goals = goalLines(nodes, shown);
  results[nodes] = { figures: shown, goals, load: { before, after: load() } };
  console.log(`\n${nodes.toLocaleString('en')} nodes, median of ${runs}, load ${before[0]} to ${load()[0]}`);
  printTable(shown);
  printGoals(goals);
}
if (toProfile === undefined) {
  const code = await codeSizes();
  console.log('\ncode, gzip');
  printTable({ hotspan: code });
  printGoals(sizeLines(code));
  fs.mkdirSync(path.join(root, 'test-output'), { recursive: true });
  fs.writeFileSync(
    path.join(root, 'test-output/bench-flame.json'),
    JSON.stringify({ versions, runs, results, code }, null, 2)
  );
  console.log('all figures: test-output/bench-flame.json');
}

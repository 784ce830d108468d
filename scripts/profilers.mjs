// `npm run test:profilers [-- NAME…]`: real profilers run small programs and send to a store of their own. `--short` = the set that
// `npm test` runs too, with times noted instead of held to their error bars. Clients that can't run on this machine are skipped with
// the reason. Last line: N passed, N failed, N skipped.
import fs from 'node:fs';
import path from 'node:path';
import * as clientSetup from '../tests/profilers/setup.mjs';
import { examples } from '../tests/profilers/setup-examples.mjs';
import { bin, ensurePackages, root, run } from './steps.mjs';

const setup = { ...clientSetup, examples };

/** Test file → what it needs of tests/profilers/setup.mjs; the first ones are the short set. */
const clients = {
  'datadog-python': ['python'],
  'datadog-go': ['goDatadog'],
  'datadog-node': ['node'],
  'pyroscope-go': ['goPyroscope'],
  'go-scrape': ['goHttppprof'],
  'datadog-java': ['java'],
  'pyroscope-java': ['java'],
  'pyroscope-python': ['python'],
  'pyroscope-node': ['node'],
  'pyroscope-rust': ['rust'],
  'async-profiler': ['java'],
  'py-spy': ['python'],
  gperftools: ['gperftools'],
  perf: ['perf'],
  'otel-collector': ['goCollector', 'java'],
  retries: ['goDatadog', 'node', 'java'],
  examples: ['examples'],
};
const shortSet = ['datadog-python', 'datadog-go', 'datadog-node', 'pyroscope-go', 'go-scrape'];

function chosen() {
  const args = process.argv.slice(2);
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.filter((name) => !(name in clients));
  if (unknown.length > 0) {
    console.log(`no such client: ${unknown.join(', ')}; there are ${Object.keys(clients).join(', ')}`);
    process.exit(2);
  }
  return names.length > 0 ? names : args.includes('--short') ? shortSet : Object.keys(clients);
}

async function setUp(names) {
  fs.mkdirSync(setup.cache, { recursive: true });
  const ready = {};
  for (const need of new Set(names.flatMap((name) => clients[name]))) {
    ready[need] = await setup[need]();
  }
  fs.writeFileSync(path.join(setup.cache, 'ready.json'), JSON.stringify(ready, null, 2));
}

const output = path.join(root, 'test-output');
const file = path.join(output, 'profilers.json');
const times = path.join(output, 'profiler-times.jsonl');
const listed = path.join(output, 'profiler-clients.jsonl');
const mark = { passed: '✓', failed: '✗', pending: '○' };

function report(result) {
  console.log('');
  for (const { assertionResults, name } of result.testResults) {
    for (const { status, title, ancestorTitles, duration } of assertionResults) {
      const took = duration ? ` (${(duration / 1000).toFixed(1)} s)` : '';
      console.log(
        `${mark[status] ?? '?'} ${path.basename(name, '.test.ts')}: ${[...ancestorTitles, title].join(' › ')}${took}`
      );
    }
  }
}

function notesIn(file) {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '';
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

/** As what each client is listed, and what its program and the store counted. */
function reportClients() {
  for (const { service, uploads, language, runtime, env, version, host, requests, counted, spans, found } of notesIn(
    listed
  )) {
    console.log(
      `${service}: ${uploads} uploads of ${language}, runtime ${runtime || '-'}, env ${env}, version ${version}, host ${host}; ` +
        `${requests} requests, ${counted} counted by the client; ${spans} spans, ${found} with samples`
    );
  }
}

/** What the checks noted: the program's stopwatch, the store's answer and the allowed difference, per client and type. */
function reportTimes() {
  const groups = new Map();
  for (const { service, profileType, timeNs, foundNs, allowedNs } of notesIn(times)) {
    const key = `${service} ${profileType}`;
    const offs = groups.get(key) ?? { off: [], allowed: [] };
    offs.off.push(Math.abs(foundNs - timeNs) / timeNs);
    offs.allowed.push(allowedNs / timeNs);
    groups.set(key, offs);
  }
  const percent = (share) => `${(share * 100).toFixed(1)} %`;
  const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  for (const [key, { off, allowed }] of groups) {
    console.log(
      `${key}: ${off.length} times compared with the stopwatch, off by ${percent(median(off))} (median), ` +
        `${percent(Math.max(...off))} (most); allowed ${percent(median(allowed))} (median)`
    );
  }
}

await ensurePackages();
fs.mkdirSync(output, { recursive: true });
[file, times, listed].forEach((old) => fs.rmSync(old, { force: true }));
const names = chosen();
await setUp(names);
const files = names.map((name) => `tests/profilers/${name}.test.ts`);
const args = [
  '--config',
  'tests/profilers/jest.config.js',
  '--ci',
  '-i',
  '--forceExit',
  '--json',
  `--outputFile=${file}`,
];
const env = process.argv.includes('--short') ? { HOTSPAN_LIVE_TIMES: 'noted' } : {};
const { code } = await run(bin('jest'), [...args, '--runTestsByPath', ...files], { env });
const result = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
if (result) {
  report(result);
  reportClients();
  reportTimes();
}
const broken = result?.testResults.filter((s) => s.status === 'failed' && s.assertionResults.length === 0).length ?? 1;
const failed = (result?.numFailedTests ?? 0) + broken;
console.log(`\n${result?.numPassedTests ?? 0} passed, ${failed} failed, ${result?.numPendingTests ?? 0} skipped`);
process.exit(failed > 0 || code !== 0 ? 1 : 0);

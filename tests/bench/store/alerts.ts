import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryResponse, StoreQuery } from '../../../src/api/query';
import { startStore, untilInserted, type RunningStore } from '../../integration/start-store';
import { datadogBody, datadogContentType } from '../generator/datadog-body';
import { drawUpload } from '../generator/draw-upload';
import { senderOf } from '../generator/fill-engine';
import type { FolderContent } from '../generator/fill-folder';
import { writePprof } from '../generator/pprof-file';
import { makeProgram, type Program } from '../generator/program';
import { cpuMs, quantile, rounded } from './meter';

/**
 * Alert rules on a filled data folder (one service-day of 20 M samples, by `generator/`): how long one evaluation over five minutes
 * takes, and what a hundred rules a minute cost the store. `node tests/bench/run.mjs store/alerts --data-dir DIR [--service shop]
 * [--only PART-OF-NAME] [--evaluations 40]`. Rows named `live`: the service goes on sending, and every rule is evaluated once the
 * minute's uploads are in for a second; the others look at a day that is over, and read a minute when it is first asked for. The folder is copied:
 * the engine writes to it. Figures are written as they come.
 */
interface AlertBenchRow {
  readonly rule: string;
  readonly evaluations: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** CPU time of front and engine. */
  readonly cpuMsEach: number;
}

function flag(name: string, otherwise = ''): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
}

const minute = 60_000;
const evaluations = Number(flag('evaluations', '40'));
const rulesPerTick = 100;
const tickName = `${rulesPerTick} rules at once, 4 at a time`;
const output = 'test-output/bench-alerts.json';

type Rule = readonly [name: string, query: Partial<StoreQuery>];

function rulesOf(service: string, method: string): Rule[] {
  const own = { selector: `{service="${service}"}`, groupBy: ['service'] };
  const share = { ...own, queryType: 'dimension', format: 'alert', measure: 'selfShare' } as const;
  const series = { ...own, queryType: 'metrics' } as const;
  return [
    ['share of a method', { ...share, profileType: 'cpu-time', rows: [method] }],
    ['total share of a method', { ...share, profileType: 'cpu-time', rows: [method], measure: 'totalShare' }],
    ['shares of the 5 largest libraries', { ...share, profileType: 'cpu-time', dimension: 'library', topN: 5 }],
    ['shares of the 5 largest locks', { ...share, profileType: 'lock-wait-time', dimension: 'lock', topN: 5 }],
    ['share of a thread', { ...share, profileType: 'wall-time', dimension: 'thread', topN: 5 }],
    ['cores of a method', { ...series, profileType: 'cpu-time', dimension: 'method', rows: [method] }],
    ['allocation rate', { ...series, profileType: 'allocated-memory' }],
    ['lock wait', { ...series, profileType: 'lock-wait-time' }],
    ['exceptions by type', { ...series, profileType: 'thrown-exceptions', dimension: 'exception', topN: 5 }],
    ['change against an hour before', { ...share, profileType: 'cpu-time', rows: [method], compare: { ago: '1h' } }],
    ['age of the newest upload', { ...series, measure: 'age' }],
  ];
}

/** Evaluates as Grafana does: five minutes up to now, where now moves on by a minute each time. */
async function evaluate(store: RunningStore, query: Partial<StoreQuery>, toMs: number): Promise<number> {
  const start = performance.now();
  const answer = await fetch(`${store.url}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', fromalert: 'true' },
    body: JSON.stringify({
      from: toMs - 5 * minute,
      to: toMs,
      intervalMs: 1000,
      maxDataPoints: 43_200,
      queries: [{ refId: 'A', ...query }],
    }),
  });
  const { results } = (await answer.json()) as QueryResponse;
  if (results.A.error) {
    throw new Error(`${JSON.stringify(query)}: ${results.A.error.message}`);
  }
  return performance.now() - start;
}

const liveName = 'live';
/** Rules are due at fixed times, uploads come when they come: few in the moment before. */
const afterMs = 1000;

/** A minute's uploads of all hosts, as they would have gone on after the folder was filled. */
async function sendMinute(store: RunningStore, content: FolderContent, program: Program, at: number): Promise<void> {
  const { dayHosts: hosts, dayUploads, dayService, endMs } = content;
  for (let host = 0; host < hosts; host++) {
    const startMs = endMs + at * minute - host * 1000;
    const window = { startNs: BigInt(startMs) * 1_000_000n, durationNs: minute * 1e6 };
    const file = writePprof(program, drawUpload(program, dayUploads + at * hosts + host), window);
    const answer = await fetch(`${store.url}/profiling/v1/input`, {
      method: 'POST',
      headers: { 'content-type': datadogContentType },
      body: new Uint8Array(datadogBody(senderOf(dayService, host, startMs), file)),
    });
    if (answer.status !== 200) {
      throw new Error(`an upload was answered with ${answer.status}`);
    }
  }
  await untilInserted(store);
}

/** Every kind of rule once a minute, in the minutes that come after the folder's end. */
async function measureLive(store: RunningStore, content: FolderContent, method: string): Promise<AlertBenchRow[]> {
  const program = makeProgram(content.seed);
  const rules = rulesOf(content.dayService, method);
  const times = rules.map((): number[] => []);
  let cpu = 0;
  for (let at = 0; at <= evaluations; at++) {
    await sendMinute(store, content, program, at);
    await sleep(afterMs);
    const before = cpuOf(store);
    for (const [kind, [, query]] of rules.entries()) {
      times[kind].push(await evaluate(store, query, content.endMs + (at + 1) * minute));
    }
    cpu += at === 0 ? 0 : cpuOf(store) - before;
  }
  // The first minute is that of rules that were never asked before.
  const cpuMsEach = cpu / (rules.length * evaluations);
  return rules.map(([name], kind) => rowOf(`${liveName}: ${name}`, times[kind].slice(1), cpuMsEach));
}

const cpuOf = (store: RunningStore) => cpuMs(store.processId) + cpuMs(store.engineProcessId() ?? 0);

async function measure(store: RunningStore, [rule, query]: Rule, endMs: number): Promise<AlertBenchRow> {
  await evaluate(store, query, endMs - (evaluations + 1) * minute);
  const cpu = cpuOf(store);
  const times: number[] = [];
  for (let at = evaluations; at > 0; at--) {
    times.push(await evaluate(store, query, endMs - at * minute));
  }
  return rowOf(rule, times, (cpuOf(store) - cpu) / evaluations);
}

function rowOf(rule: string, times: readonly number[], cpuMsEach: number): AlertBenchRow {
  return {
    rule,
    evaluations: times.length,
    p50Ms: rounded(quantile(times, 0.5)),
    p95Ms: rounded(quantile(times, 0.95)),
    cpuMsEach: rounded(cpuMsEach),
  };
}

/** The methods that take most of the service's last five minutes. */
async function hottest(store: RunningStore, service: string, endMs: number, limit: number): Promise<string[]> {
  const selector = `{service="${service}"}`;
  const query = { refId: 'A', queryType: 'dimension', profileType: 'cpu-time', selector, limit };
  const answer = await fetch(`${store.url}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: endMs - 5 * minute, to: endMs, queries: [query] }),
  });
  const { results } = (await answer.json()) as QueryResponse;
  return results.A.frames[0].data.values[0].map(String);
}

/** All of a hundred rules in one minute, as Grafana's scheduler has them due at once: the kinds above, about many methods. */
async function measureTicks(store: RunningStore, service: string, methods: readonly string[], endMs: number) {
  const kinds = rulesOf(service, '').length;
  const rules = Array.from({ length: rulesPerTick }, (_, at) => {
    const method = methods[Math.floor(at / kinds) % methods.length];
    return rulesOf(service, method)[at % kinds][1];
  });
  const ticks = 5;
  const times: number[] = [];
  const tick = async (at: number) => {
    const waiting = [...rules];
    const worker = async () => {
      for (let rule = waiting.pop(); rule !== undefined; rule = waiting.pop()) {
        times.push(await evaluate(store, rule, endMs - at * minute));
      }
    };
    await Promise.all(Array.from({ length: 4 }, worker));
  };
  await tick(ticks + 1);
  times.length = 0;
  const cpu = cpuOf(store);
  for (let at = ticks; at > 0; at--) {
    await tick(at);
  }
  const cpuMsEach = (cpuOf(store) - cpu) / times.length;
  return rowOf(tickName, times, cpuMsEach);
}

async function run(report: (rows: readonly AlertBenchRow[]) => void): Promise<AlertBenchRow[]> {
  const source = flag('data-dir');
  const content: FolderContent = JSON.parse(readFileSync(path.join(source, 'bench.json'), 'utf8'));
  const { endMs } = content;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hotspan-alerts-'));
  const dataDir = path.join(folder, 'data');
  cpSync(source, dataDir, { recursive: true });
  const store = await startStore({ dataDir });
  const rows: AlertBenchRow[] = [];
  const only = flag('only');
  try {
    const service = flag('service', 'shop');
    const methods = await hottest(store, service, endMs, 10);
    for (const rule of rulesOf(service, methods[0]).filter(([name]) => name.includes(only))) {
      rows.push(await measure(store, rule, endMs));
      report(rows);
    }
    if (tickName.includes(only)) {
      rows.push(await measureTicks(store, service, methods, endMs));
      report(rows);
    }
    if (liveName.includes(only)) {
      for (const row of await measureLive(store, content, methods[0])) {
        rows.push(row);
        report(rows);
      }
    }
    return rows;
  } finally {
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function line({ rule, p50Ms, p95Ms, cpuMsEach }: AlertBenchRow): string {
  const cell = (value: number) => value.toFixed(1).padStart(10);
  return `${rule.padEnd(36)}${cell(p50Ms)}${cell(p95Ms)}${cell(cpuMsEach)}\n`;
}

/** Share of one core that a hundred rules a minute take. */
function shareOf({ cpuMsEach }: Pick<AlertBenchRow, 'cpuMsEach'>): string {
  return `${((100 * rulesPerTick * cpuMsEach) / minute).toFixed(1)} %`;
}

function summary(rows: readonly AlertBenchRow[]): string {
  const single = rows.filter(({ rule }) => rule !== tickName && !rule.startsWith(liveName));
  const together = rows.find(({ rule }) => rule === tickName);
  const mean = { cpuMsEach: single.reduce((sum, { cpuMsEach }) => sum + cpuMsEach, 0) / single.length };
  return [
    ...(single.length > 0 ? [`100 rules a minute, each for itself: ${shareOf(mean)} of one core`] : []),
    ...(together ? [`100 rules a minute, due at once: ${shareOf(together)} of one core (goal 5 %)`] : []),
    `load of the machine ${os.loadavg()[0].toFixed(1)}\n`,
  ].join('\n');
}

async function main(): Promise<void> {
  mkdirSync(path.dirname(output), { recursive: true });
  process.stdout.write(`${'rule, over 5 minutes'.padEnd(36)}       p50       p95    cpu ms\n`);
  const rows = await run((done) => {
    writeFileSync(output, JSON.stringify(done, null, 2));
    process.stdout.write(line(done[done.length - 1]));
  });
  process.stdout.write(summary(rows));
}

void main();

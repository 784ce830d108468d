import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { QueryResponse, StoreQuery } from '../../../src/api/query';
import { startStore, type RunningStore } from '../../integration/start-store';
import { cpuMs, quantile, rounded } from './meter';

/**
 * Alert rules on a filled data folder (one service-day of 20 M samples, by `generator/`): how long one evaluation over five minutes
 * takes, and what a hundred rules a minute cost the store. `node tests/bench/run.mjs store/alerts --data-dir DIR [--service shop]`.
 * The folder is copied: the engine writes to it.
 */
export interface AlertBenchRow {
  readonly rule: string;
  readonly evaluations: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** CPU time of front and engine. */
  readonly cpuMsEach: number;
}

const minute = 60_000;
const evaluations = 40;

type Rule = readonly [name: string, query: Partial<StoreQuery>];

function flag(name: string, otherwise = ''): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
}

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

const cpuOf = (store: RunningStore) => cpuMs(store.processId) + cpuMs(store.engineProcessId() ?? 0);

async function measure(store: RunningStore, [rule, query]: Rule, endMs: number): Promise<AlertBenchRow> {
  await evaluate(store, query, endMs - (evaluations + 1) * minute);
  const cpu = cpuOf(store);
  const times: number[] = [];
  for (let at = evaluations; at > 0; at--) {
    times.push(await evaluate(store, query, endMs - at * minute));
  }
  times.sort((a, b) => a - b);
  return {
    rule,
    evaluations,
    p50Ms: rounded(quantile(times, 0.5)),
    p95Ms: rounded(quantile(times, 0.95)),
    cpuMsEach: rounded((cpuOf(store) - cpu) / evaluations),
  };
}

/** The method that takes most of the service's last five minutes. */
async function hottest(store: RunningStore, service: string, endMs: number): Promise<string> {
  const answer = await fetch(`${store.url}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      from: endMs - 5 * minute,
      to: endMs,
      queries: [
        { refId: 'A', queryType: 'dimension', profileType: 'cpu-time', selector: `{service="${service}"}`, limit: 1 },
      ],
    }),
  });
  const { results } = (await answer.json()) as QueryResponse;
  return String(results.A.frames[0].data.values[0][0]);
}

export async function run(): Promise<AlertBenchRow[]> {
  const source = flag('data-dir');
  const { endMs }: { endMs: number } = JSON.parse(readFileSync(path.join(source, 'bench.json'), 'utf8'));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hotspan-alerts-'));
  const dataDir = path.join(folder, 'data');
  cpSync(source, dataDir, { recursive: true });
  const store = await startStore({ dataDir });
  try {
    const service = flag('service', 'shop');
    const rows: AlertBenchRow[] = [];
    for (const rule of rulesOf(service, await hottest(store, service, endMs))) {
      rows.push(await measure(store, rule, endMs));
    }
    return rows;
  } finally {
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function table(rows: readonly AlertBenchRow[]): string {
  const cell = (value: number) => value.toFixed(1).padStart(10);
  const lines = rows.map(
    ({ rule, p50Ms, p95Ms, cpuMsEach }) => `${rule.padEnd(36)}${cell(p50Ms)}${cell(p95Ms)}${cell(cpuMsEach)}`
  );
  const cpu = rows.reduce((sum, { cpuMsEach }) => sum + cpuMsEach, 0) / rows.length;
  const share = (100 * cpu) / minute;
  const load = os.loadavg()[0].toFixed(1);
  return [
    `${'rule, over 5 minutes'.padEnd(36)}       p50       p95    cpu ms`,
    ...lines,
    `100 rules a minute: ${(share * 100).toFixed(1)} % of one core (goal 5 %); load of the machine ${load}`,
  ].join('\n');
}

async function main(): Promise<void> {
  const rows = await run();
  mkdirSync('test-output', { recursive: true });
  writeFileSync('test-output/bench-alerts.json', JSON.stringify(rows, null, 2));
  process.stdout.write(`${table(rows)}\n`);
}

void main();

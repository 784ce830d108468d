import type { QueryResponse, StoreQuery } from '../../src/api/query';
import { removeDataDirs, startStore, untilInserted } from '../integration/start-store';
import { pprofUploads } from '../oracle/uploads';
import { reportBench } from './store/report';

/**
 * How long questions take over HTTP: the first time, with nothing cached in the front, and again. The store holds an hour of
 * recorded profiles of several services, one upload a minute each.
 */
export interface QueryBenchRow {
  readonly question: string;
  readonly firstMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly answerBytes: number;
}

const minute = 60_000;
const minutes = 60;
const services = ['web', 'pay', 'search', 'mail'];
const recordings = [
  'recordings/dd-python-2 profile.pprof',
  'recordings/dd-go-2 cpu.pprof',
  'recordings/dd-node-2 wall.pprof',
];
const warmRuns = 20;

type Question = readonly [name: string, query: Partial<StoreQuery>, rangeMinutes: number];

const web: Partial<StoreQuery> = { selector: '{service="web"}', profileType: 'cpu-time' };
const questions: readonly Question[] = [
  ['flame graph, 1 service, 1 h', { ...web, queryType: 'profile' }, 60],
  ['flame graph, all services, 1 h', { queryType: 'profile', profileType: 'cpu-time' }, 60],
  ['flame graph, one upload', { ...web, queryType: 'profile' }, 1],
  [
    'flame graph, filtered by thread',
    { ...web, queryType: 'profile', stackFilter: [{ dimension: 'thread', match: 'regex', values: ['.'] }] },
    60,
  ],
  ['methods, 1 service, 1 h', { ...web, queryType: 'dimension', dimension: 'method' }, 60],
  ['spans, 1 service, 1 h', { ...web, queryType: 'requests', limit: 50 }, 60],
  ['series of a type by service, 1 h', { queryType: 'metrics', profileType: 'cpu-time', groupBy: ['service'] }, 60],
  ['series of the top 10 methods, 1 h', { ...web, queryType: 'metrics', dimension: 'method', topN: 10 }, 60],
  [
    'alert on one method, 5 min',
    { ...web, queryType: 'dimension', format: 'alert', measure: 'selfShare', rows: ['<module>'] },
    5,
  ],
  ['list of profiles', { queryType: 'profiles' }, 60],
  ['six facets', { queryType: 'facets', names: ['service', 'env', 'version', 'host', 'language', 'runtime'] }, 60],
  ['histogram by service', { queryType: 'histogram', by: 'service' }, 60],
];

/** Fills a store and asks everything; one row per question. */
export async function run(): Promise<QueryBenchRow[]> {
  const store = await startStore();
  try {
    const endMs = Math.floor(Date.now() / minute) * minute;
    await fill(store.url, endMs);
    await untilInserted(store);
    const rows: QueryBenchRow[] = [];
    for (const question of questions) {
      rows.push(await measure(store.url, question, endMs));
    }
    return rows;
  } finally {
    await store.stop();
    removeDataDirs();
  }
}

async function fill(url: string, endMs: number): Promise<void> {
  const files = (await pprofUploads()).filter(({ name }) => recordings.includes(name));
  for (let k = 0; k < minutes; k++) {
    const start = endMs - (minutes - k) * minute;
    await Promise.all(
      services.flatMap((service) =>
        files.map(async ({ name, bytes }) => {
          const labels = { service, env: 'bench', version: String(k % 3), host: `${service}-1` };
          const file = name.split(' ')[1];
          const query = new URLSearchParams({
            ...labels,
            name: file,
            start: String(start),
            end: String(start + minute),
          });
          const answer = await fetch(`${url}/api/v1/upload?${query}`, { method: 'POST', body: bytes });
          if (answer.status !== 200) {
            throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
          }
        })
      )
    );
  }
}

async function measure(url: string, [question, query, rangeMinutes]: Question, endMs: number): Promise<QueryBenchRow> {
  const body = JSON.stringify({
    from: endMs - rangeMinutes * minute,
    to: endMs,
    intervalMs: minute,
    queries: [{ refId: 'A', ...query }],
  });
  const first = await timed(url, body, question);
  const warm: number[] = [];
  for (let k = 0; k < warmRuns; k++) {
    warm.push((await timed(url, body, question)).ms);
  }
  warm.sort((a, b) => a - b);
  const quantile = (share: number) => warm[Math.min(warm.length - 1, Math.floor(share * warm.length))];
  return { question, firstMs: first.ms, p50Ms: quantile(0.5), p95Ms: quantile(0.95), answerBytes: first.bytes };
}

async function timed(url: string, body: string, question: string): Promise<{ ms: number; bytes: number }> {
  const start = performance.now();
  const answer = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const text = await answer.text();
  const ms = performance.now() - start;
  const { results }: QueryResponse = JSON.parse(text);
  if (results.A.error) {
    throw new Error(`${question}: ${results.A.error.message}`);
  }
  return { ms, bytes: text.length };
}

function table(rows: readonly QueryBenchRow[]): string {
  const cell = (value: number) => value.toFixed(1).padStart(10);
  const lines = rows.map(
    ({ question, firstMs, p50Ms, p95Ms, answerBytes }) =>
      `${question.padEnd(40)}${cell(firstMs)}${cell(p50Ms)}${cell(p95Ms)}${String(answerBytes).padStart(12)}`
  );
  return [`${'question'.padEnd(40)}  first ms       p50       p95       bytes`, ...lines].join('\n');
}

async function main(): Promise<void> {
  const rows = await run();
  reportBench('query', rows, table(rows));
}

void main();

import http from 'node:http';
import type { QueryResponse, StoreQuery } from '../../../src/api/query';
import type { RunningStore } from '../../integration/start-store';
import { cpuMs, togetherMb } from '../store/meter';
import { postJson, send, type PeerRequest } from './push';

/** A question that both can answer. */
export interface PeerQuestion {
  readonly kind: 'merge' | 'series' | 'values';
  readonly profileType: string;
  /** A service, or a pattern of several. */
  readonly service: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PeerAnswer {
  readonly ms: number;
  /** Of a merge: the sum of all samples, which must be the same on both sides. */
  readonly total: number;
}

export interface PeerServer {
  readonly name: 'hotspan' | 'pyroscope';
  push(request: PeerRequest): Promise<{ readonly ms: number; readonly status: number; readonly reason: string }>;
  ask(question: PeerQuestion): Promise<PeerAnswer>;
  cpuMs(): Promise<number>;
  residentMb(): Promise<number>;
}

const maxNodes = 16_384;
const stepMs = 15_000;

function makeAgent(): http.Agent {
  return new http.Agent({ keepAlive: true, maxSockets: 256 });
}

function selectorOf(service: string): string {
  return /[*|]/.test(service) ? `{service_name=~"${service}"}` : `{service_name="${service}"}`;
}

async function pushTo(agent: http.Agent, base: string, request: PeerRequest) {
  const { ms, status, body } = await send(agent, base, request);
  return { ms, status, reason: status === 200 ? '' : body.toString('utf8').slice(0, 200) };
}

export function hotspanServer(store: RunningStore): PeerServer {
  const agent = makeAgent();
  const query = async (question: PeerQuestion): Promise<PeerAnswer> => {
    const { fromMs, toMs, profileType, service } = question;
    const selector = selectorOf(service);
    const asked: Partial<StoreQuery> =
      question.kind === 'merge'
        ? { queryType: 'profile', profileType, selector, maxNodes }
        : { queryType: 'metrics', profileType, selector, groupBy: ['pod'] };
    const { ms, status, body } = await postJson(agent, store.url, '/api/v1/query', {
      from: fromMs,
      to: toMs,
      intervalMs: stepMs,
      maxDataPoints: 20_000,
      queries: [{ refId: 'A', ...asked }],
    });
    const answer: QueryResponse = JSON.parse(body.toString('utf8'));
    const { error, frames } = answer.results?.A ?? {};
    if (status !== 200 || error) {
      throw new Error(`hotspan: ${error?.message ?? body.toString('utf8').slice(0, 200)}`);
    }
    return { ms, total: Number(frames[0]?.schema.meta?.custom?.total ?? 0) };
  };
  return {
    name: 'hotspan',
    push: (request) => pushTo(agent, store.url, request),
    ask: (question) => (question.kind === 'values' ? values(agent, store.url, question) : query(question)),
    cpuMs: async () => cpuMs(store.processId) + cpuMs(store.engineProcessId()),
    residentMb: async () => togetherMb(store.processId, store.engineProcessId()),
  };
}

function values(agent: http.Agent, base: string, { fromMs, toMs }: PeerQuestion): Promise<PeerAnswer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const url = new URL(`/api/v1/labels/service/values?from=${fromMs}&to=${toMs}`, base);
    http
      .get(url, { agent }, (response) => {
        response.resume();
        response.on('end', () => resolve({ ms: performance.now() - started, total: 0 }));
      })
      .on('error', reject);
  });
}

export function pyroscopeServer(base: string): PeerServer {
  const agent = makeAgent();
  const service = '/querier.v1.QuerierService';
  const metric = async (name: string) => {
    const text = await (await fetch(`${base}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? 0);
  };
  const ask = async (question: PeerQuestion): Promise<PeerAnswer> => {
    const range = { start: String(question.fromMs), end: String(question.toMs) };
    const by = { ...range, profile_typeID: question.profileType, label_selector: selectorOf(question.service) };
    const { ms, status, body } =
      question.kind === 'values'
        ? await postJson(agent, base, `${service}/LabelValues`, { ...range, name: 'service_name' })
        : question.kind === 'merge'
          ? await postJson(agent, base, `${service}/SelectMergeStacktraces`, { ...by, max_nodes: String(maxNodes) })
          : await postJson(agent, base, `${service}/SelectSeries`, { ...by, group_by: ['pod'], step: stepMs / 1000 });
    if (status !== 200) {
      throw new Error(`pyroscope: ${body.toString('utf8').slice(0, 200)}`);
    }
    const { flamegraph }: { flamegraph?: { total?: string } } = JSON.parse(body.toString('utf8'));
    return { ms, total: Number(flamegraph?.total ?? 0) };
  };
  return {
    name: 'pyroscope',
    push: (request) => pushTo(agent, base, request),
    ask,
    cpuMs: async () => (await metric('process_cpu_seconds_total')) * 1000,
    residentMb: async () => Math.round((await metric('process_resident_memory_bytes')) / 2 ** 20),
  };
}

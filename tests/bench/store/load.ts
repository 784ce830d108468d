import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilInserted, type RunningStore } from '../../integration/start-store';
import { cpuMs, quantile, rounded, togetherMb } from './meter';

/** Recorded requests of real clients, sent again as if they were recorded at other times. */
export interface Recording {
  readonly path: string;
  readonly contentType: string;
  readonly samples: number;
  /** The request as if it began then. */
  at(startMs: number): { readonly path: string; readonly body: Buffer };
}

const fixtures = path.resolve('tests/fixtures');

/** In equal parts, with the samples of one upload of each from EXPECTED.json. */
const mix: ReadonlyArray<readonly [name: string, samples: number]> = [
  ['dd-python-2', 5584],
  ['dd-go-2', 378],
  ['dd-node-2', 936],
  ['dd-java-ddprof-2', 1566],
];

export function mixedClients(): Recording[] {
  return mix.map(([name, samples]) => agentRecording(name, samples));
}

function agentRecording(name: string, samples: number): Recording {
  const base = path.join(fixtures, 'uploads/recordings', name);
  const { headers }: { headers: Array<[string, string]> } = JSON.parse(fs.readFileSync(`${base}.http.json`, 'utf8'));
  const body = fs.readFileSync(`${base}.body`);
  const times = [...body.toString('latin1').matchAll(/"(start|end)":"(\d{4}-[^"]+Z)"/g)].map((found) => ({
    at: found.index + found[0].length - 1 - found[2].length,
    text: found[2],
  }));
  const first = Date.parse(times[0].text);
  const requestPath = '/profiling/v1/input';
  return {
    path: requestPath,
    contentType: headers.find(([key]) => key.toLowerCase() === 'content-type')?.[1] ?? '',
    samples,
    at: (startMs) => {
      const moved = Buffer.from(body);
      for (const { at, text } of times) {
        // Times keep their length, so nothing else moves.
        const time = new Date(startMs + Date.parse(text) - first).toISOString().slice(0, 23);
        moved.write(`${time}${text.slice(23)}`, at, 'latin1');
      }
      return { path: requestPath, body: moved };
    },
  };
}

/** A JVM's 60 seconds. */
export function jvmRecording(): Recording {
  const body = fs.readFileSync(path.join(fixtures, 'corpus/java-ddtrace-guance-main.jfr'));
  return {
    path: '/api/v1/upload',
    contentType: 'application/octet-stream',
    samples: 9531,
    at: (startMs) => ({ path: `/api/v1/upload?service=jvm&start=${startMs}&end=${startMs + 60_000}`, body }),
  };
}

export interface LoadRow {
  readonly what: string;
  readonly connections: number;
  readonly uploads: number;
  readonly uploadsPerSecond: number;
  readonly samplesPerSecond: number;
  readonly ackP50Ms: number;
  readonly ackP95Ms: number;
  readonly ackMaxMs: number;
  /** From the last answer until everything is inserted. */
  readonly insertLagMs: number;
  readonly memoryMb: number;
  /** Processor time per upload: a figure that other load on the machine changes little. */
  readonly frontCpuMs: number;
  readonly engineCpuMs: number;
}

export interface LoadOptions {
  readonly what: string;
  readonly recordings: readonly Recording[];
  readonly connections: number;
  readonly seconds: number;
  /** Uploads a second in all; as many as go when not said. */
  readonly rate?: number;
}

/** Uploads of each recording before the time runs. */
export const warmUpsEach = 10;

/** Numbers for start times, so that no upload of a run is a repeat. */
let sent = 0;

/** Sends for some seconds, after a warm-up, and waits until the last upload is inserted. */
export async function runLoad(store: RunningStore, options: LoadOptions): Promise<LoadRow> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: options.connections });
  const send = () => sendNext(agent, store.url, options.recordings);
  for (let i = 0; i < warmUpsEach * options.recordings.length; i++) {
    await send();
  }
  await untilInserted(store);
  const pids = [store.processId, store.engineProcessId()];
  const before = pids.map(cpuMs);
  const started = performance.now();
  const acks =
    options.rate === undefined ? await closedLoop(send, options) : await openLoop(send, options.seconds, options.rate);
  const acked = performance.now();
  const memoryMb = togetherMb(...pids);
  await untilInserted(store);
  const done = performance.now();
  const [frontCpu, engineCpu] = pids.map((pid, at) => cpuMs(pid) - before[at]);
  agent.destroy();
  const rate = acks.length / ((done - started) / 1000);
  const samples = options.recordings.reduce((sum, recording) => sum + recording.samples, 0) / options.recordings.length;
  return {
    what: options.what,
    connections: options.connections,
    uploads: acks.length,
    uploadsPerSecond: rounded(rate),
    samplesPerSecond: Math.round(rate * samples),
    ackP50Ms: rounded(quantile(acks, 0.5)),
    ackP95Ms: rounded(quantile(acks, 0.95)),
    ackMaxMs: rounded(Math.max(...acks)),
    insertLagMs: Math.round(done - acked),
    memoryMb,
    frontCpuMs: rounded(frontCpu / acks.length),
    engineCpuMs: rounded(engineCpu / acks.length),
  };
}

/** Sends without a warm-up and waits for the answers only. Returns their times, ms. */
export async function sendSteadily(
  store: Pick<RunningStore, 'url'>,
  recordings: readonly Recording[],
  { seconds, rate }: { readonly seconds: number; readonly rate: number }
): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  try {
    return await openLoop(() => sendNext(agent, store.url, recordings), seconds, rate);
  } finally {
    agent.destroy();
  }
}

async function closedLoop(send: () => Promise<number>, { connections, seconds }: LoadOptions): Promise<number[]> {
  const acks: number[] = [];
  const until = performance.now() + seconds * 1000;
  const client = async () => {
    while (performance.now() < until) {
      acks.push(await send());
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  return acks;
}

/** Uploads start when their time has come, however long the ones before take. */
async function openLoop(send: () => Promise<number>, seconds: number, rate: number): Promise<number[]> {
  const acks: Array<Promise<number>> = [];
  const started = performance.now();
  for (let number = 0; number < seconds * rate; number++) {
    const waitMs = started + (number / rate) * 1000 - performance.now();
    if (waitMs > 0) {
      await sleep(waitMs);
    }
    acks.push(send());
  }
  return Promise.all(acks);
}

function sendNext(agent: http.Agent, base: string, recordings: readonly Recording[]): Promise<number> {
  const number = sent++;
  const recording = recordings[number % recordings.length];
  const request = recording.at(Date.now() - 3_600_000 + number * 7);
  const headers = { 'content-type': recording.contentType, 'content-length': request.body.length };
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = http.request(new URL(request.path, base), { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(performance.now() - started)
          : reject(new Error(`status ${response.statusCode}`))
      );
    });
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

export async function countProfiles(base: string): Promise<number> {
  const answer = await fetch(`${base}/api/v1/status`);
  const { profiles }: { profiles: number } = JSON.parse(await answer.text());
  return profiles;
}

/** From the answer until the profile is listed, asked every 5 ms. */
export async function visibleAfter(store: RunningStore, recording: Recording, times: number): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true });
  const waits: number[] = [];
  const count = () => countProfiles(store.url);
  for (let i = 0; i < times; i++) {
    const before = await count();
    await sendNext(agent, store.url, [recording]);
    const answered = performance.now();
    while ((await count()) <= before) {
      await sleep(5);
    }
    waits.push(performance.now() - answered);
    await sleep(200);
  }
  agent.destroy();
  return waits;
}

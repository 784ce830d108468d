/**
 * Sustained ingest, parsing and fsync included, embedded engine: the three clients of DESIGN §9's mix whose files are pprof, in equal
 * parts (the JFR of dd-java is left out until its reader exists). Every upload gets a window of its own, so none is a repeat.
 * Rate = uploads ÷ time until the last one is inserted; ack = time to the 200.
 */
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { removeDataDirs, startStore, untilInserted } from '../integration/start-store';

interface Row {
  readonly connections: number;
  readonly uploads: number;
  readonly uploadsPerSecond: number;
  readonly samplesPerSecond: number;
  readonly ackP50Ms: number;
  readonly ackP95Ms: number;
  readonly ackMaxMs: number;
  readonly insertLagMs: number;
  readonly storeMemoryMb: number;
  /** Processor time per upload: a figure that other load on the machine changes little. */
  readonly frontCpuMs: number;
  readonly engineCpuMs: number;
}

const root = path.resolve(__dirname, '../..');
const recordings = ['dd-python-2', 'dd-go-2', 'dd-node-2'];
/** Samples of one upload of each, from the fixtures' EXPECTED.json. */
const samplesPerMix = 5584 + 378 + 936;
const seconds = Number(process.env.BENCH_SECONDS ?? 15);

interface Template {
  readonly contentType: string;
  readonly body: Buffer;
  readonly times: ReadonlyArray<{ at: number; text: string; name: 'start' | 'end' }>;
}

function loadTemplate(name: string): Template {
  const base = path.join(root, 'tests/fixtures/uploads/recordings', name);
  const { headers }: { headers: Array<[string, string]> } = JSON.parse(fs.readFileSync(`${base}.http.json`, 'utf8'));
  const body = fs.readFileSync(`${base}.body`);
  const text = body.toString('latin1');
  const times = [...text.matchAll(/"(start|end)":"(\d{4}-[^"]+Z)"/g)].map((found) => ({
    at: found.index + found[0].length - 1 - found[2].length,
    text: found[2],
    name: found[1] === 'start' ? ('start' as const) : ('end' as const),
  }));
  const contentType = headers.find(([key]) => key.toLowerCase() === 'content-type')?.[1] ?? '';
  return { contentType, body, times };
}

/** The same upload, as if recorded at `startMs`; times keep their length, so nothing else moves. */
function shifted(template: Template, startMs: number): Buffer {
  const body = Buffer.from(template.body);
  const original = Date.parse(template.times.find(({ name }) => name === 'start')?.text ?? '');
  for (const { at, text } of template.times) {
    const moved = new Date(startMs + Date.parse(text) - original).toISOString().slice(0, 23);
    body.write(`${moved}${text.slice(23)}`, at, 'latin1');
  }
  return body;
}

function post(agent: http.Agent, url: URL, template: Template, body: Buffer): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method: 'POST', agent, headers: { 'content-type': template.contentType, 'content-length': body.length } },
      (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(performance.now() - started)
            : reject(new Error(`status ${response.statusCode}`))
        );
      }
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function measure(connections: number, templates: readonly Template[]): Promise<Row> {
  const store = await startStore();
  const url = new URL(`${store.url}/profiling/v1/input`);
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const base = Date.now() - 3_600_000;
  let sent = 0;
  const send = async () => {
    const number = sent++;
    const template = templates[number % templates.length];
    return post(agent, url, template, shifted(template, base + number * 7));
  };
  for (let i = 0; i < 60; i++) {
    await send();
  }
  await untilInserted(store);
  const acks: number[] = [];
  const cpuBefore = [cpuMs(store.processId), cpuMs(store.engineProcessId())];
  const started = performance.now();
  const client = async () => {
    while (performance.now() - started < seconds * 1000) {
      acks.push(await send());
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const acked = performance.now();
  await untilInserted(store);
  const done = performance.now();
  const storeMemoryMb = residentMb(store.processId) + residentMb(store.engineProcessId());
  const cpu = [cpuMs(store.processId), cpuMs(store.engineProcessId())].map((ms, at) => ms - cpuBefore[at]);
  agent.destroy();
  await store.stop();
  acks.sort((a, b) => a - b);
  const rate = acks.length / ((done - started) / 1000);
  return {
    connections,
    uploads: acks.length,
    uploadsPerSecond: round(rate),
    samplesPerSecond: Math.round((rate * samplesPerMix) / recordings.length),
    ackP50Ms: round(acks[Math.floor(acks.length * 0.5)]),
    ackP95Ms: round(acks[Math.floor(acks.length * 0.95)]),
    ackMaxMs: round(acks[acks.length - 1]),
    insertLagMs: Math.round(done - acked),
    storeMemoryMb,
    frontCpuMs: round(cpu[0] / acks.length),
    engineCpuMs: round(cpu[1] / acks.length),
  };
}

function residentMb(pid: number | undefined): number {
  const status = pid === undefined ? '' : fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** Time in user and kernel mode, all threads; Linux counts it in hundredths of a second. */
function cpuMs(pid: number | undefined): number {
  const fields = pid === undefined ? [] : fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export async function run(): Promise<Row[]> {
  const templates = recordings.map(loadTemplate);
  const rows: Row[] = [];
  for (const connections of [1, 8, 32]) {
    rows.push(await measure(connections, templates));
  }
  removeDataDirs();
  return rows;
}

if (require.main === module) {
  void run().then((rows) => {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    fs.mkdirSync(path.join(root, 'test-output'), { recursive: true });
    fs.writeFileSync(path.join(root, 'test-output/bench-ingest.json'), JSON.stringify(rows, null, 2));
  });
}

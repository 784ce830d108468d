/**
 * Hotspan beside Pyroscope: `npm run bench:peer -- --pyroscope http://127.0.0.1:4040 [--pyroscope-data DIR] [--full]
 * [--day-minutes N] [--sets S,M,L,DP,JFR,DAY,churned] [--runs 30] [--keep DIR [--ask]]`. The same requests to both through Pyroscope's own push
 * API, then the same questions. Without a URL only Hotspan is measured. Start Pyroscope on an empty folder, as its disk figure is
 * how much that grows, and with raised limits, or it refuses most sets. `--keep` leaves what was sent and measured in a folder,
 * `--ask` only asks again what such a folder and the Pyroscope beside it hold: sending takes longer than a machine is quiet.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from '../../integration/start-store';
import { folderBytes, machineLoad, printTable, quantile, rounded } from '../store/meter';
import { goals } from './goals';
import { hotspanServer, pyroscopeServer, type PeerQuestion, type PeerServer } from './servers';
import { likeS, makeSets, type PeerRun, type PeerSet, type SetSizes } from './sets';

const { values: flags } = parseArgs({
  options: {
    pyroscope: { type: 'string' },
    'pyroscope-data': { type: 'string' },
    full: { type: 'boolean', default: false },
    'day-minutes': { type: 'string' },
    sets: { type: 'string', default: 'S,M,L,DP,JFR,DAY,churned' },
    runs: { type: 'string' },
    keep: { type: 'string' },
    ask: { type: 'boolean', default: false },
  },
});

const fullSizes: SetSizes = { S: 1000, M: 200, L: 50, DP: 500, JFR: 40, dayMinutes: 1440 };
const shortSizes: SetSizes = { S: 400, M: 80, L: 10, DP: 200, JFR: 8, dayMinutes: 120 };
const usualSizes = flags.full ? fullSizes : shortSizes;
const minuteMs = 60_000;

/** What a run sent and measured. */
interface Kept {
  readonly run: PeerRun;
  readonly sizes: SetSizes;
  readonly rows: readonly Row[];
}

const keptFile = flags.keep === undefined ? undefined : path.join(path.resolve(flags.keep), 'bench-peer.json');
const kept: Kept | undefined =
  flags.ask && keptFile !== undefined ? JSON.parse(fs.readFileSync(keptFile, 'utf8')) : undefined;
const sizes = kept?.sizes ?? {
  ...usualSizes,
  dayMinutes: Number(flags['day-minutes'] ?? usualSizes.dayMinutes),
};
const thisRun = kept?.run ?? {
  endMs: Math.floor(Date.now() / minuteMs) * minuteMs,
  name: Date.now().toString(36),
};
const { endMs } = thisRun;
const sets = makeSets(sizes, thisRun);
const chosen = flags.sets.split(',').filter((name) => name in sets);

/** One figure of both. */
interface Row {
  readonly row: string;
  hotspan?: number;
  pyroscope?: number;
  note?: string;
}

const rows = new Map<string, Row>(kept?.rows.map((row) => [row.row, row]));

function record(name: string, server: PeerServer['name'], value: number, note?: string): void {
  const row = rows.get(name) ?? { row: name };
  rows.set(name, row);
  row[server] = rounded(value);
  if (note && !row.note?.includes(note)) {
    row.note = [row.note, note].filter((text) => text).join('; ');
  }
}

const connectionsOf: Readonly<Record<string, readonly number[]>> = { S: [8, 32], L: [8], JFR: [8] };

/** A set may be sent in several runs with different numbers of connections; each run sends a part of it. */
async function ingestSet(server: PeerServer, set: PeerSet): Promise<void> {
  const runs = connectionsOf[set.name] ?? [32];
  const share = Math.floor(set.uploads / runs.length);
  for (const [index, connections] of runs.entries()) {
    await ingestRun(server, set, { connections, from: index * share, to: (index + 1) * share });
  }
}

interface Run {
  readonly connections: number;
  readonly from: number;
  readonly to: number;
}

/** Requests are made in blocks outside of the measured time. */
async function ingestRun(server: PeerServer, set: PeerSet, { connections, from, to }: Run): Promise<void> {
  const acks: number[] = [];
  const refused: string[] = [];
  let seconds = 0;
  let peakMb = 0;
  const cpuBefore = await server.cpuMs();
  for (let start = from; start < to; start += 500) {
    const block = Array.from({ length: Math.min(500, to - start) }, (_, index) => set.request(start + index));
    const started = performance.now();
    const client = async () => {
      for (let request = block.shift(); request; request = block.shift()) {
        const { ms, status, reason } = await server.push(request);
        if (status === 200) {
          acks.push(ms);
        } else {
          refused.push(reason);
        }
      }
    };
    await Promise.all(Array.from({ length: connections }, client));
    seconds += (performance.now() - started) / 1000;
    peakMb = Math.max(peakMb, await server.residentMb());
  }
  await settled(server);
  const cpu = (await server.cpuMs()) - cpuBefore;
  const note = refused.length > 0 ? `${server.name} refused ${refused.length}: ${refused[0].slice(0, 80)}` : undefined;
  const name = `ingest ${set.name}, ${connections} connections`;
  record(`${name}: uploads/s`, server.name, acks.length / seconds, note);
  record(`${name}: ack p50 ms`, server.name, quantile(acks, 0.5));
  record(`${name}: ack p95 ms`, server.name, quantile(acks, 0.95));
  record(`${name}: CPU ms each`, server.name, cpu / Math.max(1, acks.length));
  record(`${name}: memory MB`, server.name, peakMb);
}

let store: RunningStore;

/** CPU that is spent after the answer belongs to the upload. */
async function settled(server: PeerServer): Promise<void> {
  if (server.name === 'hotspan') {
    await untilInserted(store);
  } else {
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

async function visibleAfter(server: PeerServer): Promise<void> {
  const waits: number[] = [];
  for (let number = 0; number < 10; number++) {
    const set = likeS(`visible-${number}`, 1, thisRun);
    const question = merge(set, 60, 'one');
    await server.push(set.request(0));
    const started = performance.now();
    while ((await server.ask(question)).total === 0 && performance.now() - started < 10_000) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    waits.push(performance.now() - started);
  }
  record('visible after the answer, idle: p50 ms', server.name, quantile(waits, 0.5));
}

function merge(set: PeerSet, minutes: number, which: 'one' | 'all'): PeerQuestion {
  return {
    kind: 'merge',
    profileType: set.profileType,
    service: which === 'one' ? set.service(0) : set.allServices,
    fromMs: endMs - minutes * minuteMs,
    // Everything starts before, and no store is asked for more than a day.
    toMs: endMs,
  };
}

function questions(): Array<readonly [name: string, question: PeerQuestion]> {
  const asked: Array<readonly [string, PeerQuestion]> = [];
  for (const name of chosen.filter((one) => one === 'S' || one === 'M' || one === 'L')) {
    for (const minutes of name === 'S' ? [60, 1] : [60]) {
      asked.push([`merge ${name} ${minutes} min, 1 service`, merge(sets[name], minutes, 'one')]);
      asked.push([`merge ${name} ${minutes} min, all services`, merge(sets[name], minutes, 'all')]);
    }
  }
  for (const name of chosen.filter((one) => one === 'DAY' || one === 'churned')) {
    asked.push([`merge ${name} 60 min`, merge(sets[name], 60, 'one')]);
    asked.push([`merge ${name} 24 h`, merge(sets[name], 1440, 'one')]);
  }
  const series = (question: PeerQuestion): PeerQuestion => ({ ...question, kind: 'series' });
  if (chosen.includes('S')) {
    asked.push(['series by pod, S 60 min, 1 service', series(merge(sets.S, 60, 'one'))]);
    asked.push(['series by pod, S 60 min, all services', series(merge(sets.S, 60, 'all'))]);
  }
  if (chosen.includes('DAY')) {
    asked.push(['series by pod, DAY 24 h', series(merge(sets.DAY, 1440, 'one'))]);
  }
  asked.push(['label values', { ...merge(sets.S, 60, 'one'), kind: 'values' }]);
  return asked;
}

const warmUps = 3;
const runs = Number(flags.runs ?? (flags.full ? 30 : 15));

async function askAll(servers: readonly PeerServer[]): Promise<void> {
  for (const [name, question] of questions()) {
    const totals: number[] = [];
    for (const server of servers) {
      try {
        totals.push(await askOne(server, name, question));
      } catch (error) {
        record(name, server.name, NaN, error instanceof Error ? error.message : String(error));
      }
    }
    if (new Set(totals).size > 1) {
      record(name, 'hotspan', rows.get(name)?.hotspan ?? NaN, differenceOf(name, totals));
    }
  }
}

/** Pyroscope leaves out samples without any frame; Hotspan counts them as `(no stack)`. */
function differenceOf(name: string, [ours, theirs]: readonly number[]): string {
  const each = Object.values(sets).find((set) => name.split(/[ ,]/).includes(set.name))?.framelessValue ?? 0;
  const more = ours - theirs;
  return each > 0 && more > 0 && more % each === 0
    ? `totals differ by ${more / each} samples without a frame`
    : `totals differ: ${ours} and ${theirs}`;
}

/** Returns the sum that was answered. */
async function askOne(server: PeerServer, name: string, question: PeerQuestion): Promise<number> {
  const times: number[] = [];
  let last = 0;
  for (let run = 0; run < warmUps + runs; run++) {
    const { ms, total } = await server.ask(question);
    last = total;
    if (run >= warmUps) {
      times.push(ms);
    }
  }
  record(name, server.name, quantile(times, 0.5));
  record(`${name}: p95`, server.name, quantile(times, 0.95));
  return last;
}

/** Only our own store can be started again from here. */
async function askAfterRestart(): Promise<void> {
  await store.stop();
  store = await startStore({ dataDir: store.dataDir });
  const firsts: Array<readonly [string, string, PeerQuestion]> = [
    ['S', 'S all services', merge(sets.S, 60, 'all')],
    ['DAY', 'DAY 24 h', merge(sets.DAY, 1440, 'one')],
    ['churned', 'churned 24 h', merge(sets.churned, 1440, 'one')],
  ];
  for (const [set, name, question] of firsts) {
    if (chosen.includes(set)) {
      record(`first after a restart: ${name}`, 'hotspan', (await hotspanServer(store).ask(question)).ms);
    }
  }
}

function diskOf(server: PeerServer): number | undefined {
  if (server.name === 'hotspan') {
    return folderBytes(path.join(store.dataDir, 'engine'));
  }
  const folder = flags['pyroscope-data'];
  return folder === undefined ? undefined : folderBytes(folder);
}

const diskGroups: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['S+M+L', ['S', 'M', 'L']],
  ['DP, JFR', ['DP', 'JFR']],
  ['DAY', ['DAY']],
  ['churned', ['churned']],
];

function storeFolder(keep: string): string {
  const folder = path.join(path.resolve(keep), 'hotspan');
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

function samplesOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + sets[name].samples * sets[name].uploads, 0);
}

/** A folder that was left alone for a while has merged its parts or compacted its blocks; it should hold one group of sets. */
function recordSettled(server: PeerServer): void {
  const bytes = diskOf(server);
  const held = diskGroups.filter(([, names]) => names.every((name) => chosen.includes(name)));
  if (bytes !== undefined && held.length === 1) {
    record(`disk ${held[0][0]}, settled: bytes per sample`, server.name, bytes / samplesOf(held[0][1]));
  }
}

async function ingestAll(server: PeerServer): Promise<void> {
  const warmUp = likeS('warm', 200, { ...thisRun, endMs: endMs - 120 * minuteMs });
  await ingestRun(server, warmUp, { connections: 8, from: 0, to: warmUp.uploads });
  for (const [group, names] of diskGroups) {
    const here = names.filter((name) => chosen.includes(name));
    const before = diskOf(server);
    for (const name of here) {
      process.stdout.write(`${server.name}: ${name}\n`);
      await ingestSet(server, sets[name]);
    }
    const after = diskOf(server);
    const samples = samplesOf(here);
    if (samples > 0 && group !== 'DP, JFR' && before !== undefined && after !== undefined) {
      record(`disk ${group}, after ingest: bytes per sample`, server.name, (after - before) / samples);
    }
  }
}

function isShort({ row, hotspan }: Row): boolean {
  const goal = goals[row];
  return (
    goal !== undefined && hotspan !== undefined && (hotspan < (goal.least ?? 0) || hotspan > (goal.most ?? Infinity))
  );
}

function report(): void {
  const all = [...rows.values()].filter(({ row }) => !row.startsWith('ingest warm'));
  const table = all.map((row) => {
    const goal = goals[row.row];
    const text = goal && (goal.least === undefined ? `<= ${goal.most}` : `>= ${goal.least}`);
    const { hotspan, pyroscope } = row;
    return { ...row, goal: text, short: isShort(row) ? 'SHORT' : undefined, hotspan, pyroscope };
  });
  const columns = table.map(({ row, hotspan, pyroscope, goal, short, note }) => ({
    row,
    hotspan,
    pyroscope,
    goal,
    short,
    note,
  }));
  process.stdout.write(`${printTable(columns)}\n`);
  const missed = all.filter(isShort).map(({ row }) => row);
  process.stdout.write(`load of the machine ${machineLoad()}; sizes ${JSON.stringify(sizes)}\n`);
  process.stdout.write(`${missed.length} rows fall short of their goal: ${missed.join('; ')}\n`);
  const output = JSON.stringify(
    { run: thisRun, sizes, load: machineLoad(), node: process.version, rows: columns },
    null,
    2
  );
  fs.mkdirSync('test-output', { recursive: true });
  fs.writeFileSync('test-output/bench-peer.json', output);
  if (keptFile !== undefined) {
    fs.writeFileSync(keptFile, output);
  }
}

store = await startStore(flags.keep === undefined ? {} : { dataDir: storeFolder(flags.keep) });
try {
  const peers = flags.pyroscope === undefined ? [] : [pyroscopeServer(flags.pyroscope)];
  const servers = [hotspanServer(store), ...peers];
  if (kept === undefined) {
    for (const server of servers) {
      await ingestAll(server);
    }
    report();
  } else {
    servers.forEach(recordSettled);
  }
  await askAll(servers);
  for (const server of servers) {
    await visibleAfter(server);
  }
  await askAfterRestart();
  report();
} finally {
  await store.stop();
  removeDataDirs();
}

/**
 * Steady load for some time: `npx tsx tests/faults/soak.ts [minutes] [uploads per second]`. Prints memory, open files and disk once a minute
 * and their slopes over the second half (the first warms caches up). Exits with 1 when something was refused or lost. Linux.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { newDataDir, removeDataDirs, startStore, untilInserted, type RunningStore } from '../integration/start-store';
import { compare, exitCodeOf, pause, sendUntilStopped } from './acknowledged';

interface Reading {
  readonly minute: number;
  readonly acknowledged: number;
  readonly frontMb: number;
  readonly engineMb: number;
  readonly openFiles: number;
  readonly diskMb: number;
}

const connections = 8;

async function main(): Promise<void> {
  const minutes = Number(process.argv[2] ?? 20);
  const perSecond = Number(process.argv[3] ?? 40);
  const store = await startStore({ dataDir: newDataDir() });
  const acknowledged = new Map<string, string>();
  let number = 0;
  const sending = sendUntilStopped(store, connections, () => number++, acknowledged, (connections * 1000) / perSecond);
  const readings: Reading[] = [];
  const startedMs = Date.now();
  for (let minute = 1; minute <= minutes; minute++) {
    await pause(startedMs + minute * 60_000 - Date.now());
    const reading = read(store, minute, acknowledged.size);
    readings.push(reading);
    process.stdout.write(`${JSON.stringify(reading)}\n`);
  }
  await sending.stop();
  await untilInserted(store);
  const outcome = await compare(store, acknowledged);
  await store.stop();
  const half = readings.slice(Math.floor(readings.length / 2));
  const slopes = {
    frontMbPerHour: slopePerHour(half, ({ frontMb }) => frontMb),
    engineMbPerHour: slopePerHour(half, ({ engineMb }) => engineMb),
    openFilesPerHour: slopePerHour(half, ({ openFiles }) => openFiles),
    diskBytesPerUpload: Math.round(((half[half.length - 1].diskMb - half[0].diskMb) * 2 ** 20) / uploadsOf(half)),
  };
  process.stdout.write(`${JSON.stringify({ slopes, ...outcome }, null, 2)}\n`);
  removeDataDirs();
  process.exitCode = exitCodeOf(outcome, minutes);
}

function read(store: RunningStore, minute: number, acknowledged: number): Reading {
  const engine = store.engineProcessId() ?? 0;
  const kilobytes = execFileSync('du', ['-sk', store.dataDir], { encoding: 'utf8' }).split('\t')[0];
  return {
    minute,
    acknowledged,
    frontMb: residentMb(store.processId),
    engineMb: residentMb(engine),
    openFiles: openFiles(store.processId) + openFiles(engine),
    diskMb: Math.round(Number(kilobytes) / 1024),
  };
}

function residentMb(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(found?.[1] ?? 0) / 1024);
}

function openFiles(pid: number): number {
  return fs.readdirSync(`/proc/${pid}/fd`).length;
}

function uploadsOf(readings: readonly Reading[]): number {
  return Math.max(1, readings[readings.length - 1].acknowledged - readings[0].acknowledged);
}

/** Least squares over the minutes. */
function slopePerHour(readings: readonly Reading[], value: (reading: Reading) => number): number {
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const x = mean(readings.map(({ minute }) => minute));
  const y = mean(readings.map(value));
  const above = readings.reduce((sum, reading) => sum + (reading.minute - x) * (value(reading) - y), 0);
  const below = readings.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
  return below === 0 ? 0 : Math.round((above / below) * 60 * 10) / 10;
}

void main();

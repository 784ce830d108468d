/**
 * Steady load of the reference mix for some time: `npx tsx tests/faults/soak.ts [minutes] [uploads per second]`; half of what `npm run
 * bench:store -- --only ingest` reached is meant. Prints memory, open files and disk once a minute and their slopes over the second half
 * (the first warms caches up), and what the disk should have grown by. Exits with 1 when something was refused, lost or doubled. Linux.
 */
import fs from 'node:fs';
import path from 'node:path';
import { leastSquaresSlope } from '../../store/query/least-squares';
import { countProfiles, mixedClients, runLoad, warmUpsEach } from '../bench/store/load';
import { folderBytes, residentMb } from '../bench/store/meter';
import { newDataDir, removeDataDirs, startStore, type RunningStore } from '../integration/start-store';
import { pause } from './acknowledged';

interface Reading {
  readonly minute: number;
  readonly profiles: number;
  readonly frontMb: number;
  readonly engineMb: number;
  readonly openFiles: number;
  /** Segments of uploads as they came, and the checkpoint. */
  readonly rawMb: number;
  /** Tables, with parts that wait to be removed after a merge. */
  readonly tablesMb: number;
}

async function main(): Promise<void> {
  const minutes = Number(process.argv[2] ?? 20);
  const rate = Number(process.argv[3] ?? 40);
  const recordings = mixedClients();
  const store = await startStore({ dataDir: newDataDir() });
  const load = runLoad(store, { what: 'soak', recordings, connections: 64, seconds: minutes * 60, rate });
  const [row, readings] = await Promise.all([load, readEveryMinute(store, minutes)]);
  const listed = await countProfiles(store.url);
  await store.stop();
  removeDataDirs();
  const half = readings.slice(Math.floor(readings.length / 2));
  const perHour = (value: (reading: Reading) => number) =>
    Math.round(
      leastSquaresSlope(
        half.map(({ minute }) => minute),
        half.map(value)
      ) * 600
    ) / 10;
  const slopes = {
    frontMbPerHour: perHour(({ frontMb }) => frontMb),
    engineMbPerHour: perHour(({ engineMb }) => engineMb),
    openFilesPerHour: perHour(({ openFiles }) => openFiles),
  };
  const disk = {
    rawBytesPerUpload: bytesPerUpload(half, ({ rawMb }) => rawMb),
    rawBytesExpected: Math.round(mean(recordings.map((recording) => recording.at(Date.now()).body.length))),
    tableBytesPerUpload: bytesPerUpload(half, ({ tablesMb }) => tablesMb),
    samplesPerUpload: mean(recordings.map(({ samples }) => samples)),
  };
  const expected = row.uploads + warmUpsEach * recordings.length;
  process.stdout.write(`${JSON.stringify({ row, slopes, disk, acknowledged: expected, listed }, null, 2)}\n`);
  process.exitCode = listed === expected ? 0 : 1;
}

async function readEveryMinute(store: RunningStore, minutes: number): Promise<Reading[]> {
  const readings: Reading[] = [];
  const startedMs = Date.now();
  for (let minute = 1; minute <= minutes; minute++) {
    await pause(startedMs + minute * 60_000 - Date.now());
    const reading = await read(store, minute);
    readings.push(reading);
    process.stdout.write(`${JSON.stringify(reading)}\n`);
  }
  return readings;
}

async function read(store: RunningStore, minute: number): Promise<Reading> {
  const engine = store.engineProcessId();
  return {
    minute,
    profiles: await countProfiles(store.url),
    frontMb: residentMb(store.processId),
    engineMb: residentMb(engine),
    openFiles: openFiles(store.processId) + openFiles(engine ?? 0),
    rawMb: folderMb(store, 'raw'),
    tablesMb: folderMb(store, 'engine'),
  };
}

function folderMb(store: RunningStore, name: string): number {
  return Math.round(folderBytes(path.join(store.dataDir, name)) / 2 ** 20);
}

function openFiles(pid: number): number {
  return fs.readdirSync(`/proc/${pid}/fd`).length;
}

function bytesPerUpload(readings: readonly Reading[], megabytes: (reading: Reading) => number): number {
  const [first, last] = [readings[0], readings[readings.length - 1]];
  return Math.round(((megabytes(last) - megabytes(first)) * 2 ** 20) / Math.max(1, last.profiles - first.profiles));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

void main();

import fs from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { startChdbEngine } from '../../../store/engines/chdb';
import type { Engine } from '../../../store/engines/engine';
import { migrate } from '../../../store/engines/schema/migrate';
import { startBatcher } from '../../../store/ingest/batcher';
import { ContentFilter, KnownContent } from '../../../store/ingest/content-filter';
import { makeContentHasher } from '../../../store/ingest/content-ids';
import { startParsePool } from '../../../store/ingest/parse-pool';
import { makeProfileSequence } from '../../../store/ingest/profile-sequence';
import { buildDueCells, defaultRollupSettings, type Cell } from '../../../store/rollup';
import { referenceUpload } from './draw-upload';
import { fillDay, fillWeek, type FillTarget } from './fill-engine';
import { makeProgram } from './program';
import { defaultLimits } from '../../integration/default-limits';

export interface FolderOptions {
  readonly seed: number;
  /** The one big service: hosts that send a full upload a minute, for so many minutes. */
  readonly dayHosts: number;
  readonly dayMinutes: number;
  /** Many services with small uploads. */
  readonly services: number;
  readonly hosts: number;
  readonly days: number;
  /** End of everything, ms since 1970; default: this minute. */
  readonly endMs?: number;
}

/** What a filled folder holds. */
export interface FolderContent extends FolderOptions {
  readonly dayService: string;
  /** End of everything, ms since 1970. */
  readonly endMs: number;
  readonly dayUploads: number;
  /** Samples in the files of the big service. */
  readonly daySamples: number;
  readonly smallUploads: number;
  readonly fillSeconds: number;
}

/** A folder that was filled more than once. */
export function together(before: FolderContent, added: FolderContent): FolderContent {
  return {
    ...added,
    dayHosts: Math.max(before.dayHosts, added.dayHosts),
    dayMinutes: Math.max(before.dayMinutes, added.dayMinutes),
    services: Math.max(before.services, added.services),
    hosts: Math.max(before.hosts, added.hosts),
    days: Math.max(before.days, added.days),
    endMs: Math.max(before.endMs, added.endMs),
    dayUploads: before.dayUploads + added.dayUploads,
    daySamples: before.daySamples + added.daySamples,
    smallUploads: before.smallUploads + added.smallUploads,
    fillSeconds: before.fillSeconds + added.fillSeconds,
  };
}

export const dayService = 'shop';
/** The build that tests/bench/run.mjs made. */
const build = process.env.STORE_BUILD ?? path.resolve('build/store');

export async function fillFolder(
  dataDir: string,
  options: FolderOptions,
  report: (line: string) => void
): Promise<FolderContent> {
  fs.mkdirSync(path.join(dataDir, 'raw'), { recursive: true });
  const started = performance.now();
  const endMs = options.endMs ?? Math.floor(Date.now() / 60_000) * 60_000;
  const { engine, target, close } = await openTarget(path.join(dataDir, 'engine'));
  try {
    const program = makeProgram(options.seed);
    const dayUploads = await fillDay(target, {
      program,
      service: dayService,
      hosts: options.dayHosts,
      minutes: options.dayMinutes,
      endMs,
      draw: referenceUpload,
      progress: (uploads) => report(`${dayService}: ${uploads} uploads after ${seconds(started)} s`),
    });
    const programs = [2, 3, 4].map((number) => makeProgram(options.seed * 100 + number));
    const smallUploads = await fillWeek(target, {
      programs,
      services: options.services,
      hosts: options.hosts,
      days: options.days,
      endMs,
      progress: (uploads) => report(`small services: ${uploads} uploads after ${seconds(started)} s`),
    });
    await target.batcher.drain(600_000);
    await buildHours(engine, (cells) => report(`rollup: ${cells} more cells after ${seconds(started)} s`));
    const daySamples = dayUploads * (referenceUpload.stackSamples + referenceUpload.otherSamples);
    const fillSeconds = seconds(started);
    return { ...options, dayService, endMs, dayUploads, daySamples, smallUploads, fillSeconds };
  } finally {
    await close();
  }
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}

/** All hours that are over, as a store would after a while. */
async function buildHours(engine: Engine, report: (cells: number) => void): Promise<void> {
  const always = () => Promise.resolve(true);
  const failed = (cell: Cell, error: Error) => {
    throw new Error(`no rollup of ${JSON.stringify(cell)}`, { cause: error });
  };
  for (let cells = -1; cells !== 0; ) {
    cells = await buildDueCells(engine, Date.now(), defaultRollupSettings, always, failed);
    report(cells);
  }
}

async function openTarget(
  dataDir: string
): Promise<{ engine: Engine; target: FillTarget; close: () => Promise<void> }> {
  const logger = pino({ level: 'warn' });
  const engine = await startChdbEngine({ dataDir, childFile: path.join(build, 'chdb-child.mjs'), logger });
  await migrate(engine);
  // Nothing is stopped for its time: the machine may sleep in between.
  const limits = { ...defaultLimits, parseSeconds: 3600 };
  const content = new ContentFilter(500_000);
  const pool = startParsePool({
    content,
    logger,
    workerFile: path.join(build, 'parse-worker.mjs'),
    threads: 1,
    limits,
    defaultService: 'unnamed-service',
    retentionDays: 0,
  });
  const batcher = startBatcher({
    engine,
    content,
    logger,
    whenReady: Promise.resolve(),
    most: { uploads: 1000, bytes: 2 ** 25 },
  });
  const known = new KnownContent(content.memory);
  const hasher = await makeContentHasher();
  const target = { pool, batcher, limits, known, hasher, sequence: makeProfileSequence() };
  return {
    engine,
    target,
    close: async () => {
      batcher.stop();
      await pool.close();
      await engine.close();
    },
  };
}

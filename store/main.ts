import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Server as GrpcServer } from '@grpc/grpc-js';
import { destination, pino, type Logger } from 'pino';
import { makeAuthorizer } from './auth';
import { makeCli } from './cli';
import { uploadFiles } from './cli-upload';
import { loadConfig, type Address, type Config } from './config';
import { startChdbEngine } from './engines/chdb';
import { openClickhouseEngine } from './engines/clickhouse';
import type { Engine } from './engines/engine';
import { decodeSampleRows } from './engines/sample-rows';
import { migrate, NewerSchemaError } from './engines/schema/migrate';
import { acceptCounted, type IngestSettings } from './ingest/accept-request';
import { agentRoutes } from './ingest/agent-paths';
import { startBatcher } from './ingest/batcher';
import { ContentFilter } from './ingest/content-filter';
import { CumulativeFiles } from './ingest/cumulative-files';
import { Duplicates } from './ingest/duplicates';
import { findPrevious } from './ingest/find-previous';
import { makeIntake } from './ingest/intake';
import { OpenGroups } from './ingest/open-groups';
import { listenGrpc, makeGrpcServer, stopGrpc } from './ingest/otlp/grpc-server';
import { startParsePool } from './ingest/parse-pool';
import { makeProfileSequence } from './ingest/profile-sequence';
import { deleteOldSegments, makeRawUploads, rawUsage } from './ingest/raw-uploads';
import { loadKnownKeys, replaySpool } from './ingest/replay';
import { ingestRoutes } from './ingest/routes';
import { lockFolder } from './ingest/folder-lock';
import { makeDirectory } from './ingest/segments';
import { startScraper } from './ingest/scrape/scraper';
import { openSpool, type Spool } from './ingest/spool';
import { makeMetrics } from './metrics';
import { LabelIndex } from './query/label-index';
import { UploadIndex } from './query/upload-index';
import { readAhead } from './query/read-ahead';
import { registerQueryRoutes } from './query/routes';
import { StackCache } from './query/stack-cache';
import { applyRetention } from './retention';
import { startRollup, type Rollup } from './rollup';
import { makeServer, type ServerSettings } from './server';
import { startFailure } from './start-failure';

/** The only place that knows all rooms of the store: it starts them in order and stops them in the reverse order. */
const version = process.env.HOTSPAN_VERSION ?? 'dev';

const repeatWindowMs = 86_400_000;
/** About 150 bytes each; older keys are forgotten first. */
const maxKnownKeys = 500_000;
const maxParseWaitMs = 2000;
/** Stacks and frames that are known to be in their tables; 32 bytes each. */
const rememberedContent = 500_000;
/** How long requests of one process are joined to the first one's profile. */
const groupOpenMs = 120_000;
const maxOpenGroups = 100_000;
const engineRetryMs = 1000;
const rawRetentionEveryMs = 60_000;
const retentionEveryMs = 600_000;
const drainMs = 10_000;
/** More uploads than these wait to be inserted: the rollup waits for them. */
const busyUploads = 8;

function builtFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function openEngine(config: Config, logger: Logger): Promise<Engine> {
  if (config.clickhouseUrl === undefined) {
    const dataDir = path.resolve(config.dataDir, 'engine');
    makeDirectory(dataDir);
    return startChdbEngine({
      dataDir,
      childFile: builtFile('./chdb-child.mjs'),
      logger,
    });
  }
  const unlock = await lockFolder(path.resolve(config.dataDir, 'raw'));
  const engine = await openServer(config, new URL(config.clickhouseUrl));
  return {
    ...engine,
    get ready() {
      return engine.ready;
    },
    close: () => engine.close().finally(unlock),
  };
}

function openServer(config: Config, { origin, username, password, pathname }: URL): Promise<Engine> {
  return openClickhouseEngine({
    url: origin,
    user: decodeURIComponent(username) || 'default',
    password: decodeURIComponent(password),
    database: pathname.slice(1) || 'hotspan',
    cluster: config.clickhouseCluster,
    caCertificate: config.clickhouseCa === undefined ? undefined : fs.readFileSync(config.clickhouseCa),
  });
}

/** Before the engine starts, whose own words about such a folder help nobody. */
function makeWritable(dir: string): void {
  makeDirectory(dir);
  fs.accessSync(dir, fs.constants.W_OK);
}

/** Starts everything; the result stops it. */
async function runStore(config: Config, logger: Logger): Promise<() => Promise<void>> {
  const rawDir = path.resolve(config.dataDir, 'raw');
  makeWritable(rawDir);
  // First, because it locks the data folder: a second store must not touch the segments that the first one writes.
  const engine = await openEngine(config, logger);
  // Servers of a cluster may be written to by several stores.
  const indexes = engine.kind === 'chdb' ? ([new LabelIndex(engine), new UploadIndex(engine)] as const) : undefined;
  const [labels, uploads] = indexes ?? [];
  const stacks = new StackCache(engine);
  const spool = openSpool({ dir: rawDir, maxPendingBytes: config.spoolMaxBytes, logger });
  const content = new ContentFilter(rememberedContent);
  const pool = startParsePool({
    content,
    logger,
    workerFile: builtFile('./parse-worker.mjs'),
    threads: config.parseThreads ?? Math.min(4, os.availableParallelism()),
    limits: config.limits,
    defaultService: config.defaultService,
    retentionDays: daysOf(config.retention),
    retentionRules: config.retentionRules.map((rule) => ({ ...rule, days: daysOf(rule.retention) })),
  });
  const state = { replayed: false, stopping: false };
  let tablesExist = () => undefined as void;
  const metrics = makeMetrics({
    queueLength: () => pool.size(),
    deferred: () => intake.deferred(),
    batcherLength: () => batcher.size(),
    spoolBytes: () => spool.pendingBytes(),
    engineReady: () => engine.ready,
  });
  const batcher = startBatcher({
    engine,
    content,
    logger,
    whenReady: new Promise<void>((resolve) => (tablesExist = resolve)),
    onInsert: metrics.inserted,
    onProfiles: (inserted) => {
      const rows = inserted.map(({ row }) => row);
      indexes?.forEach((index) => index.add(rows));
      void readAhead(
        stacks,
        inserted.map(({ row, encoded }) => ({ row, rowsOf: (types) => decodeSampleRows(encoded.samples, types) }))
      );
    },
    onInsertError: metrics.insertFailed,
  });
  const duplicates = new Duplicates(repeatWindowMs, maxKnownKeys);
  const rawUploads = makeRawUploads(rawDir, pool);
  const intake = makeIntake({
    pool,
    spool,
    batcher,
    duplicates,
    rawUploads,
    sequence: makeProfileSequence(),
    groups: new OpenGroups(groupOpenMs, maxOpenGroups),
    cumulative: new CumulativeFiles({ find: (file, sinceNs) => findPrevious(engine, file, sinceNs) }),
    logger,
    maxWaitMs: maxParseWaitMs,
  });

  /** Tables, then what is known, so that repeats are recognised before the first upload. */
  const prepare = async () => {
    await migrate(engine);
    await loadKnownKeys(engine, duplicates, Date.now() - repeatWindowMs, maxKnownKeys);
    for (const { header } of spool.toReplay) {
      duplicates.remember(header.key, header.id, header.request.receivedMs);
    }
    tablesExist();
  };
  const replay = async () => {
    await replaySpool({ engine, spool, intake, duplicates, logger });
    state.replayed = true;
  };
  const prepared = await attempt(prepare, logger);
  const catchUp = async () => {
    if (!prepared) {
      await untilDone(prepare, logger, state);
    }
    await untilDone(replay, logger, state);
  };

  const settings: ServerSettings = {
    logger,
    auth: config.auth,
    metrics,
    readiness: () => readiness(state, engine),
    status: async ({ tenant }) => ({
      version,
      engine: { kind: engine.kind, ready: engine.ready, version: await engine.version() },
      profiles: await countProfiles(engine, tenant),
      retention: config.retention === 0 ? 'for ever' : `${config.retention / 86_400_000} days`,
      spool: rawUsage(rawDir),
    }),
  };
  const addQueries = (app: FastifyInstance) =>
    registerQueryRoutes(app, { engine, rawUploads, labels, uploads, stacks, onDelete: () => upkeep.onDelete() });
  const ingest: IngestSettings = { intake, maxBodyBytes: config.limits.bodyBytes, onUpload: metrics.upload };
  const servers = await startServers(config, settings, addQueries, (app) => {
    void app.register(ingestRoutes(ingest));
    void app.register(agentRoutes(config.upstreamAgent));
  });
  const grpc = await startGrpc(config, ingest, logger);
  const scraper = startScraper(config.scrape, {
    accept: (request, body) => acceptCounted(request, body, ingest),
    logger,
    maxBytes: config.limits.partBytes,
    onScrape: metrics.scraped,
  });
  const upkeep = startUpkeep(config, {
    engine,
    rawDir,
    spool,
    logger,
    indexes,
    isBusy: () => batcher.size() > busyUploads,
  });
  void catchUp().then(upkeep.begin);

  return async () => {
    state.stopping = true;
    await Promise.all([scraper.stop(), upkeep.stop()]);
    await Promise.all([...servers.map((server) => server.close()), grpc && stopGrpc(grpc, drainMs)]);
    intake.stop();
    const drained = await batcher.drain(drainMs);
    batcher.stop();
    await spool.close();
    await pool.close();
    await engine.close();
    logger.info({ drained }, 'stopped');
  };
}

const defaultGrpcAddress: Address = { host: '127.0.0.1', port: 4141 };

/** A second store on the machine does without gRPC, unless it was told an address. */
async function startGrpc(config: Config, ingest: IngestSettings, logger: Logger): Promise<GrpcServer | undefined> {
  const authorize = makeAuthorizer(config.auth);
  const address = config.grpcListen ?? defaultGrpcAddress;
  const server = makeGrpcServer({
    ...ingest,
    maxMessageBytes: config.limits.partBytes,
    tenantOf: (headers) => authorize({ headers, pathToken: undefined }, 'ingest').tenant,
    logger,
  });
  try {
    const port = await listenGrpc(server, address);
    process.stdout.write(`hotspan grpc listens on ${address.host}:${port}\n`);
    return server;
  } catch (error) {
    if (config.grpcListen !== undefined) {
      throw error;
    }
    logger.warn({ error }, 'OTLP over gRPC is off: its address is taken; choose another with grpcListen');
    return undefined;
  }
}

function daysOf(ms: number): number {
  return Math.ceil(ms / 86_400_000);
}

/** Of all uploads, in ms; 0 = for ever. */
function longestRetention({ retention, retentionRules }: Config): number {
  const all = [retention, ...retentionRules.map((rule) => rule.retention)];
  return all.includes(0) ? 0 : Math.max(...all);
}

interface UpkeepParts {
  readonly engine: Engine;
  readonly rawDir: string;
  readonly spool: Pick<Spool, 'checkpoint'>;
  readonly logger: Logger;
  readonly indexes: ReadonlyArray<LabelIndex | UploadIndex> | undefined;
  readonly isBusy: () => boolean;
}

/**
 * Retention, and the hour rollup from `begin` on. Profiles and raw uploads are deleted apart: raw ones also for their size, and while the
 * engine is away.
 */
function startUpkeep(config: Config, { engine, rawDir, spool, logger, indexes, isBusy }: UpkeepParts) {
  const retentionMs = config.rawRetention ?? longestRetention(config);
  const deleteRaw = () =>
    deleteOldSegments(
      { dir: rawDir, retentionMs, maxBytes: config.rawMaxBytes, logger },
      spool.checkpoint(),
      Date.now()
    );
  let indexFailed = false;
  const readIndexes = () => {
    indexFailed = false;
    Promise.all(indexes?.map((index) => index.read()) ?? []).catch((error: unknown) => {
      indexFailed = true;
      logger.warn({ error }, 'labels and uploads are looked up in the engine for now');
    });
  };
  const deleteProfiles = async () => {
    const dropped = await applyRetention(engine, Date.now());
    if (dropped.length > 0) {
      readIndexes();
      logger.info({ dropped }, 'deleted profiles past their retention');
    }
  };
  const runNow = async () => {
    await attempt(deleteProfiles, logger);
    if (indexFailed) {
      readIndexes();
    }
  };
  const timers = [setInterval(deleteRaw, rawRetentionEveryMs), setInterval(() => void runNow(), retentionEveryMs)];
  let rollup: Rollup | undefined;
  let stopped = false;
  return {
    begin: async () => {
      readIndexes();
      await runNow();
      rollup = stopped ? undefined : startRollup({ engine, logger, isBusy });
    },
    onDelete: () => {
      readIndexes();
      rollup?.kick();
    },
    stop: async () => {
      stopped = true;
      timers.forEach((timer) => clearInterval(timer));
      await rollup?.stop();
    },
  };
}

function readiness(state: { readonly replayed: boolean }, engine: Engine): { ready: boolean; reason: string } {
  if (!state.replayed) {
    return { ready: false, reason: 'stored uploads of the last run are being read' };
  }
  return engine.ready ? { ready: true, reason: '' } : { ready: false, reason: 'the engine is starting' };
}

async function countProfiles(engine: Engine, tenant: string): Promise<number> {
  const sql = 'SELECT toUInt32(count()) AS count FROM profiles WHERE tenant = {tenant:String} AND part = 0';
  const columns = await engine.select({ sql, params: { tenant } });
  return columns.numbers('count')[0];
}

async function startServers(
  config: Config,
  settings: ServerSettings,
  addQueries: (app: FastifyInstance) => void,
  addIngest: (app: FastifyInstance) => void
): Promise<FastifyInstance[]> {
  const main = makeServer(settings, { ingestOnly: false });
  addQueries(main);
  addIngest(main);
  const servers = [{ app: main, address: config.listen, what: 'store' }];
  if (config.ingestListen) {
    const ingest = makeServer(settings, { ingestOnly: true });
    addIngest(ingest);
    servers.push({ app: ingest, address: config.ingestListen, what: 'ingest' });
  }
  for (const { app, address, what } of servers) {
    await app.listen(address);
    process.stdout.write(`hotspan ${what} listens on ${urlOf(app, address)}\n`);
  }
  return servers.map(({ app }) => app);
}

function urlOf(app: FastifyInstance, address: Address): string {
  const bound = app.server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : address.port;
  return `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`;
}

async function attempt(work: () => Promise<void>, logger: Logger): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof NewerSchemaError) {
      throw error;
    }
    logger.warn({ error }, 'the engine did not do its part; it is asked again, and uploads are kept on disk meanwhile');
    return false;
  }
}

async function untilDone(
  work: () => Promise<void>,
  logger: Logger,
  state: { readonly stopping: boolean }
): Promise<void> {
  while (!state.stopping && !(await attempt(work, logger))) {
    await new Promise((resolve) => setTimeout(resolve, engineRetryMs));
  }
}

function makeLogger(level: string): Logger {
  return pino({ level, serializers: { error: pino.stdSerializers.err } }, destination({ dest: 2, sync: true }));
}

async function storeCommand(flags: Record<string, unknown>, file: string | undefined): Promise<void> {
  const config = loadConfig({ flags, env: process.env, file, workingDir: process.cwd() });
  const logger = makeLogger(config.logLevel);
  const stop = await runStore(config, logger);
  let stopping = false;
  const onSignal = () => {
    if (!stopping) {
      stopping = true;
      void stop().then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error({ error }, 'stopping failed');
          process.exit(1);
        }
      );
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

const cli = makeCli({
  version,
  store: storeCommand,
  upload: async (files, options) => {
    process.exitCode = await uploadFiles(files, options, {
      out: (line) => process.stdout.write(`${line}\n`),
      err: (line) => process.stderr.write(`${line}\n`),
    });
  },
});

try {
  await cli.parseAsync();
} catch (error) {
  process.stderr.write(`${startFailure(error)}\n`);
  process.exit(1);
}

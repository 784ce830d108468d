import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import type { FrameJson, QueryResult, StoreQuery } from '../../src/api/query';
import type { Profile } from '../../src/model/profile';
import { parseDrawnProfile } from '../../src/model/profile-text';
import { startChdbEngine } from '../../store/engines/chdb';
import type { Engine, TableName } from '../../store/engines/engine';
import { decodeSampleRows } from '../../store/engines/sample-rows';
import { migrate } from '../../store/engines/schema/migrate';
import { encodeProfileRow } from '../../store/engines/table-rows';
import { HotspanError } from '../../store/errors';
import { makeContentHasher } from '../../store/ingest/content-ids';
import { encodeUpload } from '../../store/ingest/encode-upload';
import { mergeSamples } from '../../store/ingest/merge-samples';
import type { ProfileRow } from '../../store/engines/rows';
import { LabelIndex } from '../../store/query/label-index';
import { UploadIndex } from '../../store/query/upload-index';
import { readAhead } from '../../store/query/read-ahead';
import { registerQueryRoutes, type QueryDeps } from '../../store/query/routes';
import { StackCache } from '../../store/query/stack-cache';
import { newDataDir } from './start-store';

/** The query routes over a real embedded engine that is filled without the ingest side. */
export interface QueryStore {
  readonly engine: Engine;
  readonly url: string;
  put(upload: TestUpload): Promise<string>;
  /** Many at once, as the batcher inserts them. Returns their ids. */
  putAll(uploads: readonly TestUpload[]): Promise<string[]>;
  /** Raw answer of `POST /api/v1/query`. */
  ask(body: unknown, headers?: Record<string, string>): Promise<{ status: number; body: unknown }>;
  /** Result of one query; `tenant` default `default`. */
  query(
    time: { from: number; to: number; intervalMs?: number; maxDataPoints?: number },
    query: Partial<StoreQuery>,
    tenant?: string
  ): Promise<QueryResult>;
  get<T>(path: string, tenant?: string): Promise<T>;
  /** Keeps the uploads of the last hours in memory from now on, as the store does; read anew with every call. */
  keepUploads(): Promise<void>;
  /** Keeps the labels of all profiles in memory from now on, as the store does. */
  keepLabels(): Promise<void>;
  close(): Promise<void>;
}

export interface TestUpload {
  readonly tenant?: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly labels?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
  /** A profile, or one drawn as text (`src/model/profile-text.ts`). */
  readonly profile: Profile | string;
  readonly attachment?: string;
  readonly id?: string;
  /** Which part of the profile `id` this is; default the first. */
  readonly part?: number;
  /** Default `upload`, whose profiles have one part. */
  readonly intake?: string;
  readonly instance?: string;
  readonly status?: 'ok' | 'unreadable';
  readonly receivedMs?: number;
  /** Default 7. */
  readonly retentionDays?: number;
  /** Leave out the row of `profiles`, as when a crash cuts a batch. */
  readonly cut?: boolean;
  readonly runtimeInfo?: ReadonlyArray<readonly [string, string, string]>;
  readonly raw?: { readonly segment: string; readonly offset: number; readonly length: number };
  readonly attachments?: ReadonlyArray<{ readonly name: string; readonly format: string; readonly sizeBytes: number }>;
}

const quiet = { info: () => undefined, warn: () => undefined };
const columnLabels = ['service', 'env', 'version', 'host', 'runtime', 'language'] as const;

type RawUploads = QueryDeps['rawUploads'];
type RawUpload = Awaited<ReturnType<RawUploads['read']>>;

/** Raw uploads of a test, whose samples need not say when they were taken. */
export interface TestRawUploads {
  read(place: Parameters<RawUploads['read']>[0]): Promise<Pick<RawUpload, 'attachments'> & Partial<RawUpload>>;
}

const noRaw = () => Promise.reject(new HotspanError('no_raw', 'this test keeps no raw uploads'));

function startEmbedded(dataDir = newDataDir()): Promise<Engine> {
  return startChdbEngine({
    dataDir: path.join(dataDir, 'engine'),
    childFile: path.resolve(__dirname, '../../build/store/chdb-child.mjs'),
    logger: quiet,
  });
}

/** An engine whose questions a test sees as they are asked, and may keep waiting. */
export async function startWatched(dataDir: string, onSelect: (sql: string) => unknown): Promise<Engine> {
  const engine = await startEmbedded(dataDir);
  return {
    ...engine,
    ready: true,
    select: async (statement, options) => {
      await onSelect(statement.sql);
      return engine.select(statement, options);
    },
  };
}

export async function openQueryStore(
  rawUploads: TestRawUploads = { read: noRaw },
  start: () => Promise<Engine> = () => startEmbedded()
): Promise<QueryStore> {
  const engine = await start();
  await migrate(engine);
  const read: RawUploads['read'] = async (place) => ({ timedSamples: noRaw, ...(await rawUploads.read(place)) });
  const uploads = new UploadIndex(engine, { keptMs: 24 * 3600_000, maxUploads: 10_000, pieceRows: 2000 });
  let keepsUploads = false;
  const keepUploads = () => {
    keepsUploads = true;
    return uploads.read();
  };
  const labels = new LabelIndex(engine, { maxSets: 1000, pieceRows: 50 });
  const onDelete = () => void (keepsUploads && keepUploads());
  const stacks = new StackCache(engine);
  const app = makeApp({ engine, rawUploads: { read }, uploads, labels, stacks, onDelete });
  const putAll = await makePut(engine, uploads, stacks);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const ask = async (body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/api/v1/query`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  return {
    engine,
    url,
    keepUploads,
    keepLabels: () => labels.read(),
    put: async (upload) => (await putAll([upload]))[0],
    putAll,
    ask,
    query: async (time, query, tenant = 'default') => {
      const answer = await ask({ ...time, queries: [{ refId: 'A', ...query }] }, { 'x-tenant': tenant });
      return (answer.body as { results: Record<string, QueryResult> }).results.A;
    },
    get: async <T>(path: string, tenant = 'default') =>
      (await (await fetch(`${url}${path}`, { headers: { 'x-tenant': tenant } })).json()) as T,
    close: async () => {
      await app.close();
      await engine.close();
    },
  };
}

/** As `store/server.ts`: who calls, and errors as answers. */
function makeApp(deps: QueryDeps): FastifyInstance {
  const app = fastify({ forceCloseConnections: true });
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    const tenant = request.headers['x-tenant'];
    const admin = request.headers['x-role'] === 'admin';
    request.caller = {
      tenant: typeof tenant === 'string' ? tenant : 'default',
      roles: new Set(admin ? ['query', 'admin'] : ['query']),
    };
  });
  app.setErrorHandler((error: Error, _request, reply) => {
    const known = error instanceof HotspanError ? error : new HotspanError('internal', error.message);
    return reply.status(known.status).send({ error: { code: known.code, message: known.message, hint: known.hint } });
  });
  registerQueryRoutes(app, deps);
  return app;
}

async function makePut(engine: Engine, index: UploadIndex, stacks: StackCache): Promise<QueryStore['putAll']> {
  const encode = await makeEncoder();
  return async (uploads) => {
    const encoded = uploads.map(encode);
    const order = ['frames', 'stacks', 'samples', 'profile_spans', 'profiles'] as const;
    await insertAll(
      engine,
      randomUUID(),
      order.map((table) => [table, Buffer.concat(encoded.map(({ tables }) => tables[table]))])
    );
    const visible = encoded.filter((_, at) => !uploads[at].cut);
    index.add(visible.map(({ row }) => row));
    await readAhead(
      stacks,
      visible.map(({ row, tables }) => ({ row, rowsOf: (types) => decodeSampleRows(tables.samples, types) }))
    );
    return encoded.map(({ id }) => id);
  };
}

/** Rows of uploads by table. */
export async function makeEncoder(): Promise<
  (upload: TestUpload) => { id: string; row: ProfileRow; tables: Record<TableName, Uint8Array> }
> {
  const hasher = await makeContentHasher();
  let sequence = 0;
  return (upload) => {
    const profile = typeof upload.profile === 'string' ? parseDrawnProfile(upload.profile) : upload.profile;
    const labels =
      upload.labels instanceof Map
        ? new Map<string, string>(upload.labels)
        : new Map(Object.entries(upload.labels ?? {}));
    const fixed = (name: string) => labels.get(name) ?? '';
    const frameIds = hasher.frameIds(profile.frames, profile.strings);
    const files = [
      {
        name: upload.attachment ?? 'profile.pprof',
        profile,
        frameIds,
        stackIds: hasher.stackIds(profile.stacks, frameIds),
      },
    ];
    const samples = mergeSamples(files, fixed('language'));
    const number = (BigInt(Math.floor(upload.startMs / 1000)) << 32n) | BigInt(++sequence);
    const id = upload.id ?? randomUUID();
    const row = {
      tenant: upload.tenant ?? 'default',
      service: fixed('service'),
      env: fixed('env'),
      version: fixed('version'),
      host: fixed('host'),
      runtime: fixed('runtime'),
      language: fixed('language'),
      startNs: BigInt(upload.startMs) * 1_000_000n,
      endNs: BigInt(upload.endMs) * 1_000_000n,
      receivedMs: upload.receivedMs ?? upload.endMs,
      profile: number,
      id,
      uploadKey: createHash('md5')
        .update(`${id}-${upload.part ?? 0}`)
        .digest('hex'),
      instance: upload.instance ?? fixed('host'),
      labels: new Map([...labels].filter(([name]) => !columnLabels.some((column) => column === name))),
      types: samples.types,
      totals: samples.totals,
      counts: samples.counts,
      sampleCount: samples.sampleCount,
      sizeBytes: 1000,
      status: upload.status ?? ('ok' as const),
      reason: upload.status === 'unreadable' ? 'cut off' : '',
      format: 'pprof',
      intake: upload.intake ?? 'upload',
      runtimeInfo: JSON.stringify(upload.runtimeInfo ?? []),
      attachments: JSON.stringify(upload.attachments ?? [{ name: files[0].name, format: 'pprof', sizeBytes: 1000 }]),
      endpointCounts: new Map<string, number>(),
      rawSegment: upload.raw?.segment ?? '',
      rawOffset: upload.raw?.offset ?? 0,
      rawLength: upload.raw?.length ?? 0,
      retentionDays: upload.retentionDays ?? 7,
      part: upload.part ?? 0,
    };
    const encoded = encodeUpload(row, files, samples);
    const tables = {
      frames: encoded.frames.bytes,
      stacks: encoded.stacks.bytes,
      samples: encoded.samples,
      profile_spans: encoded.spans,
      profiles: upload.cut ? new Uint8Array(0) : encodeProfileRow(row),
    };
    return { id, row, tables };
  };
}

async function insertAll(
  engine: Engine,
  id: string,
  tables: ReadonlyArray<readonly [TableName, Uint8Array<ArrayBuffer>]>
): Promise<void> {
  for (const [table, bytes] of tables) {
    if (bytes.length > 0) {
      await engine.insert(table, bytes, `${id}-${table}`);
    }
  }
}

/** Values of a field by name. */
export function column<T>(frame: FrameJson, name: string): T[] {
  const at = frame.schema.fields.findIndex((field) => field.name === name);
  if (at < 0) {
    throw new Error(`the frame has no field ${name}`);
  }
  const field = frame.schema.fields[at];
  const values = frame.data.values[at];
  const texts = (field.config as { type?: { enum?: { text: string[] } } } | undefined)?.type?.enum?.text;
  return (field.type === 'enum' && texts ? values.map((index) => texts[index as number]) : values) as T[];
}

/** Rows of a frame as objects without a prototype. */
export function rowsOf(frame: FrameJson): Array<Record<string, unknown>> {
  const names = frame.schema.fields.map((field) => field.name);
  const columns = names.map((name) => column<unknown>(frame, name));
  return (columns[0] ?? []).map((_, row) => Object.fromEntries(names.map((name, at) => [name, columns[at][row]])));
}

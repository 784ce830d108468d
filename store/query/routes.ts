import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { QueryResult } from '../../src/api/query';
import { canonicalLabel } from '../../src/model/selector';
import type { Engine } from '../engines/engine';
import { HotspanError } from '../errors';
import { answerQuery } from './answer';
import { apiError, queryError } from './api-error';
import type { QueryContext, QueryTime } from './context';
import { QueryQueue } from './queue';
import { limits, parseQuery, parseRequest, type ParsedRequest } from './request';
import { checkDelete, deleteProfiles } from './resources/delete-profiles';
import { answerDimensions } from './resources/dimensions';
import { exportFile, readExportRequest } from './resources/export';
import type { LabelIndex } from './label-index';
import { answerLabels, answerLabelValues, defaultValues } from './resources/labels';
import {
  answerProfileDetail,
  downloadOf,
  findProfile,
  rawFiles,
  type Download,
  type RawUploadReader,
} from './resources/profile';
import { answerProfileTypes } from './resources/profile-types';
import { readResourceQuery, resourceScope, type ResourceQuery } from './resources/resource-query';
import { answerSuggest } from './resources/suggest';
import type { UploadScope } from './sql/upload-scope';
import type { StackCache } from './stack-cache';
import type { UploadIndex } from './upload-index';

/** What the rooms that are not ours must give: the engine, and uploads as they came. */
export interface QueryDeps {
  readonly engine: Engine;
  readonly rawUploads: RawUploadReader;
  /** Answers what labels there are, where one store writes alone. */
  readonly labels?: LabelIndex;
  /** Finds uploads of the last hours, where one store writes alone. */
  readonly uploads?: UploadIndex;
  /** Stacks that questions met, and the sums of uploads by them. */
  readonly stacks: StackCache;
  /** Profiles were deleted. */
  readonly onDelete?: () => void;
}

/** Adds `/api/v1/query` and the routes that tell what there is. `request.caller` must be set by then. */
export function registerQueryRoutes(app: FastifyInstance, deps: QueryDeps): void {
  const room: Room = { deps, queue: new QueryQueue() };
  app.post('/api/v1/query', { config: { role: 'query' } }, (request, reply) => sendQuery(room, request, reply));
  addResources(app, room);
  addProfileRoutes(app, room);
}

function addResources(app: FastifyInstance, room: Room): void {
  app.get('/api/v1/profile-types', (request, reply) =>
    resource(room, request, reply, (context, scope) => answerProfileTypes(context, scope))
  );
  const { labels } = room.deps;
  app.get('/api/v1/labels', (request, reply) => {
    const known = labels?.names(resourceScope(request, readResourceQuery(request)));
    return known ?? resource(room, request, reply, (context, scope) => answerLabels(context, scope));
  });
  app.get<{ Params: { name: string } }>('/api/v1/labels/:name/values', (request, reply) => {
    const label = canonicalLabel(request.params.name);
    const asked = readResourceQuery(request);
    const known = labels?.values(resourceScope(request, asked), label, asked.match, asked.limit ?? defaultValues);
    const answer = (context: QueryContext, scope: UploadScope, { match, limit }: ResourceQuery) =>
      answerLabelValues(context, scope, label, match, limit);
    return known ?? resource(room, request, reply, answer);
  });
  app.get('/api/v1/dimensions', (request, reply) =>
    resource(room, request, reply, (context, _scope, query) => answerDimensions(context, query))
  );
  app.get('/api/v1/suggest', (request, reply) =>
    resource(room, request, reply, (context, _scope, query) => answerSuggest(context, query))
  );
}

function addProfileRoutes(app: FastifyInstance, room: Room): void {
  app.get<{ Params: { id: string } }>('/api/v1/profiles/:id', (request, reply) =>
    resource(room, request, reply, (context) => answerProfileDetail(context, request.params.id))
  );
  app.get<{ Params: { id: string }; Querystring: { attachment?: string } }>(
    '/api/v1/profiles/:id/raw',
    (request, reply) =>
      resource(room, request, reply, async (context) => {
        const profile = await findProfile(context, request.params.id);
        const files = await rawFiles(profile, room.deps.rawUploads);
        const file = await downloadOf(profile.id, files, request.query.attachment);
        return sendFile(reply, file);
      })
  );
  app.get('/api/v1/export', (request, reply) => sendExport(room, request, reply, request.query));
  app.post('/api/v1/export', { config: { role: 'query' } }, (request, reply) =>
    sendExport(room, request, reply, request.body)
  );
  app.delete('/api/v1/profiles', { config: { role: 'admin' } }, (request, reply) =>
    resource(room, request, reply, (context, _scope, query) => {
      if (!request.caller.roles.has('admin')) {
        throw new HotspanError('forbidden', 'deleting profiles needs the role admin');
      }
      checkDelete(request.query);
      const scope = resourceScope(request, query, true);
      const window = { ...scope.window, kind: 'starts' } as const;
      return deleteProfiles(context, { ...scope, window }).finally(room.deps.onDelete);
    })
  );
}

interface Room {
  readonly deps: QueryDeps;
  readonly queue: QueryQueue;
}

function contextOf({ deps }: Room, request: FastifyRequest, signal: AbortSignal): QueryContext {
  const { fromalert } = request.headers;
  return {
    engine: deps.engine,
    stacks: deps.stacks,
    rawUploads: deps.rawUploads,
    uploads: deps.uploads,
    labels: deps.labels,
    tenant: request.caller.tenant,
    signal,
    forAlert: fromalert !== undefined && fromalert !== 'false',
  };
}

/** Aborted when the client goes away before its answer. */
function clientSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const abort = () => {
    if (!reply.raw.writableFinished) {
      controller.abort();
    }
  };
  reply.raw.once('close', abort);
  if (reply.raw.destroyed) {
    abort();
  }
  return controller.signal;
}

async function resource<T>(
  room: Room,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (context: QueryContext, scope: UploadScope, query: ResourceQuery) => Promise<T>
): Promise<T> {
  const query = readResourceQuery(request);
  const signal = clientSignal(reply);
  try {
    return await room.queue.run(request.caller.tenant, signal, () =>
      answer(contextOf(room, request, signal), resourceScope(request, query), query)
    );
  } catch (error) {
    throw logged(request, error);
  }
}

async function sendExport(room: Room, request: FastifyRequest, reply: FastifyReply, asked: unknown) {
  const wanted = readExportRequest(asked);
  const signal = clientSignal(reply);
  try {
    const run = () => exportFile(contextOf(room, request, signal), wanted);
    return sendFile(reply, await room.queue.run(request.caller.tenant, signal, run));
  } catch (error) {
    throw logged(request, error);
  }
}

function sendFile(reply: FastifyReply, { name, type, bytes }: Download): FastifyReply {
  void reply.header('content-disposition', `attachment; filename="${name}"`);
  void reply.header('x-content-type-options', 'nosniff');
  return reply.type(type).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

async function sendQuery(room: Room, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const parsed = parseRequest(request.body);
  const signal = clientSignal(reply);
  const context = contextOf(room, request, signal);
  const budget = { bytesLeft: limits.answerBytes };
  const answers = await Promise.all(
    parsed.queries.map(async ({ refId, written }) => {
      const run = () => answerAsText(context, written, timeOf(parsed), budget);
      return [
        refId,
        await room.queue.run(context.tenant, signal, run).catch((error: unknown) => failure(request, error)),
      ];
    })
  );
  const results = answers.map(([refId, text]) => `${JSON.stringify(refId)}:${text}`);
  return reply.type('application/json; charset=utf-8').send(`{"results":{${results.join(',')}}}`);
}

function timeOf({ fromMs, toMs, maxDataPoints, intervalMs }: ParsedRequest): QueryTime {
  return { fromMs, toMs, maxDataPoints, intervalMs };
}

/** One query's result as JSON: big answers are turned into text once, and measured. `budget`: what the request may still send. */
async function answerAsText(
  context: QueryContext,
  written: unknown,
  time: QueryTime,
  budget: { bytesLeft: number }
): Promise<string> {
  const text = asJson({ status: 200, frames: await answerQuery(context, parseQuery(written), time) });
  if (text === undefined || text.length > budget.bytesLeft) {
    const size = text === undefined ? 'over 500' : Math.ceil(text.length / 2 ** 20);
    throw new HotspanError('answer_too_large', `the answer has ${size} MB, at most 64 MB are sent for one request`);
  }
  budget.bytesLeft -= text.length;
  return text;
}

/** undefined = longer than a string can be. */
function asJson(result: QueryResult): string | undefined {
  try {
    return JSON.stringify(result);
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

function failure(request: FastifyRequest, error: unknown): string {
  const known = logged(request, error);
  return JSON.stringify({ status: known.status, frames: [], error: apiError(known) });
}

/** What the caller is told; what it doesn't tell is in the log. */
function logged(request: FastifyRequest, error: unknown): HotspanError {
  const known = queryError(error);
  if (known.code === 'internal') {
    request.log.error({ error }, 'a query failed');
  }
  return known;
}

import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { StatusAnswer } from '../src/api/resources';
import { makeAuthorizer, splitTokenPath, type AuthSettings, type Caller } from './auth';
import { EngineUnavailable } from './engines/engine';
import { HotspanError } from './errors';
import type { StoreMetrics } from './metrics';

export interface ServerSettings {
  readonly logger: Logger;
  readonly auth: AuthSettings;
  readonly metrics: StoreMetrics;
  /** Whether queries and uploads are served fully; else why not. */
  readiness(): { readonly ready: boolean; readonly reason: string };
  status(caller: Caller): Promise<StatusAnswer>;
}

export interface ServerOptions {
  /** The second address: nothing but uploads and health, and quiet answers to whatever else tracers send there. */
  readonly ingestOnly: boolean;
}

/** Uploads that dribble in slower than this are cut off. */
const requestTimeoutMs = 60_000;
/** Of requests that are no uploads. */
const maxQuestionMiB = 4;
/** Of a name within a path, such as a label's. */
const maxNameLength = 4096;

/** The HTTP front without its routes of profiles and questions: errors, auth, health, metrics. */
export function makeServer(settings: ServerSettings, { ingestOnly }: ServerOptions): FastifyInstance {
  const pathTokens = new WeakMap<IncomingMessage, string>();
  const loggerInstance: FastifyBaseLogger = settings.logger;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: requestTimeoutMs,
    genReqId: () => crypto.randomUUID(),
    bodyLimit: maxQuestionMiB * 2 ** 20,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: maxNameLength },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
    rewriteUrl(request) {
      const { url, token } = splitTokenPath(request.url ?? '/');
      if (token !== undefined) {
        pathTokens.set(request, token);
      }
      return url;
    },
  });
  const authorize = makeAuthorizer(settings.auth);
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    const role = request.is404
      ? 'open'
      : (request.routeOptions.config.role ?? (request.method === 'DELETE' ? 'admin' : 'query'));
    request.caller = authorize({ headers: request.headers, pathToken: pathTokens.get(request.raw) }, role);
  });
  app.addHook('onResponse', async (request, reply) => logAnswer(request, reply, settings.metrics));
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply));
  const methodsAt = rememberRoutes(app);
  app.setNotFoundHandler(async (request, reply) => {
    request.raw.resume();
    if (ingestOnly) {
      return {};
    }
    const path = request.url.split('?')[0];
    const methods = methodsAt(path);
    const shown = path.replace(/\/token\/[^/]+/g, '/token/…').slice(0, 200);
    if (methods.length === 0) {
      throw new HotspanError('not_found', `there is nothing at ${request.method} ${shown}`);
    }
    void reply.header('allow', methods.join(', '));
    throw new HotspanError('method_not_allowed', `${shown} takes ${methods.join(', ')}, not ${request.method}`);
  });
  addHealthRoutes(app, settings);
  if (!ingestOnly) {
    addStatusRoutes(app, settings);
  }
  return app;
}

/** Keeps the paths of all routes that are added from now on; the result tells the methods of a path. */
function rememberRoutes(app: FastifyInstance): (path: string) => string[] {
  const routes: Array<{ readonly method: string; readonly pattern: RegExp }> = [];
  app.addHook('onRoute', ({ method, url }) => {
    const source = url
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:\w+/g, '[^/]+')
      .replaceAll('*', '.*');
    const pattern = new RegExp(`^${source}/?$`);
    routes.push(...[method].flat().map((one) => ({ method: one, pattern })));
  });
  return (path) => [...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
}

function addHealthRoutes(app: FastifyInstance, settings: ServerSettings): void {
  app.get('/healthz', { config: { role: 'open' } }, async () => ({ status: 'ok' }));
  app.get('/ready', { config: { role: 'open' } }, async (_request, reply) => {
    const { ready, reason } = settings.readiness();
    return reply.status(ready ? 200 : 503).send({ ready, reason });
  });
}

function addStatusRoutes(app: FastifyInstance, settings: ServerSettings): void {
  app.get('/metrics', async (_request, reply) =>
    reply.type(settings.metrics.registry.contentType).send(await settings.metrics.registry.metrics())
  );
  app.get('/api/v1/status', async ({ caller }) => settings.status(caller));
}

function logAnswer(request: FastifyRequest, reply: FastifyReply, metrics: StoreMetrics): void {
  const route = request.routeOptions.url ?? '(unknown)';
  metrics.request(route, reply.statusCode, reply.elapsedTime / 1000);
  const facts = { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
  request.log.debug(facts, 'answered');
}

/** The one place where errors become answers: `{ error: { code, message, hint } }`. */
function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof HotspanError ? error : fromFastify(error, request);
  if (known.status >= 500 && known.status !== 503) {
    request.log.error({ error, route: request.routeOptions.url }, 'a request failed');
  } else {
    request.log.info(
      { code: known.code, reason: known.message, route: request.routeOptions.url },
      'a request was refused'
    );
  }
  if (known.status === 503) {
    void reply.header('retry-after', '5');
  }
  if (known.status === 401) {
    void reply.header('www-authenticate', 'Bearer');
  }
  if (known.code === 'too_large') {
    // Closing now would reset the connection before the client has read why; `read-body.ts` cuts it a moment later.
    void reply.removeHeader('connection');
  }
  return reply.status(known.status).send(bodyOf(known));
}

function bodyOf({ code, message, hint }: HotspanError): object {
  return { error: { code, message, hint } };
}

/** What is no request yet, so that there is no reply: the answer is written to the connection, which is closed after it. */
function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = fromConnection(error);
  const body = JSON.stringify(bodyOf(known));
  const head = [
    `HTTP/1.1 ${known.status} ${STATUS_CODES[known.status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function fromConnection({ code, message }: Error & { readonly code?: string }): HotspanError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HotspanError('headers_too_large', 'the address and headers of the request are too long');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HotspanError('request_timeout', 'the request was not sent whole in time');
    default:
      return new HotspanError('bad_request', `what was sent is not a request of HTTP/1.1: ${message.slice(0, 100)}`);
  }
}

function fromFastify(error: FastifyError, request: FastifyRequest): HotspanError {
  if (error instanceof EngineUnavailable) {
    return new HotspanError('engine_unavailable', 'the engine does not answer just now');
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new HotspanError('too_large', `the request is larger than ${maxQuestionMiB} MiB`, 'Ask for less at once.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE': {
      const type = (request.headers['content-type'] ?? '').slice(0, 100);
      return new HotspanError(
        'bad_request',
        `Content-Type "${type}" is not read here; questions are sent as application/json`
      );
    }
    case 'FST_ERR_BAD_URL':
      return new HotspanError('bad_request', 'the path holds a % that begins no valid escape');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new HotspanError('bad_request', `a name in the path is longer than ${maxNameLength} characters`);
    default:
      return error.statusCode !== undefined && error.statusCode < 500
        ? new HotspanError('bad_request', error.message)
        : new HotspanError('internal', 'the request failed inside Hotspan');
  }
}

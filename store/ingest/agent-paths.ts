import http from 'node:http';
import https from 'node:https';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { HotspanError } from '../errors';

/**
 * A tracer that is pointed at the store sends its traces, metrics and telemetry there too. They go to the agent named by
 * `upstreamAgent`, else they are answered as an agent would and thrown away, so that tracers log no errors.
 */
const agentPaths = [
  '/v0.*',
  '/v1.0/*',
  '/info',
  '/dogstatsd/*',
  '/telemetry/*',
  '/evp_proxy/*',
  '/debugger/*',
  '/symdb/*',
  '/tracer_flare/*',
  '/openlineage/*',
  '/config',
  '/config/*',
];

/** What an agent tells tracers about sampling; without it some log a warning for each payload. */
const traceAnswer = { rate_by_service: { 'service:,env:': 1 } };
const upstreamTimeoutMs = 10_000;

export function agentRoutes(upstreamAgent: string | undefined): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.removeAllContentTypeParsers();
    // The body is passed on as a stream, or thrown away unread.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const url of agentPaths) {
      app.route({
        method: ['GET', 'POST', 'PUT'],
        url,
        config: { role: 'ingest' },
        handler: (request, reply) =>
          upstreamAgent === undefined ? answerQuietly(request, reply) : passOn(upstreamAgent, request, reply),
      });
    }
  };
}

function answerQuietly(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.raw.resume();
  const path = request.url.split('?')[0];
  if (path === '/info') {
    throw new HotspanError(
      'not_found',
      'this is a profile store, not an agent; set upstreamAgent to pass other requests on'
    );
  }
  return reply.send(/^\/v[\d.]+\/traces$/.test(path) ? traceAnswer : {});
}

const hopHeaders = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'proxy-authorization',
  'host',
]);

/** Body and answer are streamed; nothing of them is kept. */
function passOn(upstreamAgent: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const base = new URL(upstreamAgent);
  const target = new URL(base.pathname.replace(/\/$/, '') + request.url, base);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !hopHeaders.has(name)));
  const client = target.protocol === 'https:' ? https : http;
  reply.hijack();
  const upstream = client.request(target, { method: request.method, headers, timeout: upstreamTimeoutMs }, (answer) => {
    const answerHeaders = Object.entries(answer.headers).filter(([name]) => !hopHeaders.has(name));
    reply.raw.writeHead(answer.statusCode ?? 502, Object.fromEntries(answerHeaders));
    answer.pipe(reply.raw);
    answer.on('error', () => reply.raw.destroy());
  });
  upstream.on('timeout', () => upstream.destroy(new Error('no answer in time')));
  upstream.on('error', (error) => failUpstream(request, reply, error));
  reply.raw.on('close', () => upstream.destroy());
  const body: Readable = request.raw;
  body.pipe(upstream);
  return reply;
}

function failUpstream(request: FastifyRequest, reply: FastifyReply, error: Error): void {
  request.log.warn({ reason: error.message }, 'the upstream agent did not answer');
  if (reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  const { code, message, hint, status } = new HotspanError(
    'upstream_failed',
    `the upstream agent did not answer: ${error.message}`
  );
  reply.raw.writeHead(status, { 'content-type': 'application/json' });
  reply.raw.end(JSON.stringify({ error: { code, message, hint } }));
}

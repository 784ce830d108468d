import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { acceptHttp, type IngestSettings } from '../accept-request';
import { protocolError, rpcCodeOf } from '../protocol-error';

/** Pyroscope's two ways in. Its Go client takes every answer but 200 for a failure. */
export function pyroscopeRoutes(app: FastifyInstance, settings: IngestSettings): void {
  for (const url of ['/ingest', '/pyroscope/ingest']) {
    app.post(url, { config: { role: 'ingest' } }, async (request, reply) => {
      await acceptHttp('pyroscope', request, settings);
      return reply.status(200).send();
    });
  }
  app.post(
    '/push.v1.PusherService/Push',
    { config: { role: 'ingest' }, errorHandler: sendConnectError },
    async (request, reply) => {
      await acceptHttp('push', request, settings);
      // An empty PushResponse.
      return /\bjson\b/i.test(request.headers['content-type'] ?? '')
        ? reply.type('application/json').send('{}')
        : reply.type('application/proto').send(Buffer.alloc(0));
    }
  );
}

/** Errors of Connect are JSON whatever the request was: `{ code, message }`. */
function sendConnectError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = protocolError(error, request.log, request.routeOptions.url ?? '');
  if (known.status === 503) {
    void reply.header('retry-after', '5');
  }
  if (known.status === 401) {
    void reply.header('www-authenticate', 'Bearer');
  }
  return reply
    .status(known.status)
    .type('application/json')
    .send({ code: rpcCodeOf(known), message: known.message });
}

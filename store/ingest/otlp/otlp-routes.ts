import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HotspanError } from '../../errors';
import { acceptHttp, type IngestSettings } from '../accept-request';
import { protocolError, rpcCodeOf, rpcCodes } from '../protocol-error';
import { answerAsJson, answerAsProtobuf, statusAsProtobuf, type ExportAnswer } from './export-answer';

/** `POST /v1development/profiles`: OTLP over HTTP, protobuf and JSON. The answer is encoded as the request was. */
export function otlpRoutes(app: FastifyInstance, settings: IngestSettings): void {
  app.post(
    '/v1development/profiles',
    { config: { role: 'ingest' }, errorHandler: sendStatus },
    async (request, reply) => {
      const answer = await nothingIsFine(() => acceptHttp('otlp', request, settings));
      return isJson(request)
        ? reply.type('application/json').send(answerAsJson(answer))
        : reply.type('application/x-protobuf').send(answerAsProtobuf(answer));
    }
  );
}

/** A message without profiles is no error: Collectors send such ones. Nothing is stored. */
export async function nothingIsFine(accept: () => Promise<ExportAnswer>): Promise<ExportAnswer> {
  try {
    return await accept();
  } catch (error) {
    if (error instanceof HotspanError && error.code === 'empty_upload') {
      return { rejected: 0, reason: '' };
    }
    throw error;
  }
}

function isJson(request: FastifyRequest): boolean {
  return /\bjson\b/i.test(request.headers['content-type'] ?? '');
}

function sendStatus(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = protocolError(error, request.log, request.routeOptions.url ?? '');
  const code = rpcCodes[rpcCodeOf(known)];
  if (known.status === 503) {
    void reply.header('retry-after', '5');
  }
  if (known.status === 401) {
    void reply.header('www-authenticate', 'Bearer');
  }
  void reply.status(httpStatus(known));
  return isJson(request)
    ? reply.type('application/json').send({ code, message: known.message })
    : reply.type('application/x-protobuf').send(statusAsProtobuf(code, known.message));
}

/** OTLP knows 400 for what can never be accepted. */
function httpStatus({ status }: HotspanError): number {
  return status === 422 ? 400 : status;
}

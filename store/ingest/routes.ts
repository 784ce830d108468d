import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HotspanError } from '../errors';
import type { Accepted, Intake } from './intake';
import { readBody } from './read-body';
import { keptHeaders, type Intake as IntakeName, type UploadRequest } from './upload-request';

export interface IngestRouteSettings {
  readonly intake: Pick<Intake, 'accept'>;
  readonly maxBodyBytes: number;
  /** For the metrics: one call per answered upload. */
  readonly onUpload: (intake: IntakeName, outcome: string, bytes: number) => void;
}

/** Routes that take profiles. Registered as a plugin of its own, because bodies are read as bytes here. */
export function ingestRoutes(settings: IngestRouteSettings): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
      readBody(request, payload, settings.maxBodyBytes)
    );
    for (const url of ['/profiling/v1/input', '/api/v2/profile']) {
      app.post(url, { config: { role: 'ingest' } }, async (request) => {
        const { id } = await accept('datadog', request, settings);
        return { content: { ProfileID: id } };
      });
    }
    app.post('/api/v1/upload', { config: { role: 'ingest' } }, async (request) => {
      const { id, repeated } = await accept('upload', request, settings);
      return { id, repeated };
    });
  };
}

async function accept(intake: IntakeName, request: FastifyRequest, settings: IngestRouteSettings): Promise<Accepted> {
  const body = request.body instanceof Uint8Array ? new Uint8Array(request.body) : new Uint8Array(0);
  try {
    const accepted = await settings.intake.accept(describeRequest(intake, request), body);
    settings.onUpload(intake, accepted.repeated ? 'repeated' : accepted.deferred ? 'deferred' : 'stored', body.length);
    return accepted;
  } catch (error) {
    settings.onUpload(intake, error instanceof HotspanError ? error.code : 'internal', body.length);
    throw error;
  }
}

function describeRequest(intake: IntakeName, request: FastifyRequest): UploadRequest {
  const { headers } = request;
  const kept = keptHeaders.flatMap((name): Array<[string, string]> => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value.slice(0, 4096)]] : [];
  });
  const url = request.raw.url ?? '';
  const question = url.indexOf('?');
  return {
    intake,
    tenant: request.caller.tenant,
    receivedMs: Date.now(),
    peer: request.ip,
    contentType: headers['content-type'] ?? '',
    query: question < 0 ? '' : url.slice(question + 1),
    headers: Object.fromEntries(kept),
  };
}

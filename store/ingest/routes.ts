import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { acceptHttp, type IngestSettings } from './accept-request';
import { otlpRoutes } from './otlp/otlp-routes';
import { pyroscopeRoutes } from './pyroscope/pyroscope-routes';
import { readBody } from './read-body';

/** Routes that take profiles. Registered as a plugin of its own, because bodies are read as bytes here. */
export function ingestRoutes(settings: IngestSettings): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
      readBody(request, payload, settings.maxBodyBytes)
    );
    for (const url of ['/profiling/v1/input', '/api/v2/profile']) {
      app.post(url, { config: { role: 'ingest' } }, async (request) => {
        const { id } = await acceptHttp('datadog', request, settings);
        return { content: { ProfileID: id } };
      });
    }
    app.post('/api/v1/upload', { config: { role: 'ingest' } }, async (request) => {
      const { id, repeated } = await acceptHttp('upload', request, settings);
      return { id, repeated };
    });
    pyroscopeRoutes(app, settings);
    otlpRoutes(app, settings);
  };
}

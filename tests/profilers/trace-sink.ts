import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** Stands where an agent (`/v0.4/traces`) and a Collector (`/v1/traces`) would be, and keeps what it was told. */
export interface TraceSink {
  readonly url: string;
  /** Requests on paths like this whose payload names the service. */
  requests(path: RegExp, service: string): number;
  close(): Promise<void>;
}

export async function startTraceSink(): Promise<TraceSink> {
  const told: Array<{ readonly path: string; readonly body: Buffer }> = [];
  const server = http.createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const isPacked = request.headers['content-encoding'] === 'gzip';
      told.push({ path: request.url ?? '', body: isPacked ? gunzipSync(body) : body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: (path, service) => told.filter((one) => path.test(one.path) && one.body.includes(service)).length,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

export interface FailingProxy {
  readonly url: string;
  /** Profile uploads that it has seen. */
  uploads(): number;
  close(): Promise<void>;
}

/**
 * Passes everything on, and answers 500 to the first profile upload although the store took it: what a client sends again then is
 * there already.
 */
export async function startFailingProxy(storeUrl: string, profilePath: RegExp): Promise<FailingProxy> {
  let uploads = 0;
  const server = http.createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const isUpload = request.method === 'POST' && profilePath.test(request.url ?? '');
      const isFirst = isUpload && ++uploads === 1;
      const answer = await passOn(storeUrl, request, body);
      const text = await buffer(answer);
      response.writeHead(isFirst ? 500 : (answer.statusCode ?? 500), answer.headers).end(text);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    uploads: () => uploads,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn(storeUrl: string, request: http.IncomingMessage, body: Buffer): Promise<http.IncomingMessage> {
  const headers = { ...request.headers, 'content-length': String(body.length) };
  delete headers['transfer-encoding'];
  return new Promise((resolve, reject) => {
    http
      .request(`${storeUrl}${request.url}`, { method: request.method, headers }, resolve)
      .on('error', reject)
      .end(body);
  });
}

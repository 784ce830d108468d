import type { FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { HotspanError } from '../errors';

const drainMs = 1000;

/**
 * A request's body in memory, up to the cap. Over the cap the rest is thrown away for a moment, so the client gets to read
 * its 413, then the connection is cut.
 */
export function readBody(
  request: FastifyRequest,
  payload: Readable,
  maxBytes: number
): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let total = 0;
    const refuse = () => {
      chunks.length = 0;
      payload.removeListener('data', take).resume();
      const cut = setTimeout(() => request.raw.socket.destroy(), drainMs);
      payload.once('end', () => clearTimeout(cut));
      reject(new HotspanError('too_large', `the request is larger than limits.bodyBytes = ${maxBytes} bytes`));
    };
    const take = (chunk: Buffer) => {
      total += chunk.length;
      if (total > maxBytes) {
        refuse();
      } else {
        chunks.push(chunk);
      }
    };
    if (Number(request.headers['content-length']) > maxBytes) {
      return refuse();
    }
    payload.on('data', take);
    payload.on('end', () => resolve(joined(chunks, total)));
    payload.on('error', reject);
    payload.on('aborted', () =>
      reject(new HotspanError('bad_request', 'the client closed the connection before the end of its request'))
    );
  });
}

function joined(chunks: readonly Buffer[], total: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

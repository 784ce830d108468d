import { createHash } from 'node:crypto';
import type { UploadRequest } from './upload-request';

/**
 * What a request looks like unread: retries of one upload have equal prints although their multipart boundaries differ.
 * Tells copies apart that arrive while the first is still on its way; the lasting key is `uploadKey`.
 */
export function fingerprint(request: UploadRequest, body: Uint8Array<ArrayBuffer>): string {
  const hash = createHash('sha256');
  hash.update([request.intake, request.tenant, request.peer, request.query, ''].join('\n'));
  for (const piece of withoutBoundary(Buffer.from(body.buffer, body.byteOffset, body.length), request.contentType)) {
    hash.update(piece);
  }
  return hash.digest('base64');
}

function withoutBoundary(body: Buffer, contentType: string): Buffer[] {
  const boundary = /boundary="?([^";,\s]+)/i.exec(contentType)?.[1];
  if (boundary === undefined) {
    return [body];
  }
  const pieces: Buffer[] = [];
  let from = 0;
  for (let at = body.indexOf(boundary); at >= 0; at = body.indexOf(boundary, from)) {
    pieces.push(body.subarray(from, at));
    from = at + boundary.length;
  }
  return [...pieces, body.subarray(from)];
}

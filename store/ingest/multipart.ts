import { Busboy } from '@fastify/busboy';
import { HotspanError } from '../errors';
import type { UploadLimits } from './upload-request';

/** A part as it was sent. `fileName` is undefined for plain fields. */
export interface Part {
  readonly field: string;
  readonly fileName: string | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Turns of the event loop in which the parser may give nothing. */
const maxIdleTurns = 200;

/** Splits a complete multipart/form-data body. Throws `bad_multipart` unless it is whole, to its closing boundary. */
export function splitMultipart(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
  limits: UploadLimits
): Promise<Part[]> {
  return new Promise((resolve, reject) => {
    const parts: Part[] = [];
    let settled = false;
    let idleTurns = 0;
    let nextTurn: NodeJS.Immediate | undefined;
    const settle = (how: () => void) => {
      settled = true;
      clearImmediate(nextTurn);
      how();
    };
    const refuse = (error: HotspanError) => settle(() => reject(error));
    const fail = (reason: string) => refuse(new HotspanError('bad_multipart', reason));
    const busboy = openBusboy(contentType, limits, fail);
    if (!busboy) {
      return;
    }
    busboy.on('file', (field, stream, fileName) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        idleTurns = 0;
        chunks.push(chunk);
      });
      stream.on('error', (error: Error) => fail(error.message));
      stream.on('end', () => parts.push({ field: field ?? '', fileName, bytes: joined(chunks) }));
    });
    busboy.on('field', (field, value) =>
      parts.push({ field: field ?? '', fileName: undefined, bytes: joined([Buffer.from(value)]) })
    );
    busboy.on('partsLimit', () =>
      refuse(new HotspanError('too_large', `more than limits.parts = ${limits.parts} parts`))
    );
    busboy.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
    busboy.on('finish', () =>
      parts.length === 0
        ? fail('no part was found between the boundaries that Content-Type names')
        : settle(() => resolve(parts))
    );
    busboy.end(Buffer.from(body.buffer, body.byteOffset, body.length));
    // Of some damaged forms the parser neither finishes nor fails. Everything is in memory, so it either goes on at once or never. A whole
    // form needs no turn of the event loop, and a busy worker's loop makes none: what waits for one would keep the body for ever.
    const watch = () => {
      if (!settled && ++idleTurns > maxIdleTurns) {
        fail('the form breaks off inside a part');
      } else if (!settled) {
        nextTurn = setImmediate(watch);
      }
    };
    watch();
  });
}

function openBusboy(
  contentType: string,
  limits: UploadLimits,
  fail: (reason: string) => void
): InstanceType<typeof Busboy> | undefined {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { parts: limits.parts, fieldSize: limits.partBytes, headerPairs: 64, headerSize: 16_384 },
    });
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function joined(chunks: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

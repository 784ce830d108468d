import { createHash } from 'node:crypto';
import { HotspanError } from '../errors';
import { otlpFileName, type OtlpPart } from './otlp/otlp-form';
import { assemble, readUpload, unreadableUpload, type ParsedUpload, type ReadContext } from './read-upload';
import type { Understood } from './understand';
import type { Upload } from './upload';

/** Everything of one request: its profiles, and what of it was not taken. */
export interface ParsedRequest {
  /** Content key: of the one profile, or over those of all. */
  readonly key: string;
  readonly uploads: readonly ParsedUpload[];
  /** Profiles of the message that were left out, and why. */
  readonly rejected: number;
  readonly reason: string;
}

/** Throws when nothing of the request can ever be shown. */
export function readRequest(understood: Understood, context: ReadContext): ParsedRequest {
  return understood.kind === 'otlp'
    ? readMessage(understood, context)
    : sameKey(readUploads(understood.uploads, context), []);
}

/** One that can't be read doesn't take the others of its request with it: it is listed with the reason. */
function readUploads(uploads: readonly Upload[], context: ReadContext): ParsedUpload[] {
  if (uploads.length === 1) {
    return [readUpload(uploads[0], context)];
  }
  const failures: HotspanError[] = [];
  const sizes = sharesOf(
    context.bodyBytes,
    uploads.map(({ attachments }) => attachments.reduce((sum, { bytes }) => sum + bytes.length, 1))
  );
  const parsed = uploads.map((upload, index) => {
    const own = contextOf(context, index, sizes[index]);
    try {
      return readUpload(upload, own);
    } catch (error) {
      if (!(error instanceof HotspanError)) {
        throw error;
      }
      failures.push(error);
      return unreadableUpload(upload, error.message, own);
    }
  });
  if (failures.length === uploads.length) {
    throw failures[0];
  }
  return parsed;
}

function readMessage({ body, request }: Extract<Understood, { kind: 'otlp' }>, context: ReadContext): ParsedRequest {
  const uploads: ParsedUpload[] = [];
  let { rejected, reason } = request;
  const sizes = sharesOf(
    context.bodyBytes,
    request.parts.map(({ upload }) => upload.profile.samples.length + 1)
  );
  for (const [index, part] of request.parts.entries()) {
    try {
      uploads.push(readProcess(part, body, contextOf(context, uploads.length, sizes[index])));
    } catch (error) {
      if (!(error instanceof HotspanError) || request.parts.length === 1) {
        throw error;
      }
      rejected += part.upload.profile.valueTypes.length;
      reason ||= error.message;
    }
  }
  if (uploads.length === 0) {
    throw new HotspanError(
      rejected === 0 ? 'empty_upload' : 'unreadable_profile',
      reason || 'the request has no profile'
    );
  }
  return { ...sameKey(uploads, [body]), rejected, reason };
}

function readProcess({ upload, labels }: OtlpPart, body: Uint8Array<ArrayBuffer>, context: ReadContext): ParsedUpload {
  const { tenant, receivedMs, intake } = context.request;
  const attachment = { name: otlpFileName(body), bytes: body };
  const described: Upload = {
    tenant,
    receivedMs,
    startNs: 0n,
    endNs: 0n,
    labels,
    // The body is in the key of the request, once.
    attachments: [],
    runtimeInfo: [],
    endpointCounts: new Map(),
    intake,
  };
  return assemble(described, [{ attachment, format: 'otlp', profile: upload.profile }], context);
}

/** Numbers in a row, and a share of the bytes. */
function contextOf(context: ReadContext, index: number, bodyBytes: number): ReadContext {
  return { ...context, sequence: context.sequence + index, bodyBytes };
}

/** Divides the bytes of a request among its profiles by weight; the shares add up to the bytes. */
export function sharesOf(bytes: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  let given = 0;
  return weights.map((weight) => {
    before += weight;
    const upTo = Math.round((bytes * before) / whole);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}

/** Profiles of one request come and repeat together, so they have one key. */
function sameKey(uploads: readonly ParsedUpload[], bodies: readonly Uint8Array[]): ParsedRequest {
  const keys = uploads.map(({ row }) => row.uploadKey);
  if (keys.length === 1 && bodies.length === 0) {
    return { key: keys[0], uploads, rejected: 0, reason: '' };
  }
  const hash = createHash('sha256').update(keys.sort().join('\n'));
  bodies.forEach((body) => hash.update(body));
  const key = hash.digest('hex').slice(0, 32);
  return {
    key,
    uploads: uploads.map((upload) => ({ ...upload, row: { ...upload.row, uploadKey: key } })),
    rejected: 0,
    reason: '',
  };
}

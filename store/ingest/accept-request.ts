import type { FastifyRequest } from 'fastify';
import { HotspanError } from '../errors';
import type { Accepted, Intake } from './intake';
import { keptHeaders, type Intake as IntakeName, type UploadRequest } from './upload-request';

export interface IngestSettings {
  readonly intake: Pick<Intake, 'accept'>;
  readonly maxBodyBytes: number;
  /** For the metrics: one call per answered upload. */
  readonly onUpload: (intake: IntakeName, outcome: string, bytes: number) => void;
}

/** An HTTP request's upload, accepted and counted. */
export async function acceptHttp(
  intake: IntakeName,
  request: FastifyRequest,
  settings: IngestSettings
): Promise<Accepted> {
  const body = isBytes(request.body) ? request.body : new Uint8Array(0);
  return acceptCounted(describeRequest(intake, request), body, settings);
}

function isBytes(body: unknown): body is Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array && body.buffer instanceof ArrayBuffer;
}

export async function acceptCounted(
  request: UploadRequest,
  body: Uint8Array<ArrayBuffer>,
  settings: IngestSettings
): Promise<Accepted> {
  const { intake } = request;
  try {
    const accepted = await settings.intake.accept(request, body);
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

import { HotspanError, type ErrorCode } from '../errors';
import { makeContentHasher } from './content-ids';
import type { FormContext } from './datadog';
import { makeLabels } from './labels';
import { readUpload, unreadableUpload, type ParsedUpload, type ReadContext } from './read-upload';
import { attachmentsOf, understandUpload } from './understand';
import type { Attachment, Upload } from './upload';
import type { UploadLimits, UploadRequest } from './upload-request';

/**
 * Entry of a worker thread: one request's bytes in, rows out. Errors come back as plain data, because classes don't survive
 * the way between threads.
 */
export interface ParseJob {
  readonly request: UploadRequest;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly limits: UploadLimits;
  readonly defaultService: string;
  readonly retentionDays: number;
  readonly sequence: number;
  /** The upload was acknowledged already: what can't be read becomes a listed, unreadable profile. */
  readonly keepUnreadable: boolean;
  /** Reading it stopped a worker before: it is listed with this reason and not read again. */
  readonly unreadableReason?: string;
}

export type ParseAnswer = ({ readonly upload: ParsedUpload } | { readonly error: WorkerError }) & {
  /** Time in the worker, without waiting. */
  readonly tookMs: number;
};
export interface WorkerError {
  readonly code: ErrorCode;
  readonly message: string;
}

const hasher = makeContentHasher();

export default async function parse(job: ParseJob): Promise<ParseAnswer> {
  const started = performance.now();
  const answer = await parseJob(job);
  return { ...answer, tookMs: performance.now() - started };
}

async function parseJob(job: ParseJob): Promise<{ upload: ParsedUpload } | { error: WorkerError }> {
  const context: ReadContext = { ...job, bodyBytes: job.body.length, hasher: await hasher };
  if (job.unreadableReason !== undefined) {
    return { upload: unreadableUpload(bareUpload(job), job.unreadableReason, context) };
  }
  let upload: Upload | undefined;
  try {
    upload = await understandUpload(job.body, context);
    return { upload: readUpload(upload, context) };
  } catch (error) {
    const failure = describe(error);
    return job.keepUnreadable
      ? { upload: unreadableUpload(upload ?? bareUpload(job), failure.message, context) }
      : { error: failure };
  }
}

/** Decompressed parts of a stored request. */
export async function attachments(
  job: FormContext & { readonly body: Uint8Array<ArrayBuffer> }
): Promise<{ readonly attachments: readonly Attachment[] } | { readonly error: WorkerError }> {
  try {
    return { attachments: await attachmentsOf(job.body, job) };
  } catch (error) {
    return { error: describe(error) };
  }
}

function describe(error: unknown): WorkerError {
  if (error instanceof HotspanError) {
    return { code: error.code, message: error.message };
  }
  return { code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** For a request that isn't even understood: only its sender is known, and its body is the one attachment. */
function bareUpload({ request, limits, defaultService, body }: ParseJob): Upload {
  const tags = [...new URLSearchParams(request.query)].filter(([key]) => key === 'service' || key === 'env');
  return {
    tenant: request.tenant,
    receivedMs: request.receivedMs,
    startNs: 0n,
    endNs: 0n,
    labels: makeLabels(tags, { family: '', defaultService }, limits),
    attachments: [{ name: 'request', bytes: body }],
    runtimeInfo: [],
    endpointCounts: new Map(),
    intake: request.intake,
  };
}

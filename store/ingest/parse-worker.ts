import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { errorTable, HotspanError, type ErrorCode } from '../errors';
import { KnownContent } from './content-filter';
import type { Profile } from '../../src/model/profile';
import { makeContentHasher } from './content-ids';
import { cumulativeProfiles } from './cumulative-parts';
import type { FormContext } from './form';
import { makeLabels } from './labels';
import { readRequest, type ParsedRequest } from './read-request';
import { unreadableUpload, type ReadContext } from './read-upload';
import type { RetentionRule } from './retention-days';
import { readTimedSamples, type TimedQuestion, type TimedSamples } from './timed-samples';
import { attachmentsOf, understandRequest, type Understood } from './understand';
import type { Attachment, Upload } from './upload';
import type { UploadLimits, UploadRequest } from './upload-request';
import { prepareZstd } from './zstd';

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
  readonly retentionRules?: readonly RetentionRule[];
  readonly sequence: number;
  /** The upload was acknowledged already: what can't be read becomes a listed, unreadable profile. */
  readonly keepUnreadable: boolean;
  /** Reading it stopped a worker before: it is listed with this reason and not read again. */
  readonly unreadableReason?: string;
  /** Stored requests that may hold earlier versions of the request's cumulative files, and the keys of those. */
  readonly previous?: { readonly keys: readonly string[]; readonly requests: readonly StoredRequest[] };
}

/** A request as it came, from its record. */
export interface StoredRequest {
  readonly request: UploadRequest;
  readonly body: Uint8Array<ArrayBuffer>;
}

export type ParseAnswer = ({ readonly parsed: ParsedRequest } | { readonly error: WorkerError }) & {
  /** Time in the worker, without waiting. */
  readonly tookMs: number;
};
export interface WorkerError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const hasher = makeContentHasher();
const decompressors = prepareZstd();
const known = knownContent(workerData);

/** `ParsePoolSettings.content` in this thread. */
function knownContent(data: { readonly knownContent: readonly SharedArrayBuffer[] } | undefined) {
  return data && new KnownContent(data.knownContent);
}

export default async function parse(job: ParseJob): Promise<unknown> {
  const started = performance.now();
  const answer = await parseJob(job);
  const timed: ParseAnswer = { ...answer, tookMs: performance.now() - started };
  return 'parsed' in timed ? moved(timed, timed.parsed) : timed;
}

/** Hands the encoded rows over to the other thread without a copy. */
function moved(answer: ParseAnswer, { uploads }: ParsedRequest): unknown {
  const buffers = uploads.flatMap(({ samples, spans, stacks, frames }) =>
    [samples, spans, stacks.bytes, stacks.ids, stacks.offsets, frames.bytes, frames.ids, frames.offsets].map(
      ({ buffer }) => buffer
    )
  );
  return move({ [transferableSymbol]: buffers, [valueSymbol]: answer });
}

async function parseJob(job: ParseJob): Promise<{ parsed: ParsedRequest } | { error: WorkerError }> {
  await decompressors;
  const context: ReadContext = { ...job, bodyBytes: job.body.length, hasher: await hasher, known };
  if (job.unreadableReason !== undefined) {
    return { parsed: unreadable(bareUpload(job), job.unreadableReason, context) };
  }
  let understood: Understood | undefined;
  try {
    understood = await understandRequest(job.body, context);
    return { parsed: readRequest(understood, { ...context, previousFiles: await readPrevious(job) }) };
  } catch (error) {
    const failure = describe(error);
    const upload = understood?.kind === 'uploads' ? understood.uploads[0] : bareUpload(job);
    return job.keepUnreadable ? { parsed: unreadable(upload, failure.message, context) } : { error: failure };
  }
}

/** Earlier files by key. What can't be read any more is as if it had not been there. */
async function readPrevious(job: ParseJob): Promise<ReadonlyMap<string, Profile>> {
  const found = new Map<string, Profile>();
  const wanted = new Set(job.previous?.keys);
  for (const stored of job.previous?.requests ?? []) {
    const context = { ...job, ...stored };
    try {
      const understood = await understandRequest(stored.body, context);
      cumulativeProfiles(understood, context, wanted).forEach(([key, profile]) => found.set(key, profile));
    } catch (error) {
      if (!(error instanceof HotspanError)) {
        throw error;
      }
    }
  }
  return found;
}

function unreadable(upload: Upload, reason: string, context: ReadContext): ParsedRequest {
  const parsed = unreadableUpload(upload, reason, context);
  return { key: parsed.row.uploadKey, uploads: [parsed], rejected: 0, reason };
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

/** Samples of a stored request with their times. */
export async function timedSamples(
  job: FormContext & { readonly body: Uint8Array<ArrayBuffer>; readonly question: TimedQuestion }
): Promise<{ readonly timed: TimedSamples } | { readonly error: WorkerError }> {
  try {
    return { timed: await readTimedSamples(job.body, { ...job, hasher: await hasher }, job.question) };
  } catch (error) {
    return { error: describe(error) };
  }
}

function describe(error: unknown): WorkerError {
  if (error instanceof HotspanError) {
    return { code: error.code, message: error.message, hint: error.hint };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message, hint: errorTable.internal.hint };
}

/** For a request that isn't even understood: only its sender is known, and its body is the one attachment. */
function bareUpload({ request, limits, defaultService, body }: ParseJob): Upload {
  const tags = [...new URLSearchParams(request.query)].flatMap(
    ([key, value]): Array<[string, string]> =>
      key === 'service' || key === 'env'
        ? [[key, value]]
        : key === 'name' && request.intake === 'pyroscope'
          ? [['service', value.split('{')[0]]]
          : []
  );
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

import v8 from 'node:v8';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { Piscina } from 'piscina';
import { HotspanError } from '../errors';
import type { ContentFilter } from './content-filter';
import type { ParseAnswer, ParseJob, WorkerError } from './parse-worker';
import type { ParsedRequest } from './read-request';
import type { RetentionRule } from './retention-days';
import type { TimedQuestion, TimedSamples } from './timed-samples';
import type { Attachment } from './upload';
import type { UploadLimits, UploadRequest } from './upload-request';

export interface ParsePoolSettings {
  readonly workerFile: string;
  readonly threads: number;
  readonly limits: UploadLimits & { readonly parseSeconds: number };
  readonly defaultService: string;
  readonly retentionDays: number;
  readonly retentionRules?: readonly RetentionRule[];
  readonly content: ContentFilter;
  readonly logger: Pick<Logger, 'error'>;
}

export type UploadJob = Pick<
  ParseJob,
  'request' | 'body' | 'sequence' | 'keepUnreadable' | 'unreadableReason' | 'previous'
>;

/** Worker threads that read uploads. */
export interface ParsePool {
  parse(job: UploadJob): Promise<ParsedRequest>;
  attachments(request: UploadRequest, body: Uint8Array<ArrayBuffer>): Promise<readonly Attachment[]>;
  timedSamples(request: UploadRequest, body: Uint8Array<ArrayBuffer>, question: TimedQuestion): Promise<TimedSamples>;
  /** How long a new upload would wait for a worker, from what is queued and how long reading took lately. */
  waitMs(): number;
  /** Queued and running. */
  size(): number;
  close(): Promise<void>;
}

/** Threads beyond the first, about 60 MB each, are there only while they have work and for this long after. */
const idleMs = 60_000;
/** Heap of one worker; typed arrays lie outside of it and are bounded by the decompression limits. */
const workerHeapMb = 1024;
/**
 * How far a worker's heap grows before it is collected as a whole, arrays outside of it included. V8's own guess, about 35 MB, is reached
 * every 30 uploads, this every 240, and each time the compiled code of functions that are made anew for an upload goes too.
 */
const firstCollectionMb = 128;

/**
 * How many bytes of bytecode a function runs before V8 compiles it for speed. At V8's own 67,584 each thread compiles a thousand functions
 * that are hardly warm, which takes threads beside it more than those functions ever do. It holds for the whole process; first answers to
 * queries take no longer by it.
 */
const bytesBeforeCompiling = 300_000;

export function startParsePool(settings: ParsePoolSettings): ParsePool {
  const { limits, defaultService, retentionDays, retentionRules } = settings;
  // For heaps that are made from now on: there is no such limit among a worker's own.
  v8.setFlagsFromString(`--initial-old-space-size=${firstCollectionMb}`);
  v8.setFlagsFromString(`--interrupt-budget=${bytesBeforeCompiling}`);
  const pool = new Piscina({
    filename: settings.workerFile,
    minThreads: 1,
    maxThreads: settings.threads,
    idleTimeout: idleMs,
    resourceLimits: { maxOldGenerationSizeMb: workerHeapMb },
    workerData: { knownContent: settings.content.memory },
  });
  // The job that was to run there fails for itself; unheard, this would end the store.
  pool.on('error', (error: unknown) => settings.logger.error({ error }, 'a thread that reads uploads failed'));
  // One job a thread, so that its time begins when it does: an upload that only waited is never refused.
  const inTurn = pLimit(settings.threads);
  let averageMs = 20;
  let waiting = 0;
  const runInTime = async <Answer>(job: unknown, name?: string): Promise<Answer> => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), limits.parseSeconds * 1000);
    try {
      const answer: Answer = await pool.run(job, { name, signal: stop.signal });
      return answer;
    } catch (error) {
      throw stop.signal.aborted ? tookTooLong(limits.parseSeconds) : crashReason(error);
    } finally {
      clearTimeout(timer);
    }
  };
  const run = async <Answer>(job: unknown, name?: string): Promise<Answer> => {
    waiting++;
    try {
      return await inTurn(() => runInTime<Answer>(job, name));
    } finally {
      waiting--;
    }
  };
  const waitMs = () => (Math.max(0, waiting - settings.threads) * averageMs) / settings.threads;
  return {
    parse: async (upload) => {
      const job: ParseJob = { ...upload, limits, defaultService, retentionDays, retentionRules };
      const answer = await run<ParseAnswer>(job);
      averageMs += 0.1 * (answer.tookMs - averageMs);
      if ('error' in answer) {
        throw workerError(answer.error);
      }
      return answer.parsed;
    },
    attachments: async (request, body) => {
      const answer = await run<{ attachments: readonly Attachment[] } | { error: WorkerError }>(
        { request, body, limits, defaultService },
        'attachments'
      );
      if ('error' in answer) {
        throw workerError(answer.error);
      }
      return answer.attachments;
    },
    timedSamples: async (request, body, question) => {
      const answer = await run<{ timed: TimedSamples } | { error: WorkerError }>(
        { request, body, question, limits, defaultService },
        'timedSamples'
      );
      if ('error' in answer) {
        throw workerError(answer.error);
      }
      return answer.timed;
    },
    waitMs,
    size: () => waiting,
    close: () => pool.close({ force: true }),
  };
}

function workerError(error: WorkerError): HotspanError {
  return new HotspanError(error.code, error.message, error.hint);
}

function tookTooLong(parseSeconds: number): HotspanError {
  return new HotspanError('unreadable_profile', `reading took longer than limits.parseSeconds = ${parseSeconds} s`);
}

/** The worker was stopped for its memory, where sending the same again would not help, or died. */
function crashReason(error: unknown): HotspanError {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new HotspanError('unreadable_profile', `reading needed more than ${workerHeapMb} MiB of memory`);
  }
  return new HotspanError(
    'internal',
    `the parse worker stopped: ${error instanceof Error ? error.message : String(error)}`
  );
}

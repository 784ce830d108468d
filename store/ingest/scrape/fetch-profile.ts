import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import type { ScrapedProfile, ScrapeTarget } from './target';

export interface FetchSettings {
  readonly maxBytes: number;
  /** Ends everything that is under way. */
  readonly stopped: AbortSignal;
}

/** Path below the target's URL. Counts of heap, mutex and block are since the start of the process, in whole files. */
const paths: Readonly<Record<ScrapedProfile, (seconds: number) => string>> = {
  cpu: (seconds) => `profile?seconds=${seconds}`,
  heap: () => 'heap',
  mutex: () => 'mutex',
  block: () => 'block',
  goroutine: () => 'goroutine',
};
const answerTimeoutMs = 10_000;

/** One profile of a target, as it comes. Throws with a reason for people. */
export async function fetchProfile(
  target: ScrapeTarget,
  profile: ScrapedProfile,
  { maxBytes, stopped }: FetchSettings
): Promise<Uint8Array<ArrayBuffer>> {
  const seconds = profile === 'cpu' ? Math.max(1, Math.round(target.intervalMs / 1000)) : 0;
  const path = paths[profile](seconds);
  const timeout = AbortSignal.timeout(seconds * 1000 + answerTimeoutMs);
  try {
    const response = await fetch(`${target.url.replace(/\/$/, '')}/${path}`, {
      headers: target.bearerToken === undefined ? {} : { authorization: `Bearer ${target.bearerToken}` },
      // A target says nothing about where else the store should ask.
      redirect: 'error',
      signal: AbortSignal.any([stopped, timeout]),
    });
    const bytes = await readCapped(response, maxBytes);
    if (!response.ok) {
      throw new Error(`it answered ${response.status}: ${firstLine(bytes)}`);
    }
    if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) {
      throw new Error('it answered with a web page, as a proxy or a login does');
    }
    return bytes;
  } catch (error) {
    throw new Error(`${path}: ${timeout.aborted ? 'no whole answer in time' : reasonOf(error)}`);
  }
}

async function readCapped(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  // Node's streams are async iterable; the DOM types that fetch comes with don't know it.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      throw new Error(`its answer has more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function firstLine(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 200)).split('\n')[0].trim();
}

function reasonOf(error: unknown): string {
  if (!types.isNativeError(error)) {
    return String(error);
  }
  const cause = types.isNativeError(error.cause) ? error.cause.message : '';
  return error.message === 'fetch failed' && cause !== '' ? cause : error.message;
}

/** Resolves at that time, or when everything stops. */
export async function sleepUntil(timeMs: number, stopped: AbortSignal): Promise<void> {
  const leftMs = timeMs - Date.now();
  if (leftMs > 0) {
    await sleep(leftMs, undefined, { signal: stopped }).catch(() => undefined);
  }
}

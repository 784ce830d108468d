import type { Logger } from 'pino';
import type { UploadRequest } from '../upload-request';
import { fetchProfile, sleepUntil, type FetchSettings } from './fetch-profile';
import { scrapeUpload, type ScrapedFile } from './scrape-form';
import type { ScrapedProfile, ScrapeTarget } from './target';

export interface ScraperSettings {
  readonly accept: (request: UploadRequest, body: Uint8Array<ArrayBuffer>) => Promise<unknown>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** One profile of a target. */
  readonly maxBytes: number;
  /** For the metrics: `ok`, `partly` or `failed`, once per round and target. */
  readonly onScrape: (outcome: ScrapeOutcome) => void;
}

export type ScrapeOutcome = 'ok' | 'partly' | 'failed';

/** Pulls from every target, each at its own pace, until `stop`; a target that is away is asked again every interval. */
export function startScraper(
  targets: readonly ScrapeTarget[],
  settings: ScraperSettings
): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController();
  const loops = targets.map((target) => scrapeForever(target, settings, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function scrapeForever(target: ScrapeTarget, settings: ScraperSettings, stopped: AbortSignal): Promise<void> {
  const tell = changesTeller(target, settings.logger);
  while (!stopped.aborted) {
    const startMs = Date.now();
    const problems = await scrapeOnce(target, settings, stopped);
    await sleepUntil(startMs + target.intervalMs, stopped);
    if (!stopped.aborted) {
      settings.onScrape(problems.outcome);
      tell(problems.reasons);
    }
  }
}

interface Round {
  readonly outcome: ScrapeOutcome;
  readonly reasons: readonly string[];
}

/** The CPU profile lasts the whole interval; the others are taken at its end. */
async function scrapeOnce(target: ScrapeTarget, settings: ScraperSettings, stopped: AbortSignal): Promise<Round> {
  const fetching = { maxBytes: settings.maxBytes, stopped };
  const startMs = Date.now();
  const cpu = await fetchAll(target, target.profiles.includes('cpu') ? ['cpu'] : [], fetching);
  await sleepUntil(startMs + target.intervalMs, stopped);
  if (stopped.aborted) {
    return { outcome: 'failed', reasons: [] };
  }
  const endMs = Date.now();
  const others = await fetchAll(
    target,
    target.profiles.filter((profile) => profile !== 'cpu'),
    fetching
  );
  const files = [...cpu.files, ...others.files];
  const reasons = [...cpu.reasons, ...others.reasons];
  try {
    if (files.length > 0) {
      const { request, body } = scrapeUpload(target, files, { startMs, endMs });
      await settings.accept(request, body);
    }
  } catch (error) {
    return { outcome: 'failed', reasons: [...reasons, error instanceof Error ? error.message : String(error)] };
  }
  return { outcome: files.length === 0 ? 'failed' : reasons.length === 0 ? 'ok' : 'partly', reasons };
}

async function fetchAll(
  target: ScrapeTarget,
  profiles: readonly ScrapedProfile[],
  settings: FetchSettings
): Promise<{ readonly files: ScrapedFile[]; readonly reasons: string[] }> {
  const settled = await Promise.allSettled(
    profiles.map(async (profile) => ({ profile, bytes: await fetchProfile(target, profile, settings) }))
  );
  return {
    files: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    reasons: settled.flatMap((one) => (one.status === 'rejected' ? [reasonText(one.reason)] : [])),
  };
}

function reasonText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Logs when what goes wrong changes, not every round. */
function changesTeller(target: ScrapeTarget, logger: ScraperSettings['logger']): (reasons: readonly string[]) => void {
  let told = '';
  const { url, service } = target;
  return (reasons) => {
    const now = reasons.join('; ');
    if (now === told) {
      return;
    }
    told = now;
    if (now === '') {
      logger.info({ url, service }, 'profiles are pulled from this target again');
    } else {
      logger.warn({ url, service, reason: now }, 'not every profile could be pulled from this target');
    }
  };
}

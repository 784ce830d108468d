/** Profiles of Go's net/http/pprof that can be pulled, by the names that users know. */
export const scrapedProfiles = ['cpu', 'heap', 'mutex', 'block', 'goroutine'] as const;
export type ScrapedProfile = (typeof scrapedProfiles)[number];

/** One process that the store pulls profiles from. */
export interface ScrapeTarget {
  /** Where net/http/pprof answers: `http://10.0.0.7:6060/debug/pprof`. */
  readonly url: string;
  readonly service: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly tenant: string;
  /** Time between two uploads, and the length of a CPU profile. */
  readonly intervalMs: number;
  readonly profiles: readonly ScrapedProfile[];
  readonly bearerToken?: string;
}

/** `host:port` of the target: which of a service's processes it is. */
export function instanceOfTarget({ url }: ScrapeTarget): string {
  return new URL(url).host;
}

import type { SumKey } from './recent-uploads';

/** What sums were asked for. */
export interface AskedSums {
  readonly profileType: string;
  readonly by: SumKey;
}

interface Asked extends AskedSums {
  atMs: number;
}

/** Rules are evaluated every few minutes; what was not asked for so long is not read ahead any more. */
const lately = 15 * 60_000;
/** A question about more services than these is none that comes again every minute. */
const mostAtOnce = 20;
const mostServices = 1000;

/** Which sums of which services questions wanted lately, so that they can be had before they are wanted again. */
export class AskedLately {
  private readonly services = new Map<string, Map<string, Asked>>();

  constructor(private readonly now: () => number = Date.now) {}

  note(services: readonly string[], { profileType, by }: AskedSums): void {
    if (services.length > mostAtOnce) {
      return;
    }
    for (const service of services) {
      const asked = this.services.get(service) ?? new Map<string, Asked>();
      asked.set(`${by} ${profileType}`, { profileType, by, atMs: this.now() });
      this.services.delete(service);
      this.services.set(service, asked);
    }
    for (const oldest of this.services.keys()) {
      if (this.services.size <= mostServices) {
        break;
      }
      this.services.delete(oldest);
    }
  }

  of(service: string): AskedSums[] {
    const asked = this.services.get(service) ?? new Map<string, Asked>();
    for (const [key, { atMs }] of asked) {
      if (this.now() - atMs > lately) {
        asked.delete(key);
      }
    }
    return [...asked.values()];
  }
}

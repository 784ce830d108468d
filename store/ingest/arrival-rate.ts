/** Over which time uploads are counted, seconds. */
const countedSeconds = 1;

/** How many uploads come: what came earlier counts less and less. Times are of a clock that only goes forward, ms. */
export class ArrivalRate {
  private count = 0;
  private countedMs = 0;

  add(nowMs: number): void {
    this.count = this.left(nowMs) + 1;
    this.countedMs = nowMs;
  }

  perSecond(nowMs: number): number {
    return this.left(nowMs) / countedSeconds;
  }

  private left(nowMs: number): number {
    return this.count * Math.exp((this.countedMs - nowMs) / (1000 * countedSeconds));
  }
}

const leastMs = 50;
const mostMs = 1000;
/** So few are inserted one by one in any case: waiting would only make them seen later. */
const fewASecond = 5;
const msPerUploadASecond = 60;

/**
 * How long a batch collects, counted from the end of the one before. Of an idle store uploads should be seen at once. The more come, the
 * larger the inserts should be: each is a part of every table, which the engine merges again and again.
 */
export function collectMs(uploadsPerSecond: number): number {
  return Math.min(mostMs, Math.max(leastMs, (uploadsPerSecond - fewASecond) * msPerUploadASecond));
}

import type { Uploads } from './choose-uploads';
import type { QueryTime } from './context';

/** A grid of steps: step k covers [startMs + k * stepMs, startMs + (k + 1) * stepMs). */
export interface StepGrid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
  /** Wider than asked for, because uploads are longer. */
  readonly widened: boolean;
}

const maxSteps = 11_000;
const defaultSteps = 300;
const secondMs = 1000;

/** The step a request asks for, in ms. */
export function askedStepMs({ fromMs, toMs, intervalMs, maxDataPoints }: QueryTime): number {
  const rangeMs = toMs - fromMs;
  const points = Math.min(maxDataPoints ?? defaultSteps, maxSteps);
  const wanted =
    intervalMs !== undefined && intervalMs > 0 ? Math.max(intervalMs, rangeMs / maxSteps) : rangeMs / points;
  return Math.max(secondMs, Math.ceil(wanted));
}

/** Aligned to multiples of the step, never shorter than the longest upload, covering the range whole. */
export function stepGrid(time: QueryTime, longestUploadMs: number): StepGrid {
  const asked = askedStepMs(time);
  const stepMs = asked >= longestUploadMs ? asked : asked * Math.ceil(longestUploadMs / asked);
  const startMs = Math.floor(time.fromMs / stepMs) * stepMs;
  const count = Math.max(1, Math.ceil((time.toMs - startMs) / stepMs));
  return { startMs, stepMs, count, widened: stepMs > asked };
}

/** Length of the longest of the uploads that have a part in the range. */
export function longestMs(uploads: Uploads, { fromMs, toMs }: QueryTime): number {
  let longestUs = 0;
  for (let at = 0; at < uploads.length; at++) {
    const [startUs, endUs] = [uploads.startUs[at], uploads.endUs[at]];
    if (startUs < toMs * 1000 && endUs > fromMs * 1000) {
      longestUs = Math.max(longestUs, endUs - startUs);
    }
  }
  return Math.ceil(longestUs / 1000);
}

/** Part of each step, in µs, that some of the uploads covers. `uploads` are in order of their start. */
export function coveredPerStep(grid: StepGrid, uploads: Uploads): Float64Array {
  const covered = new Float64Array(grid.count);
  let reached = -Infinity;
  for (let at = 0; at < uploads.length; at++) {
    const from = Math.max(reached, uploads.startUs[at]);
    if (uploads.endUs[at] > from) {
      eachOverlap(grid, from, uploads.endUs[at], (step, overlapUs) => {
        covered[step] += overlapUs;
      });
      reached = uploads.endUs[at];
    }
  }
  return covered;
}

/** Calls for each step with the length of its part of [fromUs, toUs). */
export function eachOverlap(
  { startMs, stepMs, count }: StepGrid,
  fromUs: number,
  toUs: number,
  visit: (step: number, overlapUs: number) => void
): void {
  const stepUs = stepMs * 1000;
  const startUs = startMs * 1000;
  const first = Math.max(0, Math.floor((fromUs - startUs) / stepUs));
  for (let step = first; step < count; step++) {
    const stepStart = startUs + step * stepUs;
    if (stepStart >= toUs) {
      return;
    }
    visit(step, Math.min(toUs, stepStart + stepUs) - Math.max(fromUs, stepStart));
  }
}

/** Σ value × overlap per step; divided by the upload's length where values are flows. */
export function spread(grid: StepGrid, uploads: Uploads, values: ArrayLike<number>, isFlow: boolean): Float64Array {
  const sums = new Float64Array(grid.count);
  for (let at = 0; at < uploads.length; at++) {
    const value = values[at] / (isFlow ? uploads.endUs[at] - uploads.startUs[at] : 1);
    if (value !== 0) {
      eachOverlap(grid, uploads.startUs[at], uploads.endUs[at], (step, overlapUs) => {
        sums[step] += value * overlapUs;
      });
    }
  }
  return sums;
}

/** How many of the uploads for which `seen` says 1 start in each step. */
export function countedPerStep(grid: StepGrid, uploads: Uploads, seen: ArrayLike<number>): Float64Array {
  const counts = new Float64Array(grid.count);
  for (let at = 0; at < uploads.length; at++) {
    const step = Math.floor((uploads.startUs[at] / 1000 - grid.startMs) / grid.stepMs);
    if (seen[at] === 1 && step >= 0 && step < grid.count) {
      counts[step]++;
    }
  }
  return counts;
}

/**
 * Steps that a series has a point for: those its uploads cover. The newest step of all is left out while under half covered, as its
 * uploads are still to come.
 */
export function shownSteps(grid: StepGrid, covered: Float64Array, newestStep: number): number[] {
  const halfUs = (grid.stepMs * 1000) / 2;
  return Array.from(covered.keys()).filter(
    (step) => covered[step] > 0 && (step !== newestStep || covered[step] >= halfUs)
  );
}

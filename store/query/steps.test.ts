import fc from 'fast-check';
import type { Uploads } from './choose-uploads';
import { coveredPerStep, shownSteps, spread, stepGrid, type StepGrid } from './steps';

const grid: StepGrid = { startMs: 0, stepMs: 1000, count: 10, widened: false };

function uploadsOf(windows: ReadonlyArray<readonly [startUs: number, lengthUs: number]>): Uploads {
  const sorted = [...windows].sort(([a], [b]) => a - b);
  const starts = sorted.map(([start]) => start);
  return {
    length: sorted.length,
    startUs: starts,
    endUs: sorted.map(([start, length]) => start + length),
  } as unknown as Uploads;
}

const windows = fc.array(
  fc.tuple(fc.integer({ min: -2_000_000, max: 10_000_000 }), fc.integer({ min: 1, max: 3_000_000 })),
  {
    maxLength: 8,
  }
);

it('covers every microsecond once, however uploads overlap', () => {
  fc.assert(
    fc.property(windows, (some) => {
      const covered = coveredPerStep(grid, uploadsOf(some));
      const points = [...new Set(some.flatMap(([start, length]) => [start, start + length]))].sort((a, b) => a - b);
      const expected = new Float64Array(grid.count);
      points.slice(1).forEach((to, at) => {
        const from = points[at];
        if (some.some(([start, length]) => start <= from && to <= start + length)) {
          for (let step = 0; step < grid.count; step++) {
            expected[step] += Math.max(0, Math.min(to, (step + 1) * 1e6) - Math.max(from, step * 1e6));
          }
        }
      });
      expect(covered).toEqual(expected);
    })
  );
});

it('spreads the whole value of an upload inside the grid', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6_000_000 }), fc.integer({ min: 1, max: 4_000_000 }), (start, length) => {
      const sums = spread(grid, uploadsOf([[start, length]]), [100], true);
      expect(sums.reduce((sum, value) => sum + value, 0)).toBeCloseTo(100, 6);
    })
  );
});

it('widens steps to the longest upload, by whole steps, aligned', () => {
  const time = { fromMs: 100_500, toMs: 400_000, intervalMs: 15_000 };
  expect(stepGrid(time, 60_001)).toEqual({ startMs: 75_000, stepMs: 75_000, count: 5, widened: true });
  expect(stepGrid(time, 15_000)).toMatchObject({ stepMs: 15_000, widened: false });
  expect(stepGrid({ fromMs: 0, toMs: 800 * 86_400_000, intervalMs: 1 }, 0).count).toBeLessThanOrEqual(11_001);
});

it('leaves out steps without uploads, and the newest while under half covered', () => {
  const covered = Float64Array.of(1, 0, 1e6, 499_999);
  expect(shownSteps(grid, covered, 3)).toEqual([0, 2]);
  expect(shownSteps(grid, covered, 2)).toEqual([0, 2, 3]);
});

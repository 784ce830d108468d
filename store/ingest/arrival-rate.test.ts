import { ArrivalRate, collectMs } from './arrival-rate';

/** Uploads at a steady rate for ten seconds; returns what is measured at their end. */
function measured(perSecond: number): number {
  const rate = new ArrivalRate();
  for (let upload = 1; upload <= perSecond * 10; upload++) {
    rate.add((upload * 1000) / perSecond);
  }
  return rate.perSecond(10_000);
}

test('finds the rate of steady uploads', () => {
  expect(measured(10)).toBeGreaterThan(9);
  expect(measured(10)).toBeLessThan(11);
  expect(measured(100) / measured(10)).toBeCloseTo(10, 0);
});

test('forgets what came long ago', () => {
  const rate = new ArrivalRate();
  for (let upload = 0; upload < 100; upload++) {
    rate.add(0);
  }
  expect(rate.perSecond(0)).toBe(100);
  expect(rate.perSecond(20_000)).toBeLessThan(0.01);
});

test('collects shortly when little comes, a second at most, and in between the longer the more', () => {
  expect(collectMs(0)).toBe(50);
  expect(collectMs(5)).toBe(50);
  expect(collectMs(10)).toBe(300);
  expect(collectMs(1000)).toBe(1000);
});

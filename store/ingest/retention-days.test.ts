import { retentionDaysOf } from './retention-days';

const rules = [
  { tenant: 'blue', service: 'shop', days: 90 },
  { service: 'batch-*', days: 1 },
  { tenant: 'blue', days: 30 },
  { service: 'audit', days: 0 },
];

it.each([
  ['blue', 'shop', 90],
  ['red', 'shop', 7],
  ['blue', 'batch-night', 1],
  ['red', 'batch-', 1],
  ['red', 'batch', 7],
  ['blue', 'mail', 30],
  ['blue', 'audit', 30],
  ['red', 'audit', 0],
])('keeps uploads of %s, %s for %i days', (tenant, service, days) => {
  expect(retentionDaysOf(tenant, service, rules, 7)).toBe(days);
});

it('keeps everything alike without rules', () => {
  expect(retentionDaysOf('red', 'shop', undefined, 14)).toBe(14);
});

import { profileTypeOf } from '../../src/model/profile-types';
import { estimatesOf } from './sampling-estimates';

const python = (config: string) =>
  new Map([
    ['language', 'python'],
    ['profiler_config', config],
  ]);

it('scales locks by the share that is captured', () => {
  const totals = new Map([
    ['lock-acquires', 12],
    ['lock-wait-time', 5_000_003],
    ['cpu-time', 9],
  ]);
  const found = estimatesOf(python('stack_v2_lock_mem_heap_CAP1.0_MAXF64'), [], totals);
  expect([...found.totals]).toEqual([
    ['lock-wait-time-estimate', 500_000_300],
    ['lock-acquires-estimate', 1200],
  ]);
  expect(found.info.map(({ key }) => key)).toEqual(['Lock Wait Time', 'Lock Acquires']);
});

it('makes no estimate where nothing is known, all is kept, or it is another language', () => {
  const totals = new Map([['lock-acquires', 12]]);
  expect(estimatesOf(python(''), [], totals).totals.size).toBe(0);
  expect(estimatesOf(python('lock_CAP100.0_MAXF64'), [], totals).totals.size).toBe(0);
  expect(estimatesOf(python('lock_CAP0_MAXF64'), [], totals).totals.size).toBe(0);
  const java = new Map([...python('lock_CAP1.0_MAXF64'), ['language', 'java']]);
  expect(estimatesOf(java, [], totals).totals.size).toBe(0);
});

it('names estimates after what they estimate', () => {
  expect(profileTypeOf('lock-acquires-estimate')).toMatchObject({
    name: 'Lock Acquires, Estimated',
    unit: 'count',
    hidden: true,
    merge: 'sum',
  });
});

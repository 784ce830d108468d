import { parseDrawnProfile } from '../../src/model/profile-text';
import type { Profile } from '../../src/model/profile';
import { checkProfile } from '../../src/model/profile-check';
import { deltaProfile, isCumulative, withoutCumulative } from './cumulative';

const heapTypes = 'alloc_objects/count, alloc_space/bytes, inuse_objects/count, inuse_space/bytes';

function heap(...lines: string[]): Profile {
  return parseDrawnProfile(`types: ${heapTypes}\n${lines.join('\n')}`);
}

function mutex(...lines: string[]): Profile {
  return parseDrawnProfile(`types: contentions/count, delay/nanoseconds\n${lines.join('\n')}`);
}

function totals(profile: Profile | undefined): number[] | undefined {
  return profile?.valueTypes.map((_, column) => {
    const values = profile.samples.values.filter((_value, at) => at % profile.valueTypes.length === column);
    return values.reduce((sum, value) => sum + value, 0);
  });
}

it('takes the file before off what was counted, and leaves live memory', () => {
  const before = heap('10 1000 3 300 | main; load', '5 50 1 10 | main; save');
  const now = heap('5 50 1 10 | main; save', '14 1400 2 200 | main; load', '1 8 1 8 | main; new');
  const delta = deltaProfile(now, before)!;
  expect(totals(delta)).toEqual([5, 408, 4, 218]);
  expect([...delta.samples.values.subarray(0, 2)]).toEqual([0, 0]);
  expect([...delta.samples.values.subarray(4, 6)]).toEqual([4, 400]);
});

it('joins samples of one stack before it takes off', () => {
  // Go has one sample per stack and size of an object.
  const before = heap('1 16 0 0 | main; load', '2 64 0 0 | main; load');
  const now = heap('3 96 0 0 | main; load', '1 16 0 0 | main; load');
  expect(totals(deltaProfile(now, before))!.slice(0, 2)).toEqual([1, 32]);
});

it('adds up: the differences of many files are the last one less the first', () => {
  const files = [1, 4, 4, 9, 30].map((n) => mutex(`${n} ${n * 100} | main; lock`, `${2 * n} ${n * 7} | main; other`));
  const steps = files.slice(1).map((file, at) => totals(deltaProfile(file, files[at]))!);
  expect(steps.map(([count]) => count).reduce((a, b) => a + b)).toBe(29 * 3);
  expect(steps.map(([, delay]) => delay).reduce((a, b) => a + b)).toBe(29 * 107);
});

it('notices a process that was started again', () => {
  expect(deltaProfile(mutex('3 300 | main; lock'), mutex('4 200 | main; lock'))).toBeUndefined();
  expect(deltaProfile(mutex('9 900 | main; other'), mutex('4 200 | main; lock'))).toBeUndefined();
});

it('tells labels of samples apart', () => {
  const before = mutex('3 30 | main; lock | labels=customer=c1', '1 10 | main; lock | labels=customer=c2');
  const now = mutex('1 10 | main; lock | labels=customer=c2', '4 40 | main; lock | labels=customer=c1');
  expect([...(deltaProfile(now, before)?.samples.values ?? [])]).toEqual([0, 0, 1, 10]);
  expect(deltaProfile(mutex('4 40 | main; lock | labels=customer=c2'), before)).toBeUndefined();
});

it('takes a delay that fell by a hair for an estimate', () => {
  expect(totals(deltaProfile(mutex('4 199 | main; lock'), mutex('4 200 | main; lock')))).toEqual([0, 0]);
});

it('tells lines, threads and types apart', () => {
  const at = (line: number) => heap(`4 40 0 0 | main [file=a.go:${line}]`);
  expect(deltaProfile(at(2), at(1))).toBeUndefined();
  const older = parseDrawnProfile('types: inuse_space/bytes\n7 | main');
  expect(totals(deltaProfile(heap('4 40 1 9 | main'), older))).toEqual([4, 40, 1, 9]);
});

it('covers the time between the files', () => {
  const from = parseDrawnProfile('start: 1000000000\ntypes: contentions/count\n1 | main');
  const to = parseDrawnProfile('start: 61000000000\ntypes: contentions/count\n3 | main');
  const { startNs, durationNs } = deltaProfile(to, from)!;
  expect([startNs, durationNs]).toEqual([1_000_000_000n, 60e9]);
});

it('knows what counts from the start, and can leave it out', () => {
  expect(isCumulative(heap('1 1 1 1 | main'))).toBe(true);
  expect(isCumulative(parseDrawnProfile('types: inuse_space/bytes\n1 | main'))).toBe(false);
  expect(isCumulative(parseDrawnProfile('duration: 5000000000\ntypes: contentions/count\n1 | main'))).toBe(false);
  const live = withoutCumulative(heap('1 2 3 4 | main', '5 6 7 8 | main; load'));
  expect(live.valueTypes.map(({ type }) => type)).toEqual(['inuse_objects', 'inuse_space']);
  expect([...live.samples.values]).toEqual([3, 4, 7, 8]);
  checkProfile(live);
});

it('leaves no type and no sample of a file that only counts', () => {
  const nothing = withoutCumulative(mutex('4 200 | main; lock'));
  expect([nothing.valueTypes, nothing.samples.length]).toEqual([[], 0]);
  checkProfile(nothing);
});

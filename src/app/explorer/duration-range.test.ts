import fc from 'fast-check';
import { durationAt, durationOf, readDuration, stopOf, stops, withDuration, writeDuration } from './duration-range';

describe('durations', () => {
  it.each([
    ['60', 60e9],
    ['1.5', 1.5e9],
    ['500ms', 5e8],
    ['2min', 120e9],
    ['12us', 12_000],
    ['7 ns', 7],
    ['', undefined],
    ['-1', undefined],
    ['fast', undefined],
  ])('reads %s', (text, ns) => expect(readDuration(text)).toBe(ns));

  it('reads what it writes', () => {
    fc.assert(fc.property(fc.nat(2 ** 52), (ns) => expect(readDuration(writeDuration(ns))).toBe(ns)));
  });

  it.each([
    ['', { lowNs: 1e9, highNs: 60e9 }, 'duration:[1s - 1min]'],
    ['a b', { lowNs: 1e9 }, 'a AND b AND duration:>=1s'],
    ['a duration:[1s - 2s]', { highNs: 5e8 }, 'a AND duration:<=500ms'],
    ['duration:>30', { highNs: 60e9 }, 'duration:>30 AND duration:<=1min'],
    ['a OR b', { lowNs: 0 }, '(a OR b) AND duration:>=0s'],
    ['duration:[1s - 2s]', {}, ''],
  ])('changes %s', (text, range, changed) => {
    expect(withDuration(text, range)).toBe(changed);
    expect(durationOf(changed)).toEqual(range);
  });

  it('have a place on the slider: its ends are exact, what lies between rises', () => {
    const bounds = { lowNs: 1_234_567_891, highNs: 61_234_567_891 };
    expect([durationAt(0, bounds), durationAt(stops, bounds)]).toEqual([bounds.lowNs, bounds.highNs]);
    expect([stopOf(0, bounds), stopOf(bounds.lowNs, bounds), stopOf(1e15, bounds)]).toEqual([0, 0, stops]);
    const inner = Array.from({ length: stops - 1 }, (_, at) => durationAt(at + 1, bounds));
    expect(inner).toEqual([...inner].sort((a, b) => a - b));
    inner.forEach((ns, at) => expect(Math.abs(stopOf(ns, bounds) - at - 1)).toBeLessThanOrEqual(1));
  });
});

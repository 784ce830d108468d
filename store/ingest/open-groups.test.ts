import { profileRow } from '../engines/engine.rows';
import { belongTogether, OpenGroups } from './open-groups';
import type { ParsedRow } from './read-upload';

const second = 1_000_000_000n;

function row(types: readonly string[], fromS: number, toS: number, more: Partial<ParsedRow> = {}): ParsedRow {
  return profileRow({
    types,
    startNs: BigInt(fromS) * second,
    endNs: BigInt(toS) * second,
    receivedMs: 0,
    ...more,
  });
}

it.each([
  ['the same window', [0, 10], [0, 10], true],
  ['half of the shorter', [0, 10], [5, 25], true],
  ['less than half', [0, 10], [6, 16], false],
  ['one inside the other', [0, 60], [50, 60], true],
  ['windows that only touch', [0, 10], [10, 20], false],
])('joins %s: windows %j and %j', (_what, [a, b], [c, d], together) => {
  expect(belongTogether(row(['cpu'], a, b), row(['heap'], c, d))).toBe(together);
  expect(belongTogether(row(['heap'], c, d), row(['cpu'], a, b))).toBe(together);
});

describe('groups', () => {
  const groups = () => new OpenGroups(120_000, 1000);

  it('gives the parts of one window one id, and the next window another', () => {
    const open = groups();
    const [cpu] = open.take([row(['cpu'], 0, 10)], 0).places;
    const [heap] = open.take([row(['heap'], 0, 10)], 10).places;
    const [next] = open.take([row(['cpu'], 10, 20)], 20).places;
    expect(heap).toEqual({ id: cpu.id, part: 1 });
    expect(next.part).toBe(0);
    expect(next.id).not.toBe(cpu.id);
  });

  it.each([
    ['service', { service: 'other' }],
    ['tenant', { tenant: 'other' }],
    ['instance', { instance: 'other' }],
    ['a label', { labels: new Map([['region', 'eu']]) }],
  ])('never joins what differs in %s, or a type that repeats', (_what, more) => {
    const open = groups();
    open.take([row(['cpu'], 0, 10)], 0);
    expect(open.take([row(['heap'], 0, 10, more)], 0).places[0].part).toBe(0);
    expect(open.take([row(['cpu', 'wall'], 0, 10)], 0).places[0].part).toBe(0);
  });

  it('closes a group after its time', () => {
    const open = groups();
    open.take([row(['cpu'], 0, 10)], 0);
    expect(open.take([row(['heap'], 0, 10)], 119_999).places[0].part).toBe(1);
    expect(open.take([row(['mutex'], 0, 10)], 120_000).places[0].part).toBe(0);
  });

  it('never joins what has no types', () => {
    const open = groups();
    const ids = [[], ['cpu'], []].map((types) => open.take([row(types, 0, 10)], 0).places[0].id);
    expect(new Set(ids).size).toBe(3);
  });

  it('takes the nearest of several that fit', () => {
    const open = groups();
    open.take([row(['cpu'], 0, 10)], 0);
    const [second] = open.take([row(['cpu'], 2, 12)], 0).places;
    expect(open.take([row(['heap'], 2, 12)], 0).places[0]).toEqual({ id: second.id, part: 1 });
  });

  it('waits for the first request, and is taken again when that one failed', async () => {
    const open = groups();
    const first = open.take([row(['cpu'], 0, 10)], 0);
    const later = open.take([row(['heap'], 0, 10)], 0);
    const waiting = later.firstsAreStored();
    first.failed(new Error('the disk is full'));
    expect(await waiting).toBe(false);
    later.failed(new Error('again'));
    await Promise.resolve();
    const again = open.take([row(['heap'], 0, 10)], 0);
    expect(again.places[0]).toMatchObject({ part: 0 });
    expect(await again.firstsAreStored()).toBe(true);
  });

  it('does not count a part that failed as its type', async () => {
    const open = groups();
    const first = open.take([row(['cpu'], 0, 10)], 0);
    first.stored();
    const heap = open.take([row(['heap'], 0, 10)], 0);
    heap.failed(new Error('the disk is full'));
    await Promise.resolve();
    expect(open.take([row(['heap'], 0, 10)], 0).places[0]).toEqual({ id: first.places[0].id, part: 2 });
  });

  it('joins profiles of one request without waiting for itself', async () => {
    const taken = groups().take([row(['cpu'], 0, 10), row(['heap'], 0, 10)], 0);
    expect(taken.places[1]).toEqual({ id: taken.places[0].id, part: 1 });
    expect(await taken.firstsAreStored()).toBe(true);
  });
});
